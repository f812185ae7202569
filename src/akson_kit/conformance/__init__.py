"""Suites written by others, one module each: of the language alone, or of a server over HTTP."""

from akson_kit.conformance import (
    examples_r4,
    fhirpath_js,
    fhirpath_r4,
    patch,
    primitives,
    search_extraction,
    search_vectors,
    terminology,
    testscripts,
    ucum,
    validator_base,
    validator_profiles,
    xml_pairs,
)
from akson_kit.conformance.result import SuiteResult
from akson_kit.conformance.suite import Suite

__all__ = ["SUITES", "Suite", "SuiteResult"]

SUITES: tuple[Suite, ...] = (
    Suite("examples-r4", "examples-r4", 1, of_language=examples_r4.run),
    Suite("fhirpath-js", "fhirpath", 0.97, of_language=fhirpath_js.run),
    Suite("fhirpath-r4", "fhirpath", 0.99, of_language=fhirpath_r4.run),
    Suite("patch", "patch", 1, of_language=patch.run),
    Suite("primitives", "primitives", 1, of_language=primitives.run),
    Suite("search-extraction", "search-extraction", 1, of_language=search_extraction.run),
    Suite("search-vectors", "search-vectors", 1, of_server=search_vectors.run),
    Suite("terminology", "terminology", 0.9, of_server=terminology.run),
    Suite("testscripts", "testscripts", 1, of_server=testscripts.run),
    Suite("ucum", "ucum", 0.99, of_language=ucum.run),
    Suite("validator-base", "validator", 1, of_language=validator_base.run),
    Suite("validator-profiles", "validator", 1, of_language=validator_profiles.run),
    Suite("xml-pairs", "xml-pairs", 1, of_language=xml_pairs.run),
)
