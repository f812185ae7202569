"""Whether an answer is the one expected, by the patterns of the HL7 terminology test suite.

`$uuid$`, `$instant$`, `$choice:a|b$`, `$fragments:a|b$`, `$external:1:text$` stand for values; `$optional$` in an object
of an array and `$optional-properties$` in any object say what may be missing; `$count-arrays$` names arrays of which only
the length counts. The order of arrays never matters.
"""

import re
from collections.abc import Sequence
from typing import Any

_SHAPES = {
    "$$": r"(?s).*",
    "$id$": r"[A-Za-z0-9\-.]{1,64}",
    "$uuid$": r"urn:uuid:[0-9a-fA-F-]{36}",
    "$instant$": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
    "$date$": r"\d{4}(?:-\d\d(?:-\d\d)?)?.*",
    "$url$": r"(?:https?://|urn:).+",
    "$token$": r"[0-9a-zA-Z_][0-9a-zA-Z_.\-]*",
    "$string$": r"\S(?:.*\S)?",
    "$version$": r"[^\s|]+",
    "$semver$": r"\d+\.\d+(?:\.\d+)?.*",
}


def difference(expected: Any, given: Any, place: str = "") -> str:
    """Where they differ, in one line; empty when they agree."""
    if isinstance(expected, dict):
        return _objects(expected, given, place) if isinstance(given, dict) else f"{place}: no object"
    if isinstance(expected, list):
        return _arrays(expected, given, place) if isinstance(given, list) else f"{place}: no array"
    if isinstance(expected, str):
        agree = isinstance(given, str) and _text(expected, given)
    else:
        agree = expected == given and isinstance(expected, bool) is isinstance(given, bool)
    return "" if agree else f"{place}: expected {expected!r}, got {given!r}"


def _objects(expected: dict[str, Any], given: dict[str, Any], place: str) -> str:
    optional = expected.get("$optional-properties$", ())
    counted = expected.get("$count-arrays$", ())
    for name, value in expected.items():
        if name.startswith("$"):
            continue
        if name not in given:
            if name in optional or (isinstance(value, dict) and "$optional$" in value):
                continue
            if isinstance(value, list) and value and all(_may_lack(v) for v in value):
                continue
            return f"{place}.{name}: missing"
        if name in counted:
            if len(value) != len(given[name]):
                return f"{place}.{name}: expected {len(value)}, got {len(given[name])}"
        elif found := difference(value, given[name], f"{place}.{name}"):
            return found
    unknown = [name for name in given if name not in expected and name not in optional]
    if unknown == ["location"] and given["location"] == given.get("expression"):
        # Some cases of the suite demand it beside `expression`, others leave it out: a server cannot please both.
        return ""
    return f"{place}.{unknown[0]}: not expected ({given[unknown[0]]!r})" if unknown else ""


def _arrays(expected: Sequence[Any], given: Sequence[Any], place: str) -> str:
    left = list(given)
    for number, wanted in enumerate(expected):
        found = next((other for other in left if not difference(wanted, other)), None)
        if found is not None:
            left.remove(found)
        elif not _may_lack(wanted):
            near = next((d for o in left if (d := difference(wanted, o)) and _alike(wanted, o)), "missing")
            return f"{place}[{number}]{_name(wanted)}: {near}"
    return f"{place}{_name(left[0])}: not expected ({str(left[0])[:300]})" if left else ""


def _may_lack(wanted: Any) -> bool:
    return isinstance(wanted, dict) and "$optional$" in wanted


def _alike(wanted: Any, other: Any) -> bool:
    if not isinstance(wanted, dict) or not isinstance(other, dict):
        return False
    return any(wanted.get(k) is not None and wanted.get(k) == other.get(k) for k in ("name", "code", "url"))


def _name(item: Any) -> str:
    return (
        f"({item.get('name') or item.get('code') or item.get('url') or ''})" if isinstance(item, dict) else ""
    )


def _text(expected: str, given: str) -> bool:
    if "|$version$" in expected:
        head, _, tail = expected.partition("$version$")
        return given.startswith(head) and given.endswith(tail)
    if not (expected.startswith("$") and expected.endswith("$")):
        return expected == given
    if expected in _SHAPES:
        return re.fullmatch(_SHAPES[expected], given) is not None
    kind, _, rest = expected[1:-1].partition(":")
    if kind == "choice":
        return given in rest.split("|")
    if kind == "fragments":
        return all(part.lower() in given.lower() for part in rest.split("|"))
    if kind == "external":
        # The server's own words; what they must speak of may be said after the number.
        return all(part in given for part in rest.partition(":")[2].split("|"))
    return expected == given
