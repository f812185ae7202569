"""The list in use and what has been said of its doses, from the record, turned into words."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from akson.care.casework.absences import Absence, absence_at, absences
from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.medication.administration.acts import MISSED_TASK
from akson.care.medication.administration.due import NORWAY
from akson.care.medication.administration.states import (
    DOSE_KEY,
    Answer,
    Board,
    DoseRow,
    NeededRow,
    State,
    board,
    evening_before,
    may_confirm,
    waits_for_second,
)
from akson.care.medication.current import CurrentList, current_list
from akson.care.medication.lines import NAMELESS, Said, SourceLine
from akson.care.worklist.inbox import OPEN as OPEN_TASKS
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
    token,
    with_medications,
)
from akson.web.workspace.administration.view import (
    AdministrationView,
    AnswerView,
    BackView,
    DoseView,
    Group,
    NeededView,
    WaitingView,
)

_GROUPS = (
    ("due", "Gis nå", (State.DUE,)),
    ("missed", "Over tiden", (State.MISSED,)),
    ("coming", "Senere i dag", (State.COMING,)),
    ("done", "Ført", (State.GIVEN, State.REFUSED, State.NOT_GIVEN)),
)
_HELD = "På vent: innlagt på sykehus"
_STATE_WORDS = {State.GIVEN: "Gitt", State.REFUSED: "Ville ikke ta den", State.NOT_GIVEN: "Ikke gitt"}


@dataclass(frozen=True, slots=True)
class Loaded:
    current: CurrentList
    board: Board
    """Of today, and before it what an open item tells of yesterday."""
    administrations: tuple[Resource, ...]
    """Of the last two days, those taken back too."""
    items: tuple[Resource, ...]
    """Open Tasks about doses that nobody has answered."""
    in_hospital: tuple[Absence, ...] = ()

    def held(self, row: DoseRow) -> bool:
        """Nobody here gives it: the hospital does. What was answered all the same stands as answered."""
        return row.answer is None and absence_at(self.in_hospital, row.dose.at) is not None

    def in_state(self, *states: State, held: bool = False) -> tuple[DoseRow, ...]:
        return tuple(row for row in self.board.in_state(*states) if self.held(row) is held)

    def named(self, id: str) -> Resource | None:
        return next((a for a in self.administrations if a["id"] == id), None)

    def item_answered_by(self, key: str) -> Resource | None:
        """The item that is done when this dose is answered: all others that it tells of are."""
        left = {row.dose.key for row in self.board.rows if row.answer is None} - {key}
        told = (item for item in self.items if key in _keys(item))
        return next((item for item in told if not left & _keys(item)), None)


async def load(session: RecordSession, patient: str, now: datetime) -> Loaded:
    rows: list[Resource] = []
    for type in ("List", "MedicationStatement"):
        found = await every_page(session, with_medications(of_patient(type, patient)))
        rows += resources((*found.matches, *found.included))
    given = await every_page(session, of_patient("MedicationAdministration", patient, _since(now)))
    administrations = tuple(resources(given.matches))
    items = await _items(session, patient)
    current = current_list(rows, now)
    lines = tuple(line for line in current.in_use if line.name != NAMELESS)
    nameless = tuple(line for line in current.in_use if line.name == NAMELESS)
    day = now.astimezone(NORWAY).date()
    today = board(lines, administrations, day, now)
    open_still = evening_before(lines, administrations, day, now)
    # Yesterday's that are late, and stand in somebody's item: they are answered here too.
    told = {key for item in items for key in _keys(item)} - {row.dose.key for row in open_still}
    before = board(lines, administrations, day - timedelta(days=1), now)
    late = tuple(row for row in before.in_state(State.MISSED) if row.dose.key in told)
    shown = replace(today, rows=(*late, *open_still, *today.rows), unplanned=(*nameless, *today.unplanned))
    return Loaded(current, shown, administrations, items, await _in_hospital(session, patient))


async def _in_hospital(session: RecordSession, patient: str) -> tuple[Absence, ...]:
    if not may_see(session, "Encounter"):
        return ()
    found = await every_page(session, of_patient("Encounter", patient))
    return tuple(a for a in absences(resources(found.matches)) if a.reason == "admitted")


async def _items(session: RecordSession, patient: str) -> tuple[Resource, ...]:
    if not may_see(session, "Task"):
        return ()
    asked = of_patient("Task", patient, token("code", MISSED_TASK), token("status", *OPEN_TASKS))
    return tuple(t for t in resources((await every_page(session, asked)).matches) if _keys(t))


def _keys(item: Resource) -> set[str]:
    return {i["value"] for i in item.get("identifier") or [] if i.get("system") == DOSE_KEY}


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
    reader: str,
    refused: bool = False,
) -> AdministrationView:
    if not may_see(session, "MedicationAdministration"):
        return AdministrationView(chart, False, (), (), (), (), (), False, False, "")
    loaded = await load(session, patient, now)
    groups = tuple(
        Group(id, title, tuple(_dose(row, now) for row in loaded.in_state(*states)))
        for id, title, states in _GROUPS
    )
    held = tuple(_dose(row, now, held=True) for row in loaded.in_state(*State, held=True))
    groups = (*groups[:2], Group("held", _HELD, held), *groups[2:])
    open_now = loaded.in_state(State.DUE, State.MISSED)
    coming = loaded.in_state(State.COMING)
    return AdministrationView(
        chart=chart,
        shown=True,
        groups=tuple(group for group in groups if group.doses),
        needed=tuple(_needed(row, now) for row in loaded.board.needed),
        unplanned=tuple((line.name, line.dose.text) for line in loaded.board.unplanned),
        waiting=_waiting(loaded.administrations, reader),
        back=_back(loaded.administrations, now),
        none_known=loaded.current.said is Said.NONE,
        not_asked=loaded.current.said in (Said.NOT_ASKED, Said.UNKNOWN),
        nothing_until=words.clock(coming[0].dose.at) if coming and not open_now else "",
        said=said,
        refused=refused,
    )


def _what(line: SourceLine) -> str:
    return " ".join(part for part in (line.strength, line.form) if part)


def _dose(row: DoseRow, now: datetime, *, held: bool = False) -> DoseView:
    line, at = row.dose.line, row.dose.at
    today = words.local(at).date() == words.local(now).date()
    answers = [row.answer, *row.others] if row.answer else []
    return DoseView(
        key=row.dose.key,
        clock=words.clock(at) if today else f"I går {words.clock(at)}",
        name=line.name,
        what=_what(line),
        amount=row.dose.amount,
        dose=line.dose.text,
        reason=line.indication,
        state="held" if held else row.state,
        answers=tuple(
            AnswerView(answer.reference.rpartition("/")[2], _said(answer), n > 0)
            for n, answer in enumerate(answers)
        ),
        open=row.answer is None,
    )


def _said(answer: Answer) -> str:
    what = _STATE_WORDS[answer.state]
    if answer.state is State.NOT_GIVEN and answer.reason:
        what = f"{what}: {answer.reason}"
    when = f" kl. {words.clock(answer.at)}" if answer.at else ""
    by = f", {answer.by}" if answer.by else ""
    waits = ". Venter på at en annen bekrefter" if answer.waits else ""
    return f"{what}{when}{by}{f' og {answer.second}' if answer.second else ''}{waits}"


def _needed(row: NeededRow, now: datetime) -> NeededView:
    most = f"{row.given} av {row.most} ganger siste døgn" if row.most else ""
    return NeededView(
        line=row.line.id,
        name=row.line.name,
        what=_what(row.line),
        dose=row.line.dose.text,
        reason=row.line.indication,
        last=f"Sist gitt {words.spoken_moment(row.last, now)}" if row.last else "",
        latest=row.latest.rpartition("/")[2],
        effect=row.effect,
        asks_effect=bool(row.latest) and not row.effect,
        once=row.once,
        may=row.may,
        stop="" if row.may else f"Største mengde er gitt ({most}).",
    )


def _waiting(administrations: tuple[Resource, ...], reader: str) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(one["id"], _given_what(one), _by_whom(one), may_confirm(one, reader))
        for one in administrations
        if waits_for_second(one)
    )


def _back(administrations: tuple[Resource, ...], now: datetime) -> tuple[BackView, ...]:
    """The words of whoever took it back are the last that were noted."""
    found = []
    for one in administrations:
        if one.get("status") != "entered-in-error":
            continue
        note = next((n for n in reversed(one.get("note") or []) if n.get("time")), {})
        at = instant(note.get("time"))
        when = f" {words.spoken_moment(at, now)}" if at else ""
        why = f"Tatt tilbake{when}, {display(note.get('authorReference'))}: {note.get('text', '')}"
        found.append(BackView(_given_what(one), f"Ført {_by_whom(one)}", why))
    return tuple(found)


def _given_what(one: Resource) -> str:
    amount = (one.get("dosage") or {}).get("text", "")
    return ", ".join(part for part in (concept_text(one.get("medicationCodeableConcept")), amount) if part)


def _by_whom(one: Resource) -> str:
    """`kl. 08.05, Ida Nilsen`."""
    at = instant(one.get("effectiveDateTime"))
    by = display((one.get("performer") or [{}])[0].get("actor"))
    return ", ".join(part for part in (f"kl. {words.clock(at)}" if at else "", by) if part)
