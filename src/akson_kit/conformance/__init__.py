"""Suites written by others, one module each: of the language alone (`run(folder) -> SuiteResult`) or of a server over HTTP."""
