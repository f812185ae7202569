"""The one entry: a case in, its findings out, the same for the same case whatever order its lines stand in."""

from akson.care.medication.reconciliation.alignment import groups_of, with_known_neighbours
from akson.care.medication.reconciliation.case import Case
from akson.care.medication.reconciliation.classes import allergies, same_class, through_combinations
from akson.care.medication.reconciliation.findings import (
    ADDED,
    DUPLICATE,
    ENDED,
    MISSING,
    STILL_TAKEN,
    Finding,
    judge,
)
from akson.care.medication.reconciliation.names import Names, names_in_use
from akson.care.medication.reconciliation.reading import Reading, read_line
from akson.care.medication.reconciliation.words import list_names

CLASSES = (
    STILL_TAKEN,
    ENDED,
    DUPLICATE,
    "route",
    "form",
    "asneeded-vs-fixed",
    "dose",
    "frequency",
    "strength",
    MISSING,
    ADDED,
    "duplicate-class",
    "allergy",
    "brand-only",
    "wording-only",
)


def reconcile(case: Case, names: Names | None = None) -> tuple[Finding, ...]:
    """What the lists disagree on, by precedence of class; never which of them is right."""
    known = names or names_in_use()
    readings = _read(case, known)
    groups = groups_of(readings, known)
    doubles = through_combinations(readings)
    settled = frozenset(line for _, lines in doubles for line in lines)
    found = [finding for finding, _ in doubles]
    for group in groups:
        finding = judge(group, len(case.lists), settled)
        if finding is not None:
            found.append(finding)
    found += same_class(readings)
    found += allergies(readings, case.allergies, known)
    unique = {(f.class_, f.lines): f for f in found}
    return tuple(sorted(unique.values(), key=lambda f: (CLASSES.index(f.class_), f.lines, f.why)))


def aligned(case: Case, names: Names | None = None) -> tuple[frozenset[str], ...]:
    """Ids of the lines of each drug, whether its lists agree or not; a combination goes with the parts it is held as."""
    known = names or names_in_use()
    together: list[frozenset[str]] = []
    for group in groups_of(_read(case, known), known):
        lines = frozenset(r.line.id for r in group.readings)
        near = [one for one in together if one & lines]
        together = [one for one in together if not one & lines] + [lines.union(*near)]
    return tuple(together)


def _read(case: Case, names: Names) -> list[Reading]:
    """Sorted, so that the order of lines within a list says nothing."""
    lists = list_names([entry.source for entry in case.lists])
    read = [
        read_line(line, place, lists, names, case.asof)
        for place, entry in enumerate(case.lists)
        for line in entry.lines
    ]
    read.sort(
        key=lambda r: (r.place, r.drug.key, r.line.name, r.line.strength, r.line.dose, r.line.form, r.line.id)
    )
    return with_known_neighbours(read)
