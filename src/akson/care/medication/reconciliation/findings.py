"""What one drug's lines disagree on over all lists: one counted finding, by the first class that applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from akson.care.medication.reconciliation import words
from akson.care.medication.reconciliation.comparison import PRECEDENCE, STRENGTH, content, difference
from akson.care.medication.reconciliation.reading import Group, Reading
from akson.care.medication.reconciliation.strength import close
from akson.care.medication.reconciliation.text import fold, key_of

STILL_TAKEN, ENDED, DUPLICATE = "stopped-still-taken", "course-ended", "duplicate-substance"
MISSING, ADDED, BRAND, WORDING = "missing", "added", "brand-only", "wording-only"
UNCOUNTED = frozenset({BRAND, WORDING})


@dataclass(frozen=True, slots=True)
class Finding:
    """`{"class": "dose", "lines": ["m1", "h2"], "why": "…"}`; `class_` is one of the README's."""

    class_: str
    lines: tuple[str, ...]
    why: str

    @property
    def counted(self) -> bool:
        return self.class_ not in UNCOUNTED


def judge(group: Group, places: int, doubled: frozenset[str]) -> Finding | None:
    """`doubled`: lines that stand in a duplicate already told, through a combination."""
    active = [r for r in group.readings if r.active]
    if not active:
        return None
    carrying = {r.place for r in active}
    stopped = [r for r in group.readings if r.stopped and r.place not in carrying]
    if stopped:
        lines = [r for r in group.readings if r.active or r.place not in carrying]
        return _found(STILL_TAKEN, lines, words.still_taken(stopped, active))
    if any(r.ended for r in active):
        return _found(ENDED, active, words.ended([r for r in active if r.ended]))
    if any(r.line.id in doubled for r in active):
        return None
    return _several(group, active, places) or _one_each(active, carrying, places)


def _several(group: Group, active: Sequence[Reading], places: int) -> Finding | None:
    """Lists that hold more than one line of the drug."""
    by_place = [[r for r in active if r.place == place] for place in range(places)]
    crowded = [lines for lines in by_place if len(lines) > 1 and not _sides_apart(lines)]
    if not crowded:
        return None
    if all(_split(lines) for lines in crowded):
        carrying = [lines for lines in by_place if lines]
        if len(crowded) == len(carrying) > 1 and len({_strengths(lines) for lines in crowded}) == 1:
            return _pairwise_split(active, crowded)
        single = [lines for lines in carrying if len(lines) == 1]
        if single and len(crowded) + len(single) == len(carrying) and _totals_equal(carrying):
            return _found(STRENGTH, active, words.split(crowded[0], single[0]))
    lines = [r for lines in crowded for r in lines]
    return _found(DUPLICATE, lines, words.doubled(crowded[0]))


def _sides_apart(lines: Sequence[Reading]) -> bool:
    """Right eye in one line and left eye in the other is one treatment."""
    return len(lines) == 2 and {r.side for r in lines} == {"right", "left"}


def _strengths(lines: Sequence[Reading]) -> tuple[tuple[float, ...], ...]:
    return tuple(sorted(tuple(round(v, 6) for v in r.strength.values) for r in lines if r.strength))


def _split(lines: Sequence[Reading]) -> bool:
    strengths = _strengths(lines)
    return (
        len(strengths) == len(lines) == len(set(strengths)) and len({r.as_needed for r in lines} - {None}) < 2
    )


def _pairwise_split(active: Sequence[Reading], crowded: Sequence[Sequence[Reading]]) -> Finding | None:
    """The same two strengths in every list: each held against its own."""
    kinds: list[str] = []
    by_strength: dict[tuple[float, ...], list[Reading]] = {}
    for reading in active:
        if reading.strength:
            by_strength.setdefault(tuple(round(v, 6) for v in reading.strength.values), []).append(reading)
    for lines in by_strength.values():
        kinds += [k for k in (difference(a, b) for a, b in combinations(lines, 2)) if k]
    first = next((k for k in PRECEDENCE if k in kinds), "")
    return _found(first, active, words.differing(first, active)) if first else _alike(list(active))


def _totals_equal(carrying: Sequence[Sequence[Reading]]) -> bool:
    totals = [_daily(lines) for lines in carrying]
    first = totals[0]
    return first is not None and all(t is not None and close(t, first) for t in totals)


def _daily(lines: Sequence[Reading]) -> float | None:
    """What all lines of one list give in a day, where each tells it and it is one substance."""
    total = 0.0
    for reading in lines:
        regimen = reading.regimen
        held = [content(reading, amount) for amount in regimen.amounts]
        if not held or any(h is None or len(h[1][1]) != 1 for h in held) or not regimen.count:
            return None
        doses = [h[1][1][0] for h in held if h]
        share = doses * int(regimen.count) if len(doses) == 1 else doses
        total += sum(share) / (regimen.interval or 1.0)
    return total


def _one_each(active: Sequence[Reading], carrying: set[int], places: int) -> Finding | None:
    kinds = [k for k in (difference(a, b) for a, b in combinations(active, 2) if a.place != b.place) if k]
    if all(r.side for r in active) and len({r.place for r in active if r.side == "both"}) < len(carrying):
        kinds = _without_sides(active, kinds)
    first = next((k for k in PRECEDENCE if k in kinds), "")
    if first:
        return _found(first, active, words.differing(first, active))
    last = places - 1
    if len(carrying) == places:
        return _alike(active)
    if last not in carrying or (0 in carrying and not _unbroken(carrying)):
        return _found(MISSING, active, words.missing(active, places, carrying))
    if 0 in carrying:
        return _alike(active)
    return _found(ADDED, active, words.added(active))


def _without_sides(active: Sequence[Reading], kinds: list[str]) -> list[str]:
    """One line for each eye in one list, `begge øyne` in another: the same sides."""
    by_place: dict[int, set[str]] = {}
    for reading in active:
        sides = {"right", "left"} if reading.side == "both" else {reading.side}
        by_place.setdefault(reading.place, set()).update(sides)
    if len({frozenset(s) for s in by_place.values()}) > 1 or not any(len(s) == 2 for s in by_place.values()):
        return kinds
    return [k for k in kinds if k != PRECEDENCE[0]]


def _unbroken(carrying: set[int]) -> bool:
    return len(carrying) == max(carrying) - min(carrying) + 1


def _alike(active: Sequence[Reading]) -> Finding | None:
    """Agreed on; told only when another product or other words were used."""
    if len({r.place for r in active}) < 2:
        return None
    products = {r.product for r in active if r.product}
    if len(products) > 1 and not _one_word(products):
        return _found(BRAND, active, words.brand(active))
    texts = {
        (key_of(r.line.name), fold(r.line.strength), fold(r.line.form), fold(r.line.dose), fold(r.line.route))
        for r in active
    }
    return _found(WORDING, active, words.wording(active)) if len(texts) > 1 else None


def _one_word(products: set[str]) -> bool:
    shortest = min(products, key=len)
    return all(p.startswith(shortest) for p in products)


def _found(class_: str, readings: Sequence[Reading], why: str) -> Finding:
    return Finding(
        class_,
        tuple(dict.fromkeys(r.line.id for r in sorted(readings, key=lambda r: (r.place, r.line.id)))),
        why,
    )


def beside(class_: str, readings: Sequence[Reading], why: str) -> Finding:
    """A finding that stands beside the drug's own: `allergy`, `duplicate-class`, a duplicate through a combination."""
    return _found(class_, readings, why)
