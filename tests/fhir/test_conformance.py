"""Suites that others wrote, with the share of cases that must pass; the cases themselves are in the shared folder."""

import pytest

from akson_kit.conformance import (
    examples_r4,
    fhirpath_js,
    fhirpath_r4,
    patch,
    primitives,
    search_extraction,
    validator_base,
    validator_profiles,
    xml_pairs,
)

SUITES = [
    (fhirpath_r4, 0.99),
    (fhirpath_js, 0.97),
    (primitives, 1),
    (validator_base, 1),
    (examples_r4, 1),
    (xml_pairs, 1),
    (patch, 1),
    (search_extraction, 1),
    (validator_profiles, 1),
]


@pytest.mark.parametrize(
    ("suite", "share"), SUITES, ids=[suite.__name__.rpartition(".")[2] for suite, _ in SUITES]
)
def test_suite(suite, share, shared):
    found = suite.run(shared / "conformance")
    counted = found.cases - len(found.optional)
    assert counted > 0
    assert counted - len(found.failures) >= share * counted, "\n".join(found.failures[:40])
