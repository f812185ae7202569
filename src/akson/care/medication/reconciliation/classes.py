"""What stands beside: two of one class in one list, one substance inside a combination too, and stated allergies."""

import csv
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from akson.care.medication.reconciliation import words
from akson.care.medication.reconciliation.case import Allergy
from akson.care.medication.reconciliation.findings import DUPLICATE, Finding, beside
from akson.care.medication.reconciliation.names import Names, canonical, named_in
from akson.care.medication.reconciliation.reading import Reading
from akson.care.medication.reconciliation.text import fold, slips, slips_allowed

DUPLICATE_CLASS, ALLERGY = "duplicate-class", "allergy"
_GROUPS = Path(__file__).parent / "knowledge" / "allergy_groups.csv"
_SHORT_BETA = frozenset({"R03AC02", "R03AC03", "R03AC04"})
_NO_ALLERGY = re.compile(r"^(?:ingen|ikke kjent|ukjent|nei|none|-|0)\b|ingen kjent|ikke allergi|tåler")


def class_of(reading: Reading) -> str:
    """Five characters of ATC; any M01A is one class, ACE inhibitors and ARBs another; "" for none and for «other»."""
    code = reading.atc
    if code.startswith("M01A") and len(code) >= 5:
        return "" if reading.local else "M01A"
    if code.startswith(("C09A", "C09C")):
        return "C09"
    if len(code) < 5 or code[4] == "X":
        return ""
    return code[:5]


def same_class(readings: Sequence[Reading]) -> list[Finding]:
    """One finding for each class that any list holds two substances of, with their lines in every such list."""
    found: dict[str, list[Reading]] = {}
    for place in sorted({r.place for r in readings}):
        by_class: dict[str, list[Reading]] = {}
        for reading in readings:
            if reading.place == place and reading.active and not reading.ended and class_of(reading):
                by_class.setdefault(class_of(reading), []).append(reading)
        for code, lines in by_class.items():
            clashing = [r for r in lines if any(_clash(r, other) for other in lines)]
            found.setdefault(code, []).extend(clashing)
    return [
        beside(DUPLICATE_CLASS, lines, words.same_class(lines, code))
        for code, lines in found.items()
        if lines
    ]


def _clash(a: Reading, b: Reading) -> bool:
    if a.drug.key == b.drug.key or set(a.drug.components) & set(b.drug.components):
        return False
    if class_of(a) == "C09" and a.atc[:4] == b.atc[:4] and a.atc[:5] != b.atc[:5]:
        return False
    if a.atc.startswith("R03AC") and (a.atc in _SHORT_BETA) != (b.atc in _SHORT_BETA):
        return False
    return not (a.routes and b.routes and a.local != b.local)


def through_combinations(readings: Sequence[Reading]) -> list[tuple[Finding, frozenset[str]]]:
    """A substance that one list holds alone and inside a combination, or inside two; with the lines it settles."""
    found: dict[str, list[Reading]] = {}
    for a, b in combinations([r for r in readings if r.active and not r.ended], 2):
        shared = set(a.drug.components) & set(b.drug.components)
        if a.place != b.place or a.drug.key == b.drug.key or not shared or _local_and_systemic(a, b):
            continue
        found.setdefault(sorted(shared)[0], []).extend((a, b))
    told = []
    for lines in found.values():
        finding = beside(DUPLICATE, lines, words.doubled(lines))
        told.append((finding, frozenset(finding.lines)))
    return told


def _local_and_systemic(a: Reading, b: Reading) -> bool:
    return bool(a.routes and b.routes) and (a.local != b.local or not a.routes & b.routes)


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[str, tuple[str, ...]]]:
    """word -> (name of the group, beginnings of ATC)."""
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    with _GROUPS.open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            for word in row["words"].split("|"):
                known[word] = (row["group"], tuple(row["atc"].split("|")))
    return known


def allergies(readings: Sequence[Reading], stated: Iterable[Allergy], names: Names) -> list[Finding]:
    """One finding for each drug and what it falls under, with its active lines in every list."""
    told: dict[str, Finding] = {}
    for allergy in stated:
        codes, substances, said = _meant(allergy, names)
        by_drug: dict[str, list[Reading]] = {}
        for reading in readings:
            if reading.active and _falls_under(reading, codes, substances, names):
                by_drug.setdefault(reading.drug.key, []).append(reading)
        for key, lines in by_drug.items():
            told.setdefault(key, beside(ALLERGY, lines, words.allergy(lines, said)))
    return list(told.values())


def _meant(allergy: Allergy, names: Names) -> tuple[tuple[str, ...], frozenset[str], str]:
    """(beginnings of ATC, substances, the words) of a stated allergy."""
    folded = fold(allergy.substance)
    said = allergy.substance or allergy.atc
    if folded and _NO_ALLERGY.search(folded):
        return (), frozenset(), said
    group = _group(folded)
    if group and not names.named(folded):
        return group[1], frozenset(), said
    substances = frozenset(canonical(names, allergy.substance).split("/") if allergy.substance else ()) - {""}
    if not substances and folded:
        substances = frozenset(_first_named(folded, names).split("/")) - {""}
    if allergy.atc and len(allergy.atc) < 7:
        return (allergy.atc,), substances, said
    if allergy.atc and not substances:
        known = names.by_atc.get(allergy.atc, "")
        return (allergy.atc,), frozenset(known.split("/")) - {""}, said
    return (), substances, said


def _first_named(folded: str, names: Names) -> str:
    bare = re.sub(
        r"\b(?:allergi(?:sk)?|cave|mot|overfølsom(?:het)?|reagerer på|utslett|anafylaksi|for|alvorlig|mild)\b|[()]",
        " ",
        folded,
    )
    return named_in(names, bare)[0]


def _group(folded: str) -> tuple[str, tuple[str, ...]] | None:
    groups = _groups()
    bare = re.sub(r"[-\s]?allergi\b", "", folded).strip()
    if bare in groups:
        return groups[bare]
    for word in re.findall(r"[a-zæøå0-9-]+", folded):
        near = groups.get(word) or groups.get(word.removesuffix("-gruppen").removesuffix("-preparater"))
        if near is None and len(word) >= 7 and slips_allowed(word):
            near = next(
                (
                    g
                    for w, g in groups.items()
                    if len(w) >= 7 and slips(word, w, 2) <= (2 if len(w) > 8 else 1)
                ),
                None,
            )
        if near:
            return near
    return None


def _falls_under(reading: Reading, codes: tuple[str, ...], substances: frozenset[str], names: Names) -> bool:
    if substances & set(reading.drug.components):
        return True
    if not codes:
        return False
    own = [reading.line.atc] if reading.local else [reading.atc, *reading.drug.atc[:1]]
    whole = () if reading.local else reading.drug.components  # of the gel the code of its own speaks
    parts = [code for part in whole for code in names.atc_of.get(part, ())[:1]]
    return any(code and code.startswith(codes) for code in (*own, *parts))
