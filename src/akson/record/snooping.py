"""The log's own patterns over the node's own log: gathers who lives where and who is related to whom, keeps the cases.

What patterns are asked of are ids and hashes under a key that is made for one run and forgotten with it. Addresses that
are graded are left out: a case must not tell the officer where such a patient lives. Cases stand in the log's own database
and not as Tasks of the record: a Task about a patient would be shown to those who care for her, among them the one asked
about (ADR 0101).
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from akson.access.actor import ActorKind
from akson.access.decision import Everything
from akson.access.facts import RelationKind
from akson.access.recording import recorded
from akson.audit.event import AccessEvent
from akson.audit.patterns import Case, Look, Opening, Resident, Staff, Surroundings, find
from akson.audit.patterns.rows import Kind
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.fhir.search.values.string import fold
from akson.record.facts.elements import bounds, codings, patient_id
from akson.record.facts.patients import protected
from akson.store.follow_up_cases import NewCase

if TYPE_CHECKING:
    from akson.record.session import RecordSession

PERIOD = timedelta(days=30)
"""Looked at each time: what is usual, and what a look was followed by, is seen over weeks."""
ROWS_EACH = 5_000
CURRENT_EACH = 500
PATIENTS_EACH = 50
RELATIVES_MAX = 1_000
OPENED = frozenset({"read", "vread", "history", "read-offline"})
"""A page that merely lists a patient is no look."""
WROTE = frozenset({"create", "update", "delete"})
CELEBRITY = "CEL"
"""https://terminology.hl7.org/CodeSystem/v3-ActCode, celebrity information sensitivity."""
NATIONAL_IDS = frozenset({"urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"})
NEAR = (-2, -1, 1, 2)
_HOUSE = re.compile(r"(.+?) +(\d{1,4}) ?[a-z{|}]?")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    events: int
    looks: int
    cases: int
    """Found now, known ones among them."""
    new: int


async def look_for(session: "RecordSession", *, since: datetime | None = None) -> Result:
    """Looks through the last month (or since `since`) and keeps the cases. The system actor alone; the log says it was done.

    Raises Problem FORBIDDEN AKS-RECORD-050.
    """
    whole = isinstance(session.judge.scope("read", "Patient").restriction, Everything)
    decision = session.judge.general("log", "Patient")
    if session.actor.kind is not ActorKind.SYSTEM or not whole:
        await session.record.log.append(
            session.events.make("log", decision, {"": ()}, at=session.at, permitted=False)
        )
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-RECORD-050",
            "The log was not looked through.",
            why="Patterns are looked for by the system alone; the privacy officer reads the cases.",
            now="Run `akson log patterns` on the node.",
        )
    looks: list[Look] = []
    latest: dict[str, AccessEvent] = {}
    events = 0
    async for event in _events(session, since or session.at - PERIOD):
        events += 1
        if (look := _look(event)) is not None:
            looks.append(look)
            latest.setdefault(event.actor_id, event)
    around = await _Neighbourhood(session).around(looks)
    cases = find(looks, around)
    await session.record.log.append(
        session.events.make(
            "log", decision, {"": ()}, at=session.at, words="Loggen ble kontrollert maskinelt."
        )
    )
    rows = [_row(case, latest[case.actor]) for case in cases]
    new = await session.record.log.rows.cases.keep(rows, session.at)
    return Result(events, len(looks), len(cases), new)


async def _events(session: "RecordSession", since: datetime) -> AsyncIterator[AccessEvent]:
    """Newest first. A month is let through a page at a time: events are large, what is kept of them is not."""
    before: int | None = None
    while True:
        found = await session.record.log.events_found(
            session.actor.tenant, since=since, before=before, count=ROWS_EACH
        )
        for _, event in found:
            yield event
        if len(found) < ROWS_EACH:
            return
        before = found[-1][0]


def _look(event: AccessEvent) -> Look | None:
    """Of staff at work, about a patient. A refused search named her, so it is a look too."""
    permitted = event.outcome == "permit"
    counts = event.action in OPENED | WROTE or (not permitted and event.action == "search")
    if event.actor_kind != ActorKind.PRACTITIONER or not event.patient or not counts:
        return None
    act = permitted and event.action in WROTE
    return Look(
        event.at, event.actor_id, event.patient, event.role, event.place or event.unit, _opening(event), act
    )


def _opening(event: AccessEvent) -> Opening:
    if event.outcome != "permit":
        return Opening.REFUSED
    if event.purpose == "emergency":
        return Opening.EMERGENCY
    if not event.decision:
        return Opening.ORDINARY
    try:
        kinds = {relation.kind for relation in recorded(event.decision).facts.relations}
    except Problem:
        return Opening.ORDINARY
    if kinds and kinds <= {RelationKind.SELF_DECLARED, RelationKind.LIFTED}:
        return Opening.DECLARED
    return Opening.ORDINARY


def _row(case: Case, event: AccessEvent) -> NewCase:
    subject = f"{case.first:%Y-%m-%d}" if case.kind is Kind.BROWSING else case.patients[0]
    return NewCase(
        tenant=event.tenant,
        kind=case.kind.value,
        actor=case.actor,
        subject=subject,
        name=event.actor_name,
        unit=event.unit,
        patients=case.patients,
        score=case.score,
        reasons=case.reasons,
        first=case.first,
        last=case.last,
    )


@dataclass(slots=True)
class _Kin:
    """Patients whose next of kin somebody is or was, by the hash of her national id."""

    now: dict[bytes, set[str]] = field(default_factory=dict)
    former: dict[bytes, set[str]] = field(default_factory=dict)


class _Neighbourhood:
    """Reads what the patterns need of staff and patients, and keeps hashes alone."""

    def __init__(self, session: "RecordSession") -> None:
        self._session = session
        self._key = session.record.random.bytes(32)

    async def around(self, looks: Sequence[Look]) -> Surroundings:
        patients = await self._bodies("Patient", {look.patient for look in looks})
        people = await self._bodies("Practitioner", {look.actor for look in looks})
        own = {number: id for id, body in patients.items() for number in self._numbers(body)}
        kin = await self._kin(sorted(patients))
        residents = {id: self._resident(body) for id, body in patients.items()}
        # Where somebody has looked from most recently is where she works.
        units = {look.actor: look.unit for look in sorted(looks, key=lambda look: look.at)}
        staff: dict[str, Staff] = {}
        for id, unit in units.items():
            body = people.get(id, {})
            numbers = self._numbers(body)
            patient = next((own[number] for number in numbers if number in own), "")
            staff[id] = self._staff(unit, patient, body, patients.get(patient, {}), numbers, kin)
        return Surroundings(staff, residents)

    def _staff(
        self, unit: str, patient: str, employed: Json, registered: Json, numbers: Sequence[bytes], kin: _Kin
    ) -> Staff:
        # The employer's address of her comes first; else the register's, when she is a patient here.
        homes: list[tuple[str, int]] = _homes(employed) or (
            [] if protected(dict(registered)) else _homes(registered)
        )
        near = {self._home(street, number + n) for street, number in homes for n in NEAR}
        return Staff(
            unit,
            patient,
            self._home(*homes[0]) if homes else b"",
            frozenset(near),
            self._family(employed or registered),
            frozenset(p for number in numbers for p in kin.now.get(number, ())),
            frozenset(p for number in numbers for p in kin.former.get(number, ())),
        )

    def _resident(self, body: Json) -> Resident:
        labels = {code for _, code in codings((body.get("meta") or {}).get("security"))}
        homes: list[tuple[str, int]] = [] if protected(dict(body)) else _homes(body)
        return Resident(self._home(*homes[0]) if homes else b"", self._family(body), CELEBRITY in labels)

    async def _kin(self, patients: Sequence[str]) -> _Kin:
        """By RelatedPerson with a national id; ended when its period is over, or it is not active."""
        kin = _Kin()
        for begin in range(0, len(patients), PATIENTS_EACH):
            ids = patients[begin : begin + PATIENTS_EACH]
            named = tuple(ReferenceValue("Patient", id) for id in ids)
            query = Query("RelatedPerson", (Term("patient", "reference", None, named),), count=RELATIVES_MAX)
            page = await self._session.record.store.search(
                self._session.actor.tenant,
                query,
                restriction=self._session.judge.rule("search"),
                redactions=self._session.judge.redactions("search"),
            )
            for body in (json.parse(version.body) for version in page.matches if version.body):
                _, end = bounds(body.get("period"))
                over = body.get("active") is False or (end is not None and end <= self._session.at)
                side = kin.former if over else kin.now
                for number in self._numbers(body):
                    side.setdefault(number, set()).add(patient_id(body.get("patient")))
        return kin

    async def _bodies(self, type: str, ids: Iterable[str]) -> dict[str, Json]:
        ordered, found = sorted(ids), {}
        for begin in range(0, len(ordered), CURRENT_EACH):
            keys = [(type, id) for id in ordered[begin : begin + CURRENT_EACH]]
            current = await self._session.record.store.current(self._session.actor.tenant, keys)
            found |= {id: json.parse(one.body) for (_, id), one in current.items() if one.body}
        return found

    def _numbers(self, body: Json) -> list[bytes]:
        return [
            self._hash("number", each["value"])
            for each in body.get("identifier", ())
            if each.get("system") in NATIONAL_IDS and each.get("value")
        ]

    def _family(self, body: Json) -> bytes:
        name = next((name["family"] for name in body.get("name", ()) if name.get("family")), "")
        return self._hash("family", fold(name)) if name else b""

    def _home(self, street: str, number: int) -> bytes:
        return self._hash("home", f"{street} {number}")

    def _hash(self, purpose: str, text: str) -> bytes:
        return hashlib.blake2b(f"{purpose}\0{text}".encode(), key=self._key, digest_size=16).digest()


def _homes(body: Json) -> list[tuple[str, int]]:
    """(`0123|storgata`, 12) of each home address in force that has a house number."""
    found: list[tuple[str, int]] = []
    for address in body.get("address", ()):
        if address.get("use", "home") != "home" or "end" in (address.get("period") or {}):
            continue
        house = _HOUSE.fullmatch(fold(" ".join(address.get("line", ()))))
        if house and address.get("postalCode"):
            found.append((f"{fold(address['postalCode'])}|{house[1]}", int(house[2])))
    return found
