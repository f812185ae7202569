"""`akson conformance`: suites that others wrote, run against this installation, in one table."""
