"""What a person is to judge: one row for each drug, disagreements first, with every answer that the sources allow.

A row names what every list says and what can be answered; no answer is chosen beforehand, and none is the machine's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from akson.care.medication.lines import PAST, SourceKind, SourceLine, Use
from akson.care.medication.reconciled import wording
from akson.care.medication.reconciliation.case import Case
from akson.care.medication.reconciliation.case import MedicineList as Asked
from akson.care.medication.reconciliation.engine import aligned, reconcile
from akson.care.medication.reconciliation.findings import Finding
from akson.care.medication.reconciliation.names import Names
from akson.care.medication.sources import SourceList

BESIDE = ("allergy", "duplicate-class")
WITHIN_A_LIST = ("duplicate-substance", *BESIDE, "course-ended")
STOPPABLE = ("stopped-still-taken", "missing", *WITHIN_A_LIST)
OWN = SourceKind.MUNICIPALITY


class RowKind(StrEnum):
    DISAGREEMENT = "disagreement"
    """Somebody must choose before the list can be signed."""
    INFORMATION = "information"
    """Another brand or other words alone: told, nothing is asked."""
    EQUAL = "equal"


class Act(StrEnum):
    KEEP = "keep"
    """The municipality's own lines stay as they are."""
    ONLY = "only"
    """One of the municipality's own lines stays, the others are stopped."""
    TAKE = "take"
    """What another source says becomes the list's."""
    STOP = "stop"
    LEAVE = "leave"
    """What stands on no list of ours does not come on it."""
    CLARIFY = "clarify"
    """Nothing is changed yet; somebody is given the task of finding out."""


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    """`keep`, `take:List/astrid-epikrise`, `only:MedicationStatement/m1`: what a form sends."""
    act: Act
    label: str
    """`Endre til 80 mg`."""
    source: str = ""
    """Reference of the list whose words it follows."""
    line: str = ""
    """Of `only`: id of the line that stays."""


@dataclass(frozen=True, slots=True)
class Told:
    """One finding, explained."""

    class_: str
    label: str
    """`Ulik dose`."""
    why: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one source says of the drug; `lines` is empty where it says nothing."""

    source: SourceList
    lines: tuple[SourceLine, ...]
    differs: bool
    """Whether it is not what our own list says."""


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    """Changes with what any source says of the drug: a choice made of other words is not a choice of these."""
    kind: RowKind
    name: str
    form: str
    told: tuple[Told, ...]
    cells: tuple[Cell, ...]
    options: tuple[Option, ...]

    @property
    def own(self) -> tuple[SourceLine, ...]:
        """The municipality's lines of it, stopped ones too."""
        return next((cell.lines for cell in self.cells if cell.source.kind is OWN), ())

    @property
    def grave(self) -> bool:
        return any(one.class_ == "allergy" for one in self.told)

    def option(self, key: str) -> Option | None:
        return next((one for one in self.options if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Agenda:
    sources: tuple[SourceList, ...]
    """Our own first, then the others, newest last."""
    rows: tuple[Row, ...]

    def of(self, kind: RowKind) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.kind is kind)

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)


def agenda(sources: Sequence[SourceList], case: Case, names: Names | None = None) -> Agenda:
    """`case` is what the engine is asked of the same sources (`question.case_of`)."""
    shown = tuple(sorted(sources, key=lambda one: one.kind is not OWN))
    findings = reconcile(case, names)
    groups = _with_not_taken(_joined(aligned(case, names), findings), shown)
    rows = [_row(group, shown, findings, case, names) for group in groups]
    order = list(RowKind)
    rows.sort(key=lambda r: (order.index(r.kind), not r.grave, r.name.casefold(), r.key))
    return Agenda(shown, tuple(rows))


def _joined(groups: Sequence[frozenset[str]], findings: Sequence[Finding]) -> list[frozenset[str]]:
    """Lines that one finding of the same drug speaks of are one row; those of a class or an allergy stay apart."""
    joined: list[frozenset[str]] = []
    for lines in (*groups, *(frozenset(f.lines) for f in findings if f.class_ not in BESIDE)):
        near = [group for group in joined if group & lines]
        joined = [group for group in joined if not group & lines] + [lines.union(*near)]
    return joined


def _with_not_taken(groups: list[frozenset[str]], sources: Sequence[SourceList]) -> list[frozenset[str]]:
    """What somebody does not take is absent to the engine; its words stand in the row of the drug all the same."""
    by_name = {
        _folded(line): number
        for number, group in enumerate(groups)
        for one in sources
        for line in one.lines
        if line.id in group
    }
    found = list(groups)
    for line in (line for one in sources for line in one.lines if line.use is Use.NOT_TAKEN):
        number = by_name.get(_folded(line))
        if number is not None:
            found[number] |= {line.id}
    return found


def _folded(line: SourceLine) -> str:
    return line.name.casefold()


def _row(
    group: frozenset[str],
    sources: tuple[SourceList, ...],
    findings: Sequence[Finding],
    case: Case,
    names: Names | None,
) -> Row:
    mine = [f for f in findings if group & set(f.lines)]
    counted = [f for f in mine if f.counted]
    per_source = [(one, tuple(line for line in one.lines if line.id in group)) for one in sources]
    own = next((lines for one, lines in per_source if one.kind is OWN), ())
    cells = tuple(
        Cell(one, lines, bool(counted) and one.kind is not OWN and not _same(own, lines, case, names))
        for one, lines in per_source
    )
    lead = next((line for cell in cells for line in cell.lines if in_use(line)), None) or next(
        line for cell in cells for line in cell.lines
    )
    kind = RowKind.DISAGREEMENT if counted else RowKind.INFORMATION if mine else RowKind.EQUAL
    if kind is RowKind.EQUAL and not any(in_use(line) for line in own):
        kind = RowKind.INFORMATION  # stopped wherever it stands
    options = _options(cells, counted, case, names) if counted else ()
    told = tuple(
        Told(f.class_, wording.label(f.class_, cells), wording.plain(f.why, f.lines)) for f in counted or mine
    )
    return Row(_key(cells, counted), kind, lead.name, lead.form, told, cells, options)


def in_use(line: SourceLine) -> bool:
    return line.use not in PAST


def _active(lines: Sequence[SourceLine]) -> tuple[SourceLine, ...]:
    return tuple(line for line in lines if in_use(line))


def _key(cells: Sequence[Cell], counted: Sequence[Finding]) -> str:
    said = [
        (cell.source.reference, x.id, x.name, x.product, x.strength, x.form, x.dose.text, x.use, str(x.stop))
        for cell in cells
        for x in cell.lines
    ]
    return hashlib.sha256(repr((sorted(said), sorted(f.class_ for f in counted))).encode()).hexdigest()[:16]


def _same(a: Sequence[SourceLine], b: Sequence[SourceLine], case: Case, names: Names | None) -> bool:
    """Whether the engine finds nothing between these two alone."""
    if bool(_active(a)) != bool(_active(b)):
        return False
    by_id = {line.id: line for entry in case.lists for line in entry.lines}
    sides = tuple(
        Asked(str(n), tuple(by_id[line.id] for line in side if line.id in by_id))
        for n, side in enumerate((a, b))
    )
    found = reconcile(Case(case.id, case.asof, sides), names)
    return not any(f.counted and f.class_ not in WITHIN_A_LIST for f in found)


def _options(
    cells: Sequence[Cell], counted: Sequence[Finding], case: Case, names: Names | None
) -> tuple[Option, ...]:
    own = next((_active(cell.lines) for cell in cells if cell.source.kind is OWN), ())
    had = any(cell.lines for cell in cells if cell.source.kind is OWN)
    found = {f.class_ for f in counted}
    options: list[Option] = []
    taken: list[tuple[SourceLine, ...]] = [own] if own else []
    others = []
    for cell in cells:
        lines = _active(cell.lines)
        if cell.source.kind is OWN or not lines or any(_same(one, lines, case, names) for one in taken):
            continue
        taken.append(lines)
        others.append((cell.source.reference, lines))
    if own:
        options.append(Option("keep", Act.KEEP, wording.keep(own, [lines for _, lines in others])))
        if len(own) > 1 and "duplicate-substance" in found:
            options += [Option(f"only:{line.id}", Act.ONLY, wording.only(line), line=line.id) for line in own]
    options += [
        Option(f"take:{source}", Act.TAKE, wording.take(own, lines, had=had), source)
        for source, lines in others
    ]
    if own and (found & set(STOPPABLE) or any(cell.differs and not _active(cell.lines) for cell in cells)):
        options.append(Option("stop", Act.STOP, "Seponer", _who_stopped(cells)))
    if not own:
        options.append(Option("leave", Act.LEAVE, "Hold seponert" if had else "Ikke legg til"))
    return (*options, Option("clarify", Act.CLARIFY, "Avklar"))


def _who_stopped(cells: Sequence[Cell]) -> str:
    return next(
        (c.source.reference for c in cells if c.source.kind is not OWN and c.lines and not _active(c.lines)),
        "",
    )
