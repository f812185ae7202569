"""What simpler ways of comparing would say: the same text, nearly the same text, the same ATC code."""

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

Answer = tuple[str, tuple[str, ...]]
Same = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
NEAR = 0.8


def exact(case: Mapping[str, Any]) -> list[Answer]:
    """Lines are one when their names are one; any other difference of text is a dose."""
    return _compared(case, lambda a, b: _name(a) == _name(b), lambda a, b: _dose(a) == _dose(b))


def fuzzy(case: Mapping[str, Any]) -> list[Answer]:
    """As `exact`, with names and doses four fifths alike."""
    return _compared(case, lambda a, b: _near(_name(a), _name(b)), lambda a, b: _near(_dose(a), _dose(b)))


def by_atc(case: Mapping[str, Any]) -> list[Answer]:
    """Lines are one when their codes are; strengths and doses are compared as text."""
    return _compared(
        case,
        lambda a, b: bool(a.get("atc")) and a.get("atc") == b.get("atc"),
        lambda a, b: _plain(a.get("strength")) == _plain(b.get("strength")) and _dose(a) == _dose(b),
    )


BASELINES: dict[str, Callable[[Mapping[str, Any]], list[Answer]]] = {
    "exact text": exact,
    "fuzzy text": fuzzy,
    "ATC only": by_atc,
}


def _compared(case: Mapping[str, Any], same_drug: Same, same_dose: Same) -> list[Answer]:
    groups: list[list[tuple[int, Mapping[str, Any]]]] = []
    for place, entry in enumerate(case["lists"]):
        for line in entry["lines"]:
            mine = next((g for g in groups if same_drug(g[0][1], line)), None)
            if mine is None:
                groups.append([(place, line)])
            else:
                mine.append((place, line))
    return [found for group in groups if (found := _one(group, len(case["lists"]), same_dose))]


def _one(group: Sequence[tuple[int, Mapping[str, Any]]], places: int, same_dose: Same) -> Answer | None:
    ids = tuple(line["id"] for _, line in group)
    stopped = [line.get("status") == "stopped" for _, line in group]
    if any(stopped):
        return None if all(stopped) else ("stopped-still-taken", ids)
    held = [place for place, _ in group]
    if len(held) != len(set(held)):
        return "duplicate-substance", ids
    if places - 1 not in held:
        return "missing", ids
    if 0 not in held:
        return "added", ids
    first = group[0][1]
    return None if all(same_dose(first, line) for _, line in group[1:]) else ("dose", ids)


def _plain(value: object) -> str:
    return str(value or "").strip().lower()


def _name(line: Mapping[str, Any]) -> str:
    return _plain(line.get("name")) or _plain(line.get("substance"))


def _dose(line: Mapping[str, Any]) -> str:
    return _plain(line.get("dose"))


def _near(a: str, b: str) -> bool:
    return SequenceMatcher(None, a, b).ratio() >= NEAR
