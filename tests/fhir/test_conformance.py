"""Suites that others wrote, with the share of cases that must pass; the cases themselves are in the shared folder."""

from pathlib import Path

import pytest

from akson_kit.conformance import SUITES, Suite


@pytest.mark.shared
@pytest.mark.parametrize("suite", [s for s in SUITES if s.of_language], ids=lambda suite: suite.name)
def test_suite(suite: Suite, shared: Path) -> None:
    assert suite.of_language is not None
    found = suite.of_language(shared / "conformance")
    counted = found.cases - len(found.optional)
    assert counted > 0
    assert counted - len(found.failures) >= suite.share * counted, "\n".join(found.failures[:40])
