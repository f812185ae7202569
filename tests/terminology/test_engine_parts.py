"""Versions, languages, trees and descriptions, each by itself."""

import pytest

from akson.terminology import describing, languages, subsuming, versions
from akson.terminology.refusal import Refused
from akson.terminology.wishes import read
from tests.terminology.library import ANIMALS, library


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        ("", "1.0.0", True),
        ("1.0.0", "1.0.0", True),
        ("1.x.x", "1.2.0", True),
        ("1.0.x", "1.2.0", False),
        ("1.x", "1.2.0", True),
        ("1.*", "1.2.0", True),
        ("1", "1.2.0", False),
        ("1.2.0.x", "1.2.0", False),
        ("", "", True),
        ("1.0", "", False),
    ],
)
def test_wishes_for_versions(wanted: str, version: str, fits: bool) -> None:
    assert versions.matches(wanted, version) is fits


def test_the_newest_version_is_by_number() -> None:
    assert versions.newest(["1.9.0", "1.10.0", "1.2"]) == "1.10.0"
    assert versions.newest(["2019-01-01", "2018-08-12"]) == "2019-01-01"
    assert versions.newest([]) == ""


def test_languages_by_weight() -> None:
    found = languages.read("en;q=0.5, nb, *;q=0")
    assert found is not None and found.tags == ("nb", "en") and not found.fallback
    assert languages.read("nb-NO,nb;q=0.9") is not None
    for nonsense in ("-", "de;r=1", "en;q=high", "æ"):
        assert languages.read(nonsense) is None, nonsense
    assert languages.covers("de", "de-CH") and not languages.covers("de-CH", "de")
    assert not languages.covers("de", "den")


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("dog", "dog", "equivalent"),
        ("mammal", "poodle", "subsumes"),
        ("poodle", "mammal", "subsumed-by"),
        ("dog", "cat", "not-subsumed"),
    ],
)
def test_subsumption(one: str, other: str, outcome: str) -> None:
    system = library().system(ANIMALS)
    assert system is not None and subsuming.outcome(system, one, other) == outcome


def test_a_code_described() -> None:
    described = describing.describe(ANIMALS, "", "dog", library(), read({"property": ["*"]}))
    said = {
        (p["part"][0]["valueCode"], next(v for k, v in p["part"][1].items() if k != "name"))
        for p in described["parameter"]
        if p["name"] == "property"
    }
    assert said == {("inactive", False), ("parent", "mammal"), ("child", "poodle"), ("legs", 4)}


@pytest.mark.parametrize(("url", "code", "id"), [("urn:x", "dog", 40), (ANIMALS, "wolf", 41)])
def test_what_is_not_known_is_not_described(url: str, code: str, id: int) -> None:
    with pytest.raises(Refused) as refused:
        describing.describe(url, "", code, library(), read({}))
    assert refused.value.id == f"AKS-TERMINOLOGY-0{id}"


@pytest.mark.parametrize(
    ("name", "value"), [("count", "many"), ("count", -1), ("activeOnly", "yes"), ("offset", True)]
)
def test_a_parameter_that_is_none(name: str, value: object) -> None:
    with pytest.raises(Refused) as refused:
        read({name: [value]})
    assert refused.value.id == "AKS-TERMINOLOGY-001"
