"""Versions of code systems and value sets: which is newest, and which a wish means.

    matches("1.x.x", "1.2.0") -> True;  newest(["1.0.0", "1.10.0", "1.9.0"]) -> "1.10.0"

A wish may hold `x` or `*` for a part. `1` is a version of its own: it does not mean any 1.
"""

import re
from collections.abc import Iterable

_PARTS = re.compile(r"\d+|[^\d.]+")


def is_pattern(wanted: str) -> bool:
    return any(part in ("x", "X", "*") for part in wanted.split("."))


def matches(wanted: str, version: str) -> bool:
    """No wish matches everything."""
    if not wanted or wanted == version:
        return True
    if not is_pattern(wanted):
        return False
    parts, have = wanted.split("."), version.split(".")
    if len(parts) > len(have) or (len(parts) < len(have) and parts[-1] not in ("x", "X", "*")):
        return False
    return all(part in ("x", "X", "*") or part == is_ for part, is_ in zip(parts, have, strict=False))


def newest(versions: Iterable[str]) -> str:
    return max(versions, key=order, default="")


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by size, words by spelling, no version first."""
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in _PARTS.findall(version))


def split(canonical: str) -> tuple[str, str]:
    """`url|version` -> (url, version), version empty when there is none."""
    url, _, version = canonical.partition("|")
    return url, version
