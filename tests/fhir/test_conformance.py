"""Suites that others wrote, with the share of cases that must pass; the cases themselves are in the shared folder."""

import pytest

from akson_kit.conformance import fhirpath_js, fhirpath_r4

SUITES = [
    (fhirpath_r4, 0.99),
    (fhirpath_js, 0.97),
]


@pytest.mark.parametrize(
    ("suite", "share"), SUITES, ids=[suite.__name__.rpartition(".")[2] for suite, _ in SUITES]
)
def test_suite(suite, share, shared):
    found = suite.run(shared / "conformance")
    counted = found.cases - len(found.optional)
    assert counted > 0
    assert found.passed >= share * counted, "\n".join(found.failures[:40])
