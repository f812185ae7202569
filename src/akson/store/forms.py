"""The text forms a value takes before it is hashed: written by the index row, asked for by the search terms. Pure.

One place for both sides, since a form that is written and never asked for is waste, and the reverse is a hit lost.

    Coding http://loinc.org|8867-4   ->  "=http://loinc.org|8867-4", "c8867-4", "shttp://loinc.org"
    code without system              ->  "c8867-4", "|8867-4"
    code whose system is implied     ->  "cfinal"
    family name Bakken (folded)      ->  "4bakk", "2ba", "wbakken"; exactly as written: "xBakken"
    date 2026-11-22T08:12Z           ->  "y2026", "m2026-11", "d2026-11-22"
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

PREFIXES = (8, 4, 2)
"""Lengths of the string prefixes that are indexed, longest first."""


def of_token(system: str | None, code: str | None) -> Iterator[str]:
    """Every form under which an indexed token is found."""
    if code is not None:
        yield "c" + code
        yield f"={system}|{code}" if system else "|" + code
    if system:
        yield "s" + system


def asked_token(system: str | None, code: str | None) -> str:
    """The one form a searched token is looked up by: `s|c`, `|c`, `c` or `s|`."""
    if code is None:
        return f"s{system}"
    if system is None:
        return "c" + code
    return f"={system}|{code}" if system else "|" + code


def asked_tokens(system: str | None, code: str | None, implied: Mapping[str, str] | None) -> list[str]:
    """Every form a searched token may have; `implied` is implied.systems_of the parameter."""
    if implied is None or system is None:
        return [asked_token(system, code)]
    if code is None:
        return ["c" + one for one, its in implied.items() if its == system]
    return ["c" + code] if implied.get(code, "") == system else []


def of_string(folded: str, written: str) -> Iterator[str]:
    for length in PREFIXES:
        if len(folded) >= length:
            yield f"{length}{folded[:length]}"
    yield "w" + folded
    yield "x" + written


def asked_prefix(folded: str) -> str | None:
    """The longest indexed prefix of the searched text, or None when the text is a single character."""
    length = next((length for length in PREFIXES if len(folded) >= length), None)
    return None if length is None else f"{length}{folded[:length]}"


def of_date(lo: datetime) -> Iterator[str]:
    if lo.year > 1:
        # isoformat gives the year four digits on every platform, and is five times as fast as strftime.
        day = lo.isoformat()[:10]
        yield "y" + day[:4]
        yield "m" + day[:7]
        yield "d" + day


def asked_date(lo: datetime, hi: datetime) -> str | None:
    """The form every date inside [lo, hi) has in common, or None when the period reaches over a year."""
    last = hi - datetime.resolution
    for letter, pattern in (("d", "%Y-%m-%d"), ("m", "%Y-%m"), ("y", "%Y")):
        if lo.strftime(pattern) == last.strftime(pattern):
            return letter + lo.strftime(pattern)
    return None
