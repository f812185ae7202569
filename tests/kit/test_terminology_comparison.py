"""The patterns of the terminology suite, one by one."""

import pytest

from akson_kit.conformance.terminology_comparison import difference


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("$uuid$", "urn:uuid:8acdbfdc-e9d2-11ed-a05b-0242ac120003"),
        ("$instant$", "2026-11-26T20:08:11.123Z"),
        ("$choice:business-rule|not-found$", "not-found"),
        ("$fragments:supplement|X$", "Required SUPPLEMENT not found: x"),
        ("$external:1$", "anything"),
        ("$external:1:simple$", "not in simple"),
        ("http://a|$version$", "http://a|4.0.1"),
        ({"a": 1, "$optional-properties$": ["b"]}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2, "$optional-properties$": ["b"]}, {"a": 1}),
        ([{"a": 1}, {"b": 2}], [{"b": 2}, {"a": 1}]),
        ([{"a": 1, "$optional$": True}], []),
        ({"c": [1, 2], "$count-arrays$": ["c"]}, {"c": [3, 4]}),
        ({"c": [{"x": 1, "$optional$": True}]}, {}),
    ],
)
def test_what_agrees(expected: object, given: object) -> None:
    assert difference(expected, given) == ""


@pytest.mark.parametrize(
    ("expected", "given", "place"),
    [
        ("$uuid$", "8acdbfdc", ""),
        ("$choice:a|b$", "c", ""),
        ("$external:1:simple$", "other", ""),
        ({"a": {"b": True}}, {"a": {"b": 1}}, ".a.b"),
        ({"a": 1}, {"a": 1, "b": 2}, ".b"),
        ({"a": [{"name": "x", "v": 1}]}, {"a": [{"name": "x", "v": 2}]}, ".a[0](x): .v"),
        ([{"a": 1}], [{"a": 1}, {"a": 1}], ""),
        ({"c": [1, 2], "$count-arrays$": ["c"]}, {"c": [3]}, ".c"),
    ],
)
def test_what_differs_is_placed(expected: object, given: object, place: str) -> None:
    found = difference(expected, given)
    assert found and found.startswith(place)
