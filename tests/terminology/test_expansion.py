"""What a value set holds, and how it is shown."""

from typing import Any

import pytest

from akson.terminology.expansion import Stamp, expand
from akson.terminology.library import ValueSet
from akson.terminology.refusal import Refused
from akson.terminology.wishes import read
from tests.terminology.library import ANIMALS, animals, filtered, library, value_set

STAMP = Stamp("urn:uuid:00000000-0000-4000-8000-000000000000", "2026-11-26T12:00:00Z")


def expanded(resource: dict[str, Any], *others: dict[str, Any], **given: Any) -> dict[str, Any]:
    wishes = read({name: value if isinstance(value, list) else [value] for name, value in given.items()})
    return expand(ValueSet(resource), library(*others), wishes, STAMP)["expansion"]


def codes(expansion: dict[str, Any]) -> list[str]:
    return [item["code"] for item in expansion.get("contains", ())]


@pytest.mark.parametrize(
    ("property", "op", "value", "found"),
    [
        ("concept", "is-a", "dog", ["dog", "poodle"]),
        ("concept", "descendent-of", "mammal", ["dog", "poodle", "cat"]),
        ("concept", "is-not-a", "mammal", ["bird", "dodo"]),
        ("concept", "generalizes", "poodle", ["mammal", "dog", "poodle"]),
        ("concept", "child-of", "mammal", ["dog", "cat"]),
        ("concept", "descendent-leaf", "mammal", ["poodle", "cat"]),
        ("concept", "in", "dog, bird", ["dog", "bird"]),
        ("concept", "not-in", "dog,bird", ["mammal", "poodle", "cat", "dodo"]),
        ("code", "regex", "[a-d]o.*", ["dog", "dodo"]),
        ("code", "regex", "(o|od)+x", []),
        ("legs", "=", "4", ["dog"]),
        ("legs", "exists", "true", ["dog", "bird"]),
        ("legs", "exists", "false", ["mammal", "poodle", "cat", "dodo"]),
        ("parent", "=", "mammal", ["dog", "cat"]),
        ("inactive", "=", "true", ["dodo"]),
        ("status", "=", "retired", ["dodo"]),
        ("notSelectable", "=", "true", ["mammal"]),
        ("display", "=", "Katt", ["cat"]),
    ],
)
def test_filters(property: str, op: str, value: str, found: list[str]) -> None:
    assert codes(expanded(filtered(property, op, value), excludeNested=True)) == found


@pytest.mark.parametrize(
    ("property", "op", "value"),
    [
        ("wings", "=", "2"),
        ("concept", "sounds-like", "dog"),
        ("legs", "is-a", "dog"),
        ("concept", "is-a", ""),
    ],
)
def test_a_filter_that_is_not_understood_is_refused(property: str, op: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        expanded(filtered(property, op, value))
    assert refused.value.id in ("AKS-TERMINOLOGY-020", "AKS-TERMINOLOGY-021")


def test_the_tree_is_kept_unless_flat_is_asked_for() -> None:
    whole = value_set(include=[{"system": ANIMALS}])
    nested = expanded(whole)
    assert nested["total"] == 6
    assert codes(nested) == ["mammal", "bird", "dodo"]
    mammal = nested["contains"][0]
    assert mammal["abstract"] is True and [c["code"] for c in mammal["contains"]] == ["dog", "cat"]
    assert len(codes(expanded(whole, excludeNested="true"))) == 6


def test_includes_excludes_and_imports() -> None:
    other = value_set(
        "urn:pets", include=[{"system": ANIMALS, "concept": [{"code": "dog"}, {"code": "cat"}]}]
    )
    both = value_set(
        include=[{"valueSet": ["urn:pets"]}, {"system": ANIMALS, "concept": [{"code": "bird"}]}],
        exclude=[{"system": ANIMALS, "concept": [{"code": "dog"}]}],
    )
    assert codes(expanded(both, other)) == ["cat", "bird"]
    narrowed = value_set(include=[{"system": ANIMALS, "valueSet": ["urn:pets"]}])
    assert codes(expanded(narrowed, other)) == ["dog", "cat"]


def test_a_circle_is_told() -> None:
    one, other = (
        value_set("urn:1", include=[{"valueSet": ["urn:2"]}]),
        value_set("urn:2", include=[{"valueSet": ["urn:1"]}]),
    )
    with pytest.raises(Refused) as refused:
        expanded(one, one, other)
    assert refused.value.id == "AKS-TERMINOLOGY-033"


def test_pages() -> None:
    page = expanded(value_set(include=[{"system": ANIMALS}]), count=2, offset=1)
    assert (codes(page), page["total"], page["offset"]) == (["dog", "poodle"], 6, 1)


def test_active_only_and_text() -> None:
    whole = value_set(include=[{"system": ANIMALS}])
    assert "dodo" not in codes(expanded(whole, activeOnly=True, excludeNested=True))
    assert codes(expanded(whole, filter="katt")) == ["cat"]


def test_words_in_another_language() -> None:
    cats = value_set(include=[{"system": ANIMALS, "concept": [{"code": "cat"}, {"code": "dog"}]}])
    shown = expanded(cats, displayLanguage="nb", includeDesignations=True)["contains"]
    assert [c.get("display") for c in shown] == ["Katt", "Dog"]
    assert shown[0]["designation"][0]["value"] == "Cat"
    strict = expanded(cats, displayLanguage="nb,*;q=0")["contains"]
    assert [c.get("display") for c in strict] == ["Katt", None]


def test_properties_and_definition() -> None:
    shown = expanded(filtered("concept", "in", "dog"), property="legs")
    assert shown["contains"][0]["property"] == [{"code": "legs", "valueInteger": 4}]
    assert shown["property"][0]["code"] == "legs"


def test_versions() -> None:
    newer = animals(version="1.10", concept=[{"code": "newt"}])
    whole = value_set(include=[{"system": ANIMALS}])
    assert codes(expanded(whole, newer)) == ["newt"]
    pinned = value_set(include=[{"system": ANIMALS, "version": "1.0"}])
    assert len(codes(expanded(pinned, newer, excludeNested=True))) == 6
    with pytest.raises(Refused) as refused:
        expanded(whole, newer, **{"check-system-version": f"{ANIMALS}|2.x"})
    assert refused.value.finding is not None and "2.x" in refused.value.finding.text


def test_a_fragment_says_so() -> None:
    part = animals(url="urn:part", content="fragment")
    shown = expanded(value_set(include=[{"system": "urn:part"}]), part)
    assert any(e["url"].endswith("valueset-unclosed") for e in shown["extension"])


def test_a_grammar_cannot_be_listed() -> None:
    from akson.terminology import Terminology

    units = ValueSet(value_set(include=[{"system": "http://unitsofmeasure.org"}]))
    with pytest.raises(Refused) as refused:
        expand(units, Terminology([]).library(), read({}), STAMP)
    assert refused.value.id == "AKS-TERMINOLOGY-036"


def test_value_sets_that_multiply_each_other_are_stopped() -> None:
    """Each imports the next twice: 2⁴⁰ ways to the last."""
    sets = [value_set(f"urn:{n}", include=[{"valueSet": [f"urn:{n + 1}"]}] * 2) for n in range(40)]
    last = value_set("urn:40", include=[{"system": ANIMALS}])
    with pytest.raises(Refused) as refused:
        expanded(sets[0], *sets, last)
    assert refused.value.id == "AKS-TERMINOLOGY-034"
