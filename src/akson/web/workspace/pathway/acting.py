"""What is done from the board and from a stay: the answer to the hospital, a question to it, a step of one's own closed.

The answer goes out of the promise: the bed is held first, then the note is sent that says so, then nothing is left to type.
When the note cannot go, the bed is given back: nobody holds what nobody was told of.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from akson.care.casework import beds
from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import instant
from akson.care.pathway import answers
from akson.care.pathway.said import Answer
from akson.care.pathway.stay import Stay
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import typed
from akson.web.shell.beds import LOST, promised
from akson.web.shell.hospital import PatientStays
from akson.web.shell.letters import Letters, Order, Remark, Sheet
from akson.web.workspace.pathway.offers import (
    ARRIVES,
    HELD,
    HOME,
    OTHER,
    STATUS_PLAN,
    question,
    ready_message,
)

NOTE, QUESTION = "DIALOG_NOTAT", "DIALOG_FORESPORSEL"
CAN, CANNOT = "kan", "ikke"
TAKEN = "AKS-CASE-010"
YEARS = (1900, 9000)
BACK, AHEAD = timedelta(days=31), timedelta(days=366)
"""A promise begins within these of today, and lasts no longer than the latter: a slip of the pen holds no bed for years."""
_HOLDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/pathway/hold")


@dataclass(frozen=True, slots=True)
class Given:
    """The answer as the form gives it."""

    message: str
    """Id of the declaration."""
    answer: str
    place: str
    since: date | None
    until: date | None
    msg_id: str
    confirmed: bool = False

    @property
    def words(self) -> str:
        """The sentence that the hospital reads; "" while a day is missing."""
        if self.answer == CAN:
            return answers.words(Answer(True, self.since)) if self.since else ""
        return answers.words(Answer(False, self.since))


def read(given: Mapping[str, str], new_id: str) -> Given:
    return Given(
        message=given.get("melding", "")[:64],
        answer=CANNOT if given.get("svar") == CANNOT else CAN,
        place=given.get("plass", "")[:80],
        since=_day(given.get("fra", "")),
        until=_day(given.get("til", "")),
        msg_id=given.get("id", "")[:64] or new_id,
        confirmed=given.get("bekreft") == "ja",
    )


def _day(text: str) -> date | None:
    """None also for a day that nobody can reckon from."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


@dataclass(frozen=True, slots=True)
class Outcome:
    sent: str = ""
    """Id of the Communication; "" when nothing was sent."""
    sheet: Sheet | None = None
    taken: bool = False
    """Somebody else has the bed."""


def check(given: Given, stay: Stay, today: date) -> None:
    """Raises Problem CONFLICT AKS-CASE-021 when there is no such declaration to answer any longer, INVALID AKS-CASE-022 for
    an answer that is none."""
    if ready_message(stay).rpartition("/")[2] != given.message:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-CASE-021",
            "Meldingen kan ikke besvares slik lenger.",
            why="Sykehuset har trukket den tilbake eller sendt en ny, eller pasienten er utskrevet.",
            now="Gå til pasientens forløp og se hva som gjelder nå.",
        )
    if given.answer == CAN and (given.since is None or not given.place):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-CASE-022",
            "Svaret mangler dag eller plass.",
            now="Gå tilbake og velg dem.",
        )
    if not _reckoned(given, today):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-CASE-022",
            "Dagene i svaret kan ikke stemme.",
            why="Et svar gjelder fra høyst en måned tilbake til et år fram, og en plass holdes i høyst ett år.",
            now="Gå tilbake og rett dem.",
        )


def _reckoned(given: Given, today: date) -> bool:
    begins = given.since or today
    ends = given.until or begins
    return today - BACK <= begins <= today + AHEAD and begins <= ends <= begins + AHEAD


async def answer(session: RecordSession, letters: Letters, found: PatientStays, given: Given) -> Outcome:
    """Bed and answer are one commit. Raises what the record raises."""
    hold = _hold(found, given)
    order = Order(
        patient=found.id, type=NOTE, about=given.message, msg_id=given.msg_id, words={"text": given.words},
        confirmed=given.confirmed,
    )  # fmt: skip

    async def send(beside: Sequence[Change]) -> Outcome:
        try:
            sheet, sent = await letters.send(session, order, beside)
            return Outcome(sent, sheet)
        except Problem as lost:
            # Pressed twice, and the other was first: what stands is hers, and so is the bed it speaks of.
            if lost.kind in LOST and (standing := await letters.standing(session, found.id, given.msg_id)):
                return Outcome(standing)
            raise

    if hold is None:
        return await send(())
    try:
        return await promised(session, given.place, hold, send)
    except Problem as lost:
        if lost.id != TAKEN:
            raise
        return Outcome(taken=True)


def _hold(found: PatientStays, given: Given) -> beds.Hold | None:
    """The promise to be. None for an answer without a bed, and where one is held already."""
    if (
        given.answer != CAN
        or given.place in (HOME, "")
        or given.place.startswith(HELD)
        or given.since is None
    ):
        return None
    until = given.until or given.since + timedelta(days=14)
    return beds.Hold(
        id=str(uuid.uuid5(_HOLDS, given.msg_id)),
        patient={"reference": f"Patient/{found.id}"},
        start=noon(given.since),
        end=noon(until),
        promise={"reference": f"Communication/{given.message}"},
    )


def noon(day: date) -> datetime:
    """When she comes, and when she leaves."""
    return datetime.combine(day, ARRIVES, NORWAY)


async def preview(session: RecordSession, letters: Letters, patient: str, given: Given) -> Sheet:
    order = Order(
        patient=patient, type=NOTE, about=given.message, msg_id=given.msg_id, words={"text": given.words}
    )
    return await letters.sheet(session, order)


async def ask(
    session: RecordSession, letters: Letters, found: PatientStays, stay: Stay, given: Mapping[str, str]
) -> tuple[Sheet, str]:
    """The hospital is asked what a step lacks. Raises Problem CONFLICT AKS-CASE-021 when it lacks it no longer."""
    named = f"Communication/{given.get('melding', '')}"
    step = next(
        (s for s in stay.steps if s.waits and s.rule == given.get("steg") and s.message == named), None
    )
    if step is None:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-CASE-021",
            "Det er ikke noe å spørre om lenger.",
            why="Sykehuset har svart, eller oppholdet er over.",
            now="Gå til pasientens forløp og se hva som gjelder nå.",
        )
    kind = STATUS_PLAN if step.action == "ask-status" else OTHER
    order = Order(
        patient=found.id,
        type=QUESTION,
        about=given.get("melding", ""),
        msg_id=given.get("id", "")[:64] or letters.new_id(),
        words={"kind": kind, "text": question(step, stay)},
        confirmed=True,
    )
    return await letters.send(session, order)


async def done(session: RecordSession, found: PatientStays, given: Mapping[str, str], now: datetime) -> None:
    """One's own item of a step is closed. Raises PRECONDITION when somebody was first."""
    task = next((t for t in found.tasks if t["id"] == given.get("oppgave")), None)
    version = given.get("versjon", "")
    if task is None or not version.isdigit():
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Oppgaven finnes ikke.")
    closed = {**task, "status": "completed", "lastModified": now.isoformat(timespec="seconds")}
    await session.commit([Change("PUT", "Task", id=str(task["id"]), resource=closed, if_match=int(version))])


def remarks(sheet: Sheet | None) -> tuple[Remark, ...]:
    return sheet.remarks if sheet is not None else ()


def known(found: PatientStays) -> list[str]:
    """What the record held about her stays before a form was sent, as text."""
    texts = [s.text for one in found.stays for s in one.events.said]
    names = [
        " ".join([*(n.get("given") or []), str(n.get("family") or "")])
        for n in found.patient.get("name") or []
    ]
    days = [f"{at:%d.%m.%Y}" for h in found.holds if (at := instant(h.get("start")))]
    hospitals = [one.events.hospital for one in found.stays]
    doctors = [s.doctor for one in found.stays for s in one.events.said]
    return [text for text in (*texts, *names, *days, *hospitals, *doctors) if text]


def traced(form: str, given: Mapping[str, str], found: PatientStays) -> dict[str, str]:
    return typed.traced(form, given, known(found))


def nearest(stays: Sequence[Stay], message: str) -> Stay | None:
    """The stay a message of the hospital belongs to."""
    return next(
        (s for s in stays if any(m.message == f"Communication/{message}" for m in s.events.said)), None
    )
