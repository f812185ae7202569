"""Suites of cases that others wrote, run against akson.fhir; one module each, `run(folder) -> SuiteResult`."""
