"""What the screens of reconciliation show: every word chosen, nothing clinical chosen beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from akson.care.decisionsupport.advice import Advice
from akson.care.medication.lines import Said, SourceLine, Use
from akson.care.medication.reconciled.agenda import OWN, Act, Agenda, Cell, Option, Row, RowKind
from akson.care.medication.reconciled.choices import Choices, unreasoned
from akson.care.medication.reconciled.signing import Tally, reason_said, tally
from akson.care.medication.sources import SourceList
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.dose_words import plain_dose
from akson.web.workspace.reconciliation.advising import Advised
from akson.web.workspace.reconciliation.loader import Found

SEVERITY = {"critical": "Alvorlig", "warning": "Advarsel", "info": "Til vurdering"}
OPEN_MAX = 2
"""Pieces of advice of one row that stand open; the rest, less grave, are folded."""


@dataclass(frozen=True, slots=True)
class SourceHead:
    title: str
    told: str
    """`Samtale med datter, 26.11.2026`."""


@dataclass(frozen=True, slots=True)
class LineWords:
    strong: str
    """`80 mg`, or what is said instead of a dose: `Seponert 13.11.2026`."""
    rest: str
    small: str
    """`Økt fra 40 mg: forverret hjertesvikt · Selo-Zok · siden 14.03.2025`."""
    quoted: bool = False
    """Told by somebody in her own words."""


@dataclass(frozen=True, slots=True)
class CellWords:
    head: str
    lines: tuple[LineWords, ...]
    silent: str
    """What stands where a source says nothing."""
    differs: bool


@dataclass(frozen=True, slots=True)
class OptionWords:
    key: str
    label: str
    reason: str
    """`Økt fra 40 mg: forverret hjertesvikt (fra sykehuset)`; "" when the source gives none."""


@dataclass(frozen=True, slots=True)
class RowWords:
    key: str
    name: str
    form: str
    tags: tuple[tuple[str, bool], ...]
    """(`Ulik dose`, grave)."""
    whys: tuple[str, ...]
    cells: tuple[CellWords, ...]
    options: tuple[OptionWords, ...]
    chosen: str
    reason: str
    must_reason: bool
    short: str
    """`Apiksaban 2,5 mg, 1 + 0 + 1 + 0`, for the folded line."""
    advice: tuple[Advice, ...] = ()
    """What the answer chosen here brings, the gravest first."""

    @property
    def advice_open(self) -> tuple[Advice, ...]:
        return self.advice[:OPEN_MAX]

    @property
    def advice_folded(self) -> tuple[Advice, ...]:
        return self.advice[OPEN_MAX:]


@dataclass(frozen=True, slots=True)
class ReconciliationView:
    chart: Chart
    heads: tuple[SourceHead, ...]
    rows: tuple[RowWords, ...]
    likely: tuple[RowWords, ...]
    equal: tuple[RowWords, ...]
    tally: Tally
    parts: tuple[str, ...]
    """`1 doseendring`, `1 seponert`, `2 ikke avgjort`."""
    signing: str
    """Id of the signature to be, so that a form sent twice is one."""
    version: int
    again: bool
    settled: int
    """How many sources the list has been reconciled with already."""
    empty: str
    """What is said where there is nothing to judge."""
    others: tuple[Advice, ...]
    """What the list raises whatever is answered."""
    aside: int
    shown: str
    """`Advised.shown`: comes back with the signature."""
    said: str = ""
    wrong: str = ""
    lost: tuple[str, ...] = ()
    """Choices that no longer answer anything, in words."""
    hub: str | None = None
    """What is known of the list at the prescription hub; None where none is connected."""

    @property
    def severity(self) -> dict[str, str]:
        return SEVERITY

    @property
    def judged(self) -> int:
        return len(self.rows) - self.tally.unchosen


def heads(agenda: Agenda) -> tuple[SourceHead, ...]:
    return tuple(SourceHead(one.title, _told(one)) for one in agenda.sources)


def _told(one: SourceList) -> str:
    day = words.day(one.at) if one.at else "dato ikke oppgitt"
    return ", ".join(part for part in (one.told_by, day) if part)


def reconciliation_view(
    chart: Chart,
    found: Found,
    choices: Choices,
    advised: Advised,
    *,
    signing: str,
    again: bool = False,
    said: str = "",
    wrong: str = "",
    lost: Iterable[str] = (),
    hub: str | None = None,
) -> ReconciliationView:
    agenda = found.agenda
    told = advised.said.rows
    rows = {
        kind: tuple(
            replace(row_words(row, choices, agenda), advice=told.get(row.key, ())) for row in agenda.of(kind)
        )
        for kind in RowKind
    }
    numbers = tally(agenda, choices)
    return ReconciliationView(
        chart=chart,
        heads=heads(agenda),
        rows=rows[RowKind.DISAGREEMENT],
        likely=rows[RowKind.INFORMATION],
        equal=rows[RowKind.EQUAL],
        tally=numbers,
        parts=_parts(numbers),
        signing=signing,
        version=found.list_version,
        again=again,
        settled=found.others - (len(agenda.sources) - 1),
        empty=_empty(found),
        others=advised.said.others,
        aside=advised.aside,
        shown=advised.shown,
        said=said,
        wrong=wrong,
        lost=tuple(lost),
        hub=hub,
    )


def row_words(row: Row, choices: Choices, agenda: Agenda) -> RowWords:
    choice = choices.get(row.key)
    lead = next((line for cell in row.cells for line in cell.lines), None)
    missing = row in unreasoned(agenda, choices)
    return RowWords(
        key=row.key,
        name=row.name,
        form=row.form,
        tags=tuple((one.label, one.class_ == "allergy") for one in row.told),
        whys=tuple(one.why for one in row.told),
        cells=tuple(cell_words(cell) for cell in row.cells),
        options=tuple(OptionWords(o.key, o.label, _reason(row, o)) for o in row.options),
        chosen=choice.option if choice else "",
        reason=choice.reason if choice else "",
        must_reason=missing,
        short=" ".join(p for p in (row.name, lead.strength, lead.dose.text) if p) if lead else row.name,
    )


def _reason(row: Row, option: Option) -> str:
    if option.act in (Act.CLARIFY, Act.KEEP, Act.LEAVE):
        return ""
    said, whose = reason_said(row, option)
    return f"{said} (fra {whose})" if said else ""


def cell_words(cell: Cell) -> CellWords:
    lines = tuple(line_words(line, own=cell.source.kind is OWN) for line in cell.lines)
    silent = {
        Said.NONE: "Bruker ingen legemidler",
        Said.NOT_ASKED: "Ikke spurt",
        Said.UNKNOWN: "Listen kunne ikke leses",
    }.get(cell.source.said, "Ikke oppført")
    return CellWords(cell.source.title, lines, silent, cell.differs)


def line_words(line: SourceLine, *, own: bool = False) -> LineWords:
    since = f"siden {words.day(line.start)}" if own and line.start else ""
    if line.use is Use.STOPPED:
        strong = f"Seponert {words.day(line.stop)}" if line.stop else "Seponert"
        return LineWords(strong, "", _joined(line.stop_reason, line.note, line.product))
    if line.use is Use.NOT_TAKEN:
        return LineWords("Tas ikke", "", _joined(line.stop_reason, line.note, line.product))
    dose = line.dose.text
    if line.dose.as_needed and "ved behov" not in dose.lower():
        dose = f"Ved behov: {dose}" if dose else "Ved behov"
    paused = "Pauset" if line.use is Use.PAUSED else ""
    until = f"til og med {words.day(line.stop)}" if line.stop else ""
    return LineWords(
        line.strength or (dose or "Dosering ikke angitt"),
        dose if line.strength else "",
        _joined(paused, line.product, line.note, until, since),
    )


def _joined(*parts: str) -> str:
    return " · ".join(part.rstrip(".") for part in parts if part)


def _parts(numbers: Tally) -> tuple[str, ...]:
    told = (
        (numbers.changed, "endret", "endret"),
        (numbers.stopped, "seponert", "seponert"),
        (numbers.added, "lagt til", "lagt til"),
        (numbers.left_out, "ikke tatt med", "ikke tatt med"),
        (numbers.clarified, "skal avklares", "skal avklares"),
        (numbers.unchosen, "ikke avgjort", "ikke avgjort"),
    )
    return tuple(f"{count} {one if count == 1 else many}" for count, one, many in told if count)


def _empty(found: Found) -> str:
    agenda = found.agenda
    if agenda.of(RowKind.DISAGREEMENT):
        return ""
    same = sum(1 for row in agenda.rows if row.own)
    if not agenda.rows:
        return "Ingen legemidler registrert. Signer for å bekrefte at pasienten ikke bruker noen."
    if len(agenda.sources) == 1:
        return "Ingen nye lister fra andre. Signer for å bekrefte lista slik den står."
    return f"Ingen avvik. Bekreft {same} like og signer."


@dataclass(frozen=True, slots=True)
class ShareRow:
    to: str
    state: str
    mark: str
    """check, clock, alert, or stop for what is not connected: the icon says the same as the words."""
    path: str = ""
    action: str = ""
    act: str = ""
    """`del` or `hent`: a button that shares it again, or asks for the list that stands there."""
    more: str = ""
    """What else is known of it, below."""


@dataclass(frozen=True, slots=True)
class SharedView:
    chart: Chart
    when: str
    by: str
    note: str
    count: int
    shares: tuple[ShareRow, ...]
    sentences: tuple[str, ...]
    signed: str


@dataclass(frozen=True, slots=True)
class PrintLine:
    name: str
    strength: str
    dose: str
    why: str
    since: str
    source: str


@dataclass(frozen=True, slots=True)
class PrintView:
    """The list on one page; `big` is the citizen's, in big letters and plain words."""

    chart: Chart
    groups: tuple[tuple[str, tuple[PrintLine, ...]], ...]
    empty: str
    when: str
    by: str
    allergies: str
    no_allergies: str
    """What is said in place of them: none known is not the same as not asked."""
    big: bool


def print_line(line: SourceLine, *, big: bool = False) -> PrintLine:
    shown = line_words(line)
    dose = shown.rest or (shown.strong if not line.strength else "Dosering ikke angitt")
    dose = plain_dose(dose) if big else dose
    until = f", til og med {words.day(line.stop)}" if line.stop else ""
    who = line.provenance.by
    confirmed = words.day(line.provenance.confirmed) if line.provenance.confirmed else ""
    return PrintLine(
        name=f"{line.name}{f' ({line.product})' if line.product else ''}",
        strength=" ".join(p for p in (line.strength, line.form) if p),
        dose=f"{dose}{until}",
        why=line.indication,
        since=words.day(line.start) if line.start else "",
        source=", ".join(p for p in (who, confirmed) if p),
    )


def day_words(at: datetime | date | None) -> str:
    return words.day(at) if at else ""
