"""The list in use and what has been said of its doses, from the record, turned into words."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from akson.care.fhir_json import Resource
from akson.care.medication.administration.due import NORWAY
from akson.care.medication.administration.states import (
    Answer,
    Board,
    DoseRow,
    NeededRow,
    State,
    board,
    evening_before,
)
from akson.care.medication.current import CurrentList, current_list
from akson.care.medication.lines import NAMELESS, Said, SourceLine
from akson.fhir.search.query import DateValue, Term
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.reading import (
    END_OF_TIME,
    every_page,
    may_see,
    of_patient,
    resources,
    with_medications,
)
from akson.web.workspace.administration.view import AdministrationView, DoseView, Group, NeededView

_GROUPS = (
    ("due", "Gis nå", (State.DUE,)),
    ("missed", "Over tiden", (State.MISSED,)),
    ("coming", "Senere i dag", (State.COMING,)),
    ("done", "Ført", (State.GIVEN, State.REFUSED, State.NOT_GIVEN)),
)
_STATE_WORDS = {State.GIVEN: "Gitt", State.REFUSED: "Ville ikke ta den", State.NOT_GIVEN: "Ikke gitt"}


@dataclass(frozen=True, slots=True)
class Loaded:
    current: CurrentList
    board: Board
    administrations: tuple[Resource, ...]

    @property
    def lines(self) -> tuple[SourceLine, ...]:
        return (*self.current.fixed, *self.current.as_needed, *self.current.courses)


async def load(session: RecordSession, patient: str, now: datetime) -> Loaded:
    rows: list[Resource] = []
    for type in ("List", "MedicationStatement"):
        found = await every_page(session, with_medications(of_patient(type, patient)))
        rows += resources((*found.matches, *found.included))
    told = await every_page(session, of_patient("MedicationAdministration", patient, _since(now)))
    administrations = tuple(resources(told.matches))
    current = current_list(rows, now)
    used = (*current.fixed, *current.as_needed, *current.courses)
    lines = tuple(line for line in used if line.name != NAMELESS)
    nameless = tuple(line for line in used if line.name == NAMELESS)
    day = now.astimezone(NORWAY).date()
    today = board(lines, administrations, day, now)
    before = evening_before(lines, administrations, day, now)
    return Loaded(
        current,
        replace(today, rows=(*before, *today.rows), unplanned=(*nameless, *today.unplanned)),
        administrations,
    )


def _since(now: datetime) -> Term:
    """What was given as needed yesterday counts today."""
    return Term("effective-time", "date", None, (DateValue("ge", now - timedelta(days=2), END_OF_TIME),))


async def view_of(
    session: RecordSession,
    patient: str,
    chart: Chart,
    now: datetime,
    said: str = "",
    *,
    refused: bool = False,
) -> AdministrationView:
    if not may_see(session, "MedicationAdministration"):
        return AdministrationView(chart, False, (), (), (), False, False, "")
    loaded = await load(session, patient, now)
    groups = tuple(
        Group(id, title, tuple(_dose(row) for row in loaded.board.in_state(*states)))
        for id, title, states in _GROUPS
    )
    open_now = loaded.board.in_state(State.DUE, State.MISSED)
    coming = loaded.board.in_state(State.COMING)
    return AdministrationView(
        chart=chart,
        shown=True,
        groups=tuple(group for group in groups if group.doses),
        needed=tuple(_needed(row, now) for row in loaded.board.needed),
        unplanned=tuple((line.name, line.dose.text) for line in loaded.board.unplanned),
        none_known=loaded.current.said is Said.NONE,
        not_asked=loaded.current.said in (Said.NOT_ASKED, Said.UNKNOWN),
        nothing_until=words.clock(coming[0].dose.at) if coming and not open_now else "",
        said=said,
        refused=refused,
    )


def _what(line: SourceLine) -> str:
    return " ".join(part for part in (line.strength, line.form) if part)


def _dose(row: DoseRow) -> DoseView:
    line = row.dose.line
    return DoseView(
        key=row.dose.key,
        clock=words.clock(row.dose.at),
        name=line.name,
        what=_what(line),
        amount=row.dose.amount,
        dose=line.dose.text,
        reason=line.indication,
        state=row.state,
        said=_said(row.answer) if row.answer else "",
        others=tuple(_said(answer) for answer in row.others),
        open=row.answer is None,
    )


def _said(answer: Answer) -> str:
    what = _STATE_WORDS[answer.state]
    if answer.state is State.NOT_GIVEN and answer.reason:
        what = f"{what}: {answer.reason}"
    when = f" kl. {words.clock(answer.at)}" if answer.at else ""
    by = f", {answer.by}" if answer.by else ""
    return f"{what}{when}{by}{f' og {answer.second}' if answer.second else ''}"


def _needed(row: NeededRow, now: datetime) -> NeededView:
    most = f"{row.given} av {row.most} ganger siste døgn" if row.most else ""
    return NeededView(
        line=row.line.id,
        name=row.line.name,
        what=_what(row.line),
        dose=row.line.dose.text,
        reason=row.line.indication,
        last=f"Sist gitt {words.spoken_moment(row.last, now)}" if row.last else "",
        effect=row.effect,
        may=row.may,
        stop="" if row.may else f"Største mengde er gitt ({most}).",
    )
