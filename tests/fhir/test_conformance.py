"""Suites that others wrote, with the share of cases that must pass; the cases themselves are in the shared folder."""

import pytest

from akson_kit.conformance import SUITES


@pytest.mark.parametrize(("suite", "share"), SUITES.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_suite(suite, share, shared):
    found = suite.run(shared / "conformance")
    counted = found.cases - len(found.optional)
    assert counted > 0
    assert counted - len(found.failures) >= share * counted, "\n".join(found.failures[:40])
