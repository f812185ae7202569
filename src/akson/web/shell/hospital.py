"""Who is in hospital, read through the reader's session in a fixed number of questions, however many they are.

    found = await in_hospital(session, letters, now)      # everybody under way
    found = await stays_of_patient(session, letters, "astrid", now)
    found[0].stays[-1].phase, .accounts[-1].count, .holds

What a stay means is `care.pathway`'s; here it is asked for and put together by patient.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache

import msgspec

from akson.care.casework import beds
from akson.care.casework.rows import BED_HOLD, VISIT, is_a
from akson.care.contacts.stays import INPATIENT_CLASSES, UNDER_WAY
from akson.care.fhir_json import Resource
from akson.care.pathway import events, rules
from akson.care.pathway import stay as pathway
from akson.care.pathway.liability import Account, accounts
from akson.care.pathway.said import Receipt
from akson.care.pathway.stay import Stay
from akson.fhir.search.query import DateValue, Include, Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.store.values import StoredVersion
from akson.web.shell.days import on_day
from akson.web.shell.letters import Letters
from akson.web.shell.reading import (
    END_OF_TIME,
    NOTHING_FOUND,
    WIDE_PAGE,
    every_page,
    every_pages,
    of_patient,
    token,
)

_decoder = msgspec.json.Decoder(dict, float_hook=Decimal)
PLANNED = "planned"
LOOK_BACK = timedelta(days=120)
"""On the board: what was written before is no part of a stay under way."""
OVER = (pathway.DISCHARGED, pathway.DEAD, pathway.NONE)


@dataclass(frozen=True, slots=True, eq=False)
class PatientStays:
    """Nobody changes what stands in it: several looks share it."""

    patient: Resource
    stays: tuple[Stay, ...]
    """By when they began."""
    accounts: tuple[Account, ...]
    """Of the same stays, in the same order."""
    holds: tuple[Resource, ...]
    """Beds that are held for her, and stand."""
    tasks: tuple[Resource, ...]
    """Also those that are closed."""
    heard: events.Heard
    """What was said, before anybody asked what it means now."""
    messages: tuple[Resource, ...] = ()
    visits: tuple[Resource, ...] = ()
    """At home, of the day: asked for on the board alone."""

    @property
    def id(self) -> str:
        return str(self.patient["id"])

    @property
    def current(self) -> tuple[Stay, Account] | None:
        """The one under way that began last."""
        under_way = [(s, a) for s, a in zip(self.stays, self.accounts, strict=True) if s.phase not in OVER]
        return under_way[-1] if under_way else None


async def in_hospital(session: RecordSession, letters: Letters | None, now: datetime) -> list[PatientStays]:
    """Everybody whose stay has not ended, and who is expected. In no order."""
    under_way = Query(
        "Encounter",
        terms=(token("status", *UNDER_WAY, PLANNED), token("class", *INPATIENT_CLASSES)),
        count=WIDE_PAGE,
        includes=(Include("Encounter", "patient"),),
    )
    found = await every_page(session, under_way)
    people = {v.id: _parsed(v.body or b"{}") for v in found.included if v.type == "Patient"}
    if not people:
        return []
    since = Term("_lastUpdated", "lastUpdated", None, (DateValue("ge", now - LOOK_BACK, END_OF_TIME),))
    return await _gathered(session, letters, people, found.matches, now, since, of_the_day=True)


async def stays_of_patient(
    session: RecordSession, letters: Letters | None, patient: Resource, now: datetime
) -> PatientStays:
    """All of one patient's stays."""
    found = await every_page(session, of_patient("Encounter", str(patient["id"])))
    people = {str(patient["id"]): patient}
    return (await _gathered(session, letters, people, found.matches, now))[0]


async def _gathered(
    session: RecordSession,
    letters: Letters | None,
    people: Mapping[str, Resource],
    encounters: Sequence[StoredVersion],
    now: datetime,
    *since: Term,
    of_the_day: bool = False,
) -> list[PatientStays]:
    whose = Term("patient", "reference", None, tuple(ReferenceValue("Patient", id) for id in people))
    of_day = (whose, token("service-category", VISIT), on_day("date", now))
    asked = [
        Query("Communication", (whose, *since), count=WIDE_PAGE),
        Query("Appointment", (whose, token("service-category", BED_HOLD)), count=WIDE_PAGE),
        Query("Task", (whose, *since), count=WIDE_PAGE),
        *([Query("Appointment", of_day, count=WIDE_PAGE)] if of_the_day else []),
    ]
    messages, holds, tasks, *of_today = await every_pages(session, asked)
    visits = of_today[0] if of_today else NOTHING_FOUND
    written = [_parsed(version.body or b"{}") for version in messages.matches]
    receipts = await letters.receipts(written) if letters is not None else {}
    by_kind = [
        _bodies(kind) for kind in (encounters, messages.matches, holds.matches, tasks.matches, visits.matches)
    ]
    heard_back = _of_messages(messages.matches, receipts) if receipts else {}
    return [
        _as_of(
            _known(
                *(kind.get(id, ()) for kind in by_kind), tuple(sorted(heard_back.get(id, ()), key=_by_name))
            ),
            who,
            now,
        )
        for id, who in people.items()
    ]


@dataclass(slots=True, eq=False)
class Known:
    """What stands of one patient in exactly these resources, and what was made of it last."""

    heard: events.Heard
    holds: tuple[Resource, ...]
    tasks: tuple[Resource, ...]
    messages: tuple[Resource, ...]
    visits: tuple[Resource, ...]
    made: tuple[datetime, datetime, PatientStays] | None = None
    """(from, until): as long as the clock is in between, the same of the same Patient."""


def _as_of(known: Known, who: Resource, now: datetime) -> PatientStays:
    if known.made is not None:
        begins, until, made = known.made
        if begins <= now < until and made.patient == who:
            return made
    stays = tuple(pathway.stay(one, the_rules(), now) for one in known.heard.stays)
    made = PatientStays(
        patient=who,
        stays=stays,
        accounts=tuple(accounts(known.heard.stays, now)),
        holds=known.holds,
        tasks=known.tasks,
        heard=known.heard,
        messages=known.messages,
        visits=known.visits,
    )
    if stays:
        known.made = (now, min(stay.until for stay in stays), made)
    return made


def as_known(found: PatientStays, at: datetime) -> PatientStays:
    """The same patient as the house knew her then: steps, conversation and account."""
    heard = found.heard.stays
    stays = tuple(pathway.stay(one, the_rules(), at) for one in heard)
    return replace(found, stays=stays, accounts=tuple(accounts(heard, at)))


@lru_cache(maxsize=8192)
def _parsed(body: bytes) -> Resource:
    """A version as it stands in the record never changes, and is read at each look. Nobody changes the parsed one."""
    return _decoder.decode(body)


@lru_cache(maxsize=1024)
def _known(
    encounters: tuple[bytes, ...],
    messages: tuple[bytes, ...],
    holds: tuple[bytes, ...],
    tasks: tuple[bytes, ...],
    visits: tuple[bytes, ...],
    receipts: tuple[tuple[str, Receipt], ...],
) -> Known:
    """What stands, of exactly these resources as this reader was shown them: the door is asked each time all the same."""
    told = [_parsed(m) for m in messages]
    return Known(
        events.stays_of([_decoder.decode(e) for e in encounters], told, dict(receipts)),
        tuple(beds.standing([_decoder.decode(h) for h in holds])),
        tuple(_decoder.decode(t) for t in tasks),
        tuple(told),
        tuple(v for v in (_decoder.decode(v) for v in visits) if is_a(v, VISIT)),
    )


@cache
def the_rules() -> rules.Rules:
    return rules.load()


def _bodies(found: Iterable[StoredVersion]) -> dict[str, tuple[bytes, ...]]:
    """By patient, in the order found."""
    grouped: dict[str, list[bytes]] = {}
    for version in found:
        for patient in version.patients:
            grouped.setdefault(patient, []).append(version.body or b"{}")
    return {patient: tuple(bodies) for patient, bodies in grouped.items()}


def _of_messages(
    messages: Iterable[StoredVersion], receipts: Mapping[str, Receipt]
) -> dict[str, list[tuple[str, Receipt]]]:
    """By patient: what the receiver said to each message of hers that has a receipt."""
    grouped: dict[str, list[tuple[str, Receipt]]] = {}
    for message in messages:
        name = f"Communication/{message.id}"
        if name in receipts:
            for patient in message.patients:
                grouped.setdefault(patient, []).append((name, receipts[name]))
    return grouped


def _by_name(one: tuple[str, Receipt]) -> str:
    return one[0]
