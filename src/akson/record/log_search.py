"""The log asked by person, patient, time, outcome, purpose and unit: the privacy officer's search, and the export.

Who may is what `access_log` says: the citizen all of her own, staff their own lines of a patient, the privacy officer
everything, also without naming a patient. That it was asked stands in the log of every patient on the page.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from akson.access.actor import ActorKind
from akson.access.decision import Decision, Everything
from akson.audit.event import AccessEvent
from akson.record.judgement import Concerned
from akson.record.values import ID
from akson.store.follow_up_cases import CaseRow

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ROWS_EACH = 1_000
SCANNED_MAX = 20_000
"""Of one page: who asks for something rare is shown what was found, and how to go on."""
PRIVACY_OFFICER = "privacy-officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Everything that is "" or None is not asked for."""

    patient: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    outcome: str = ""
    """`permit`, `deny`."""
    purpose: str = ""
    unit: str = ""
    """A part of its name, in any case."""
    before: int | None = None
    """A place in the log."""
    count: int = 100
    whole: bool = False
    """Whose asks must see all of it: staff, who see their own lines, are refused instead of shown a part."""
    also: Callable[[AccessEvent], bool] | None = None
    """A further condition on what stands inside the event."""

    def meets(self, event: AccessEvent) -> bool:
        """By what stands inside the event, and in no column."""
        return (
            (not self.outcome or event.outcome == self.outcome)
            and (not self.purpose or event.purpose == self.purpose)
            and self.unit.casefold() in event.unit.casefold()
            and (self.also is None or self.also(event))
        )


@dataclass(frozen=True, slots=True)
class LogFound:
    events: tuple[tuple[int, AccessEvent], ...]
    """(place in the log, event), newest first."""
    further: int | None
    """Place to go on from (`before`); None at the end."""


async def find(session: "RecordSession", asked: LogQuestion) -> LogFound:
    """One page. Raises Problem NOT_FOUND for whom it is not for."""
    asked, decision = await _allowed(session, asked)
    found = await _page(session, asked)
    await _tell(session, "log", decision, _concerned(asked, found))
    return found


async def find_one(session: "RecordSession", id: bytes) -> AccessEvent:
    """One event by its id. Raises Problem NOT_FOUND when there is none, and for whom it is not for."""
    row = await session.record.log.event(id)
    event = row if row is not None and row.tenant == session.actor.tenant else None
    if event is None:
        await session.refuse("log", Concerned("Patient"))
    concerned = Concerned("Patient", (event.patient,) if event.patient else ())
    decision = await session.judged("log", concerned)
    if not decision.permit or not (_is_officer(session) or _may_be_hers(session)):
        await session.refuse("log", concerned)
    await _tell(session, "log", decision, {event.patient} - {""})
    return event


async def export(session: "RecordSession", asked: LogQuestion) -> AsyncIterator[tuple[int, AccessEvent]]:
    """All that is found; each patient's log says once that hers left."""
    asked, decision = await _allowed(session, asked)
    told: set[str] = set()
    while True:
        found = await _page(session, asked)
        await _tell(session, "export", decision, new := _concerned(asked, found) - told)
        told |= new
        for one in found.events:
            yield one
        if found.further is None:
            return
        asked = replace(asked, before=found.further)


async def open_cases(session: "RecordSession") -> list[CaseRow]:
    """What patterns have pointed at and nobody has closed. The privacy officer alone."""
    _, decision = await _allowed(session, LogQuestion())
    cases = await session.record.log.rows.cases.open(session.actor.tenant)
    # Who a case is about learns of it from the officer, not from her own log: the case is about staff.
    await _tell(session, "log", decision, set())
    return cases


async def close_case(session: "RecordSession", id: int, outcome: str) -> bool:
    """With what came of it, in the officer's words. False when there is no such open case."""
    _, decision = await _allowed(session, LogQuestion())
    await _tell(session, "log", decision, set())
    return await session.record.log.rows.cases.close(
        session.actor.tenant, id, by=session.actor.id, outcome=outcome, at=session.at
    )


async def _allowed(session: "RecordSession", asked: LogQuestion) -> tuple[LogQuestion, Decision]:
    """The question narrowed to what the actor may see, and why."""
    officer = _is_officer(session)
    if not asked.patient:
        # Everybody's is asked for: an app whose scopes leave less than everybody does not get it.
        everyone = isinstance(session.judge.scope("log", "Patient").restriction, Everything)
        if not (officer and everyone):
            await session.refuse("log", Concerned("Patient"))
        return asked, session.judge.general("log", "Patient")
    concerned = Concerned("Patient", (asked.patient,))
    decision = await session.judged("log", concerned)
    only_whole = asked.whole and not (officer or _may_be_hers(session))
    if not ID.fullmatch(asked.patient) or not decision.permit or only_whole:
        await session.refuse("log", concerned)
    if session.actor.kind is ActorKind.PRACTITIONER and not officer:
        asked = replace(asked, actor=session.actor.id)
    return asked, decision


def _is_officer(session: "RecordSession") -> bool:
    return session.actor.kind is ActorKind.PRACTITIONER and session.actor.role == PRIVACY_OFFICER


def _may_be_hers(session: "RecordSession") -> bool:
    """The citizen and who represents her: the only ones beside the officer who see all of a patient's log."""
    return session.actor.kind in (ActorKind.CITIZEN, ActorKind.PROXY)


async def _page(session: "RecordSession", asked: LogQuestion) -> LogFound:
    events: list[tuple[int, AccessEvent]] = []
    before, scanned = asked.before, 0
    while scanned < SCANNED_MAX:
        rows = await session.record.log.events_found(
            session.actor.tenant,
            patient=asked.patient or None,
            actor=asked.actor or None,
            since=asked.since,
            until=asked.until,
            before=before,
            count=ROWS_EACH,
        )
        for place, event in rows:
            before = place
            if asked.meets(event):
                events.append((place, event))
                if len(events) == asked.count:
                    return LogFound(tuple(events), before)
        scanned += len(rows)
        if len(rows) < ROWS_EACH:
            return LogFound(tuple(events), None)
    return LogFound(tuple(events), before)


def _concerned(asked: LogQuestion, found: LogFound) -> set[str]:
    return {event.patient for _, event in found.events if event.patient} | ({asked.patient} - {""})


async def _tell(session: "RecordSession", action: str, decision: Decision, patients: set[str]) -> None:
    seen = dict.fromkeys(sorted(patients), ()) or {"": ()}
    await session.record.log.append(session.events.make(action, decision, seen, at=session.at))
