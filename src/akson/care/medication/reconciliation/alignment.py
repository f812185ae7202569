"""Which lines are of one drug: by substance over all lists, unknown names by their letters, combinations by their parts."""

from collections.abc import Sequence
from dataclasses import replace

from akson.care.medication.reconciliation.names import Drug, Names
from akson.care.medication.reconciliation.reading import Group, Reading, component_of
from akson.care.medication.reconciliation.strength import close
from akson.care.medication.reconciliation.text import slips, slips_allowed


def groups_of(readings: Sequence[Reading], names: Names) -> list[Group]:
    """Every line in one group; a combination that another list holds in parts stands in a group of each part."""
    lines = _unknown_joined(list(readings))
    by_key: dict[str, list[Reading]] = {}
    for reading in lines:
        by_key.setdefault(reading.drug.key, []).append(reading)
    by_key = _in_parts(by_key, names)
    groups: list[Group] = []
    for key, members in by_key.items():
        groups += _by_use(members[0].drug if members else Drug(key), members)
    return groups


def with_known_neighbours(readings: Sequence[Reading]) -> list[Reading]:
    """`prednislon` is one slip from two names of the table; where only one of them stands in the lists, it is that one."""
    known: dict[str, set[Drug]] = {}
    for reading in readings:
        if reading.drug.known:
            for name in (reading.product, reading.drug.key):
                known.setdefault(name, set()).add(reading.drug)
    named = [r if r.drug.known or r.line.atc or r.line.substance else _neighbour(r, known) for r in readings]
    return [_in_full(r, named) for r in named]


def _in_full(reading: Reading, among: Sequence[Reading]) -> Reading:
    """`levodopa`, or N04BA02 and no name, is the one drug of that code that the lists name in full; of two, neither.

    One code may stand for several combinations: only their names say which inhibitor goes with the levodopa.
    """
    drug, codes = reading.drug, set(reading.drug.atc)
    parts = set(drug.components) if drug.known else set()
    if not codes or (not drug.known and drug.key != "?" + reading.line.atc):
        return reading
    full = {
        r.drug
        for r in among
        if r.drug.known and codes & set(r.drug.atc) and (parts < set(r.drug.components) or not parts)
    }
    return replace(reading, drug=full.pop()) if len(full) == 1 else reading


def _neighbour(reading: Reading, known: dict[str, set[Drug]]) -> Reading:
    name = reading.product
    near = {
        drug
        for other, drugs in known.items()
        if other and slips(name, other, 2) <= min(slips_allowed(name), slips_allowed(other))
        for drug in drugs
    }
    if len(near) != 1:
        return reading
    drug = next(iter(near))
    return replace(reading, drug=drug, atc=drug.atc[0] if drug.atc else "")


def _unknown_joined(readings: list[Reading]) -> list[Reading]:
    """Names that no table knows are one when a slip of the pen apart, or when they bear one whole ATC code."""
    unknown = sorted({r.drug.key for r in readings if not r.drug.known})
    if not unknown:
        return readings
    codes = {r.drug.key: r.line.atc for r in readings if len(r.line.atc) == 7}
    chosen: dict[str, str] = {}
    for key in unknown:
        same = next((k for k in chosen.values() if _one(k, key, codes)), None)
        chosen[key] = same or key
    return [r if r.drug.known else replace(r, drug=replace(r.drug, key=chosen[r.drug.key])) for r in readings]


def _one(a: str, b: str, codes: dict[str, str]) -> bool:
    if a in codes and b in codes:
        return codes[a] == codes[b]
    one, other = a.split(), b.split()
    if len(one) != len(other):
        shortest, longest = sorted((a, b), key=len)
        return len(shortest) >= 6 and longest.startswith(shortest + " ")
    return all(
        slips(x, y, 2) <= min(slips_allowed(x), slips_allowed(y)) for x, y in zip(one, other, strict=True)
    )


def _in_parts(by_key: dict[str, list[Reading]], names: Names) -> dict[str, list[Reading]]:
    for key in [k for k in by_key if "/" in k]:
        parts = key.split("/")
        whole = by_key[key]
        held = {part: {r.place for r in by_key.get(part, ()) if r.active} for part in parts}
        # Only lists without the combination that hold a part of it, and only where no list holds both.
        places = {r.place for r in whole if r.active}
        loose = set().union(*held.values())
        if not places or not (loose - places) or loose & places:
            continue
        values = _shared_out(whole, {part: by_key.get(part, []) for part in parts})
        for at, part in enumerate(parts):
            moved = [component_of(r, names.drug(part), values.get((r.line.id, at))) for r in whole]
            by_key.setdefault(part, []).extend(moved)
            by_key[part].sort(key=lambda r: (r.place, r.line.id))
        del by_key[key]
    return by_key


def _shared_out(whole: list[Reading], loose: dict[str, list[Reading]]) -> dict[tuple[str, int], float]:
    """Which of a combination's strengths is which component's: the one that a loose line of it bears."""
    shared: dict[tuple[str, int], float] = {}
    for reading in whole:
        if reading.strength is None or len(reading.strength.values) != len(loose):
            continue
        left = list(reading.strength.values)
        waiting: list[int] = []
        for at, lines in enumerate(loose.values()):
            borne = [v for r in lines if r.strength for v in r.strength.values]
            fits = next((v for v in left if any(close(v, b) for b in borne)), None)
            if fits is None:
                waiting.append(at)
            else:
                left.remove(fits)
                shared[(reading.line.id, at)] = fits
        if len(waiting) == 1 and len(left) == 1:
            shared[(reading.line.id, waiting[0])] = left[0]
    return shared


def _by_use(drug: Drug, members: list[Reading]) -> list[Group]:
    """One group, or one for each use: local and systemic, modified opioid and the same one as needed, each side."""
    for split, together in ((_use, _both_in_a_list), (_opioid, _fixed_and_needed)):
        names = [split(r, drug) for r in members]
        if len(set(names)) > 1 and together(members, names):
            groups: list[Group] = []
            for use in dict.fromkeys(names):
                groups += _by_use(drug, [r for r, n in zip(members, names, strict=True) if n == use])
            return groups
    return [Group(drug, tuple(members))]


def _both_in_a_list(members: list[Reading], names: list[str]) -> bool:
    places: dict[int, set[str]] = {}
    for reading, name in zip(members, names, strict=True):
        if reading.active:
            places.setdefault(reading.place, set()).add(name)
    return any(len(uses) > 1 for uses in places.values())


def _use(reading: Reading, drug: Drug) -> str:
    """Where it works. What does not say so works in the whole body."""
    if reading.routes and reading.local:
        if "skin" in reading.routes and reading.kinds & _SMEARED:
            return "skin"  # «voltarol gel» and no more is for the skin
        return "/".join(sorted(reading.routes & _USES)) if len(reading.routes & _USES) == 1 else "local"
    if len(reading.routes & _USES) >= 2 and reading.kinds & _SMEARED:
        return "skin" if "skin" in reading.routes else "local"
    return "body"


_USES = frozenset({"skin", "eye", "ear", "nasal", "inhaled", "vaginal"})
_SMEARED = frozenset({"cream", "ointment", "gel", "drops"})


def _opioid(reading: Reading, drug: Drug) -> str:
    """Opioids alone: what lasts against what is short."""
    if not any(code.startswith(("N02A", "N07BC")) for code in drug.atc):
        return ""
    return "long" if reading.modified else "short"


def _fixed_and_needed(members: list[Reading], names: list[str]) -> bool:
    """Whether a list holds an opioid that lasts, fixed, and the same one short, as needed."""
    pairs = list(zip(members, names, strict=True))
    return any(
        a.active and b.active and a.place == b.place and x == "long" and y == "short"
        for a, x in pairs
        for b, y in pairs
        if a.as_needed is not True and b.as_needed
    )
