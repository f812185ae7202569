"""Suites written by others, one module each: of the language alone, or of a server over HTTP."""
