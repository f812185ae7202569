"""Whether a resource that somebody sent has the shape that the engine walks: lists of objects, and text where text stands.

Only that: whether it is right FHIR is not asked, for clients of terminology send R4 and R5 alike.
"""

from typing import Any

from akson.terminology.concepts import Json

DEPTH_MAX = 200
_LISTS = frozenset(
    {
        "concept",
        "property",
        "designation",
        "extension",
        "include",
        "exclude",
        "filter",
        "contains",
        "contained",
        "coding",
    }
)
_OBJECTS = frozenset({"compose", "expansion", "use"})
_TEXTS = frozenset(
    {
        "url", "code", "system", "version", "language", "display", "definition", "name", "title", "status", "op", "content",
        "uri", "value", "type", "supplements", "resourceType",
    }
)  # fmt: skip


def check(resource: Json) -> None:
    """Raises ValueError that names the element."""
    _check(resource, str(resource.get("resourceType", "")), 0)


def _check(item: Json, place: str, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise ValueError(f"it is nested deeper than {DEPTH_MAX} levels")
    for name, value in item.items():
        at = f"{place}.{name}"
        # `property` is a list in a system and a concept, text in a filter.
        if name == "property" and isinstance(value, str):
            continue
        if name in _LISTS:
            for below in _objects(value, at):
                _check(below, at, depth + 1)
        elif name in _OBJECTS:
            if not isinstance(value, dict):
                raise ValueError(f"{at} is not an object")
            _check(value, at, depth + 1)
        elif name == "valueSet" and not isinstance(value, str | list):
            raise ValueError(f"{at} is neither an address nor a list of them")
        elif name in _TEXTS and not isinstance(value, str):
            raise ValueError(f"{at} is not text")


def _objects(value: Any, at: str) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise ValueError(f"{at} is not a list of objects")
    return value
