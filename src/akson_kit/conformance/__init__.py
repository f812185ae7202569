"""Suites of cases that others wrote, run against akson.fhir; one module each, `run(folder) -> SuiteResult`."""

from collections.abc import Mapping
from types import ModuleType

from akson_kit.conformance import (
    examples_r4,
    fhirpath_js,
    fhirpath_r4,
    patch,
    primitives,
    search_extraction,
    ucum,
    validator_base,
    validator_profiles,
    xml_pairs,
)
from akson_kit.conformance.result import SuiteResult

__all__ = ["SUITES", "SuiteResult"]

SUITES: Mapping[ModuleType, float] = {
    examples_r4: 1,
    fhirpath_js: 0.97,
    fhirpath_r4: 0.99,
    patch: 1,
    primitives: 1,
    search_extraction: 1,
    ucum: 0.99,
    validator_base: 1,
    validator_profiles: 1,
    xml_pairs: 1,
}
"""Suite -> the share of its cases, optional ones left out, that must pass."""
