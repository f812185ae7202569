"""Whom somebody looked at on a device without network, told at the next contact; and what of its count never came.

    seen_offline(session, "d1", [View(6, "astrid", at)])   -> one event in her log, once however often it is sent
    tell_gap(session, "d1", "3, 7–9")                      -> an event of nobody, which the privacy officer finds

She has looked: nothing is refused any more, and what the rules say of it today stands with the event. docs/adr/0208.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from akson.audit.log import Prepared
from akson.record.acts import judging
from akson.record.events import EVENT_ID_BYTES

if TYPE_CHECKING:
    from akson.record.session import RecordSession

SEEN, GAP = "read-offline", "round-gap"
_NORWAY = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True, slots=True)
class View:
    sequence: int
    """In the device's own count."""
    patient: str
    at: datetime
    """By the device's clock."""


async def seen_offline(session: "RecordSession", device: str, views: Sequence[View]) -> int:
    """Appends what the log does not have yet; gives how many that were."""
    made: list[Prepared] = []
    for view in views:
        whom = await judging.concerned(session, view.patient)
        decision = session.judge.decide("read", whom)
        words = (
            f"Så på deg uten nett {view.at.astimezone(_NORWAY):%d.%m. kl. %H:%M}, etter telefonens klokke."
        )
        told = judging.told(decision, words) if decision.reasons else decision
        seen: dict[str, list[str]] = {patient: [] for patient in whom.patients} or {"": []}
        for event in session.events.make(
            SEEN,
            told,
            seen,
            at=session.at,
            permitted=True,
            words=words,
            # Replayed decisions must come out as they went: one that today says no was not what she looked by.
            evidence=session.judge.evidence("read", whom) if decision.permit else b"",
        ):
            made.append(_numbered(event, f"{device}|{view.sequence}|{event.event.patient}"))
    return await _append_new(session, made)


async def tell_gap(session: "RecordSession", device: str, missing: str) -> int:
    """Once for each device: each shift makes a device of its own, so it is once a shift however often the gap changes."""
    words = f"Enhet {device} har telt mer enn den har sendt. Mangler nummer {missing}."
    general = session.judge.general("read", "Patient")
    events = session.events.make(GAP, general, {"": []}, at=session.at, words=words)
    return await _append_new(session, [_numbered(e, f"{device}|gap") for e in events])


def _numbered(event: Prepared, of: str) -> Prepared:
    """The same id for the same view, so that a second arrival is none; and a line of its own in her log."""
    tenant, actor = event.event.tenant, event.event.actor_id
    id = hashlib.sha256(f"{tenant}|{actor}|{of}".encode()).digest()[:EVENT_ID_BYTES]
    return Prepared.of(replace(event.event, id=id, request=id[:8].hex()))


async def _append_new(session: "RecordSession", made: Sequence[Prepared]) -> int:
    log = session.record.log
    async with session.record.store.exclusive(session.actor.tenant, [f"seen-offline/{session.actor.id}"]):
        known = await log.rows.known([p.event.id for p in made])
        new = [p for p in made if p.event.id not in known]
        await log.append(new)
    return len(new)
