"""A small library for tests: animals with a tree, and value sets over them."""

from typing import Any

from akson.terminology.library import Library, Resources

ANIMALS = "urn:animals"


def concept(code: str, *below: dict[str, Any], **more: Any) -> dict[str, Any]:
    nested = {"concept": list(below)} if below else {}
    return {"code": code, "display": code.capitalize(), **nested, **more}


def animals(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CodeSystem",
        "url": ANIMALS,
        "version": "1.0",
        "status": "active",
        "content": "complete",
        "language": "en",
        "property": [{"code": "legs", "type": "integer"}],
        "concept": [
            concept(
                "mammal",
                concept("dog", concept("poodle"), property=[{"code": "legs", "valueInteger": 4}]),
                concept("cat", designation=[{"language": "nb", "value": "Katt"}]),
                property=[{"code": "notSelectable", "valueBoolean": True}],
            ),
            concept("bird", property=[{"code": "legs", "valueInteger": 2}]),
            concept("dodo", property=[{"code": "status", "valueCode": "retired"}]),
        ],
    } | more


def value_set(url: str = "urn:set", **compose: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}


def filtered(property: str, op: str, value: str) -> dict[str, Any]:
    return value_set(
        include=[{"system": ANIMALS, "filter": [{"property": property, "op": op, "value": value}]}]
    )


def library(*resources: dict[str, Any]) -> Library:
    return Library([Resources([animals(), *resources])])
