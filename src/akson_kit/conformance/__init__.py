"""Suites written by others, one module each: of the language alone (`run(folder)`) or of a server over HTTP."""
