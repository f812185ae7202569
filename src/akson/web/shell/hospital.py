"""Who is in hospital, read through the reader's session in a fixed number of questions, however many they are.

    found = await in_hospital(session, letters, now)      # everybody under way
    found = await stays_of_patient(session, letters, "astrid", now)
    found[0].stays[-1].phase, .accounts[-1].count, .holds

What a stay means is `care.pathway`'s; here it is asked for and put together by patient.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from akson.care.casework import beds
from akson.care.casework.rows import BED_HOLD
from akson.care.contacts.stays import INPATIENT_CLASSES, UNDER_WAY
from akson.care.fhir_json import Resource, reference_id
from akson.care.pathway import events, rules
from akson.care.pathway import stay as pathway
from akson.care.pathway.liability import Account, accounts
from akson.care.pathway.said import Receipt, Said
from akson.care.pathway.stay import Stay
from akson.fhir.search.query import DateValue, Include, Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.web.shell.letters import Letters
from akson.web.shell.reading import END_OF_TIME, every_page, of_patient, resources, token

PLANNED = "planned"
LOOK_BACK = timedelta(days=120)
"""On the board: what was written before is no part of a stay under way."""
OVER = (pathway.DISCHARGED, pathway.DEAD, pathway.NONE)


@dataclass(frozen=True, slots=True)
class PatientStays:
    patient: Resource
    stays: tuple[Stay, ...]
    """By when they began."""
    accounts: tuple[Account, ...]
    """Of the same stays, in the same order."""
    holds: tuple[Resource, ...]
    """Beds that are held for her, and stand."""
    tasks: tuple[Resource, ...]
    """Also those that are closed."""
    messages: Mapping[str, Resource]
    """By `Communication/…`."""
    others: tuple[Said, ...] = ()
    encounters: tuple[Resource, ...] = ()
    receipts: Mapping[str, Receipt] | None = None

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
        count=200,
        includes=(Include("Encounter", "patient"),),
    )
    found = await every_page(session, under_way)
    people = {str(r["id"]): r for r in resources(found.included) if r["resourceType"] == "Patient"}
    if not people:
        return []
    since = Term("_lastUpdated", "lastUpdated", None, (DateValue("ge", now - LOOK_BACK, END_OF_TIME),))
    return await _gathered(session, letters, people, resources(found.matches), now, since)


async def stays_of_patient(
    session: RecordSession, letters: Letters | None, patient: Resource, now: datetime
) -> PatientStays:
    """All of one patient's stays."""
    found = await every_page(session, of_patient("Encounter", str(patient["id"])))
    people = {str(patient["id"]): patient}
    return (await _gathered(session, letters, people, resources(found.matches), now))[0]


async def _gathered(
    session: RecordSession,
    letters: Letters | None,
    people: Mapping[str, Resource],
    encounters: Sequence[Resource],
    now: datetime,
    *since: Term,
) -> list[PatientStays]:
    whose = Term("patient", "reference", None, tuple(ReferenceValue("Patient", id) for id in people))
    messages, holds, tasks = await asyncio.gather(
        every_page(session, Query("Communication", (whose, *since), count=200)),
        every_page(session, Query("Appointment", (whose, token("service-category", BED_HOLD)), count=200)),
        every_page(session, Query("Task", (whose, *since), count=200)),
    )
    written = resources(messages.matches)
    sent = [c for c in written if c.get("identifier")]
    receipts = dict(await letters.receipts(sent)) if letters is not None else {}
    by = {
        "encounter": _by_patient(encounters),
        "message": _by_patient(written),
        "task": _by_patient(resources(tasks.matches)),
        "hold": _by_patient(resources(holds.matches)),
    }
    return [
        _patient(
            who, by["encounter"].get(id, []), by["message"].get(id, []), by["hold"].get(id, []), by["task"].get(id, []),
            receipts, now,
        )
        for id, who in people.items()
    ]  # fmt: skip


def _patient(
    who: Resource,
    encounters: Sequence[Resource],
    messages: Sequence[Resource],
    holds: Sequence[Resource],
    tasks: Sequence[Resource],
    receipts: Mapping[str, Receipt],
    now: datetime,
) -> PatientStays:
    heard = events.stays_of(encounters, messages, receipts)
    stays = tuple(pathway.stay(one, the_rules(), now) for one in heard.stays)
    return PatientStays(
        patient=who,
        stays=stays,
        accounts=tuple(accounts(heard.stays, now)),
        holds=tuple(beds.standing(holds)),
        tasks=tuple(tasks),
        messages={f"Communication/{m['id']}": m for m in messages},
        others=heard.others,
        encounters=tuple(encounters),
        receipts=receipts,
    )


def as_known(found: PatientStays, at: datetime) -> PatientStays:
    """The same patient as the house knew her then: steps, conversation and account."""
    heard = events.stays_of(found.encounters, list(found.messages.values()), found.receipts or {}).stays
    stays = tuple(pathway.stay(one, the_rules(), at) for one in heard)
    return replace(found, stays=stays, accounts=tuple(accounts(heard, at)))


@cache
def the_rules() -> rules.Rules:
    return rules.load()


def _by_patient(found: Iterable[Resource]) -> dict[str, list[Resource]]:
    grouped: dict[str, list[Resource]] = {}
    for resource in found:
        for id in _patients(resource):
            grouped.setdefault(id, []).append(resource)
    return grouped


def _patients(resource: Resource) -> Iterable[str]:
    named = [
        resource.get("subject"),
        resource.get("for"),
        *(p.get("actor") for p in resource.get("participant") or []),
    ]
    return {reference_id(n) for n in named if str((n or {}).get("reference")).startswith("Patient/")}
