"""Suites written by others, run against any server over HTTP: one module per suite, one Verdict per case."""
