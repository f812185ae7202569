"""What changes in the record is told to the index: the kind, the day, the numbers the citizen is known by. Nothing more.

    changes of the record → which kinds, of whom → held (kept here) and due → one Statement for each who is due → the index

A Statement is all we say of her, so telling twice is telling once, and an index that was away hears it later. Who has said
no is told of with nothing: what was said before is taken back. A kind that was once held stays: an entry too many costs a
question, one too few costs an answer.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.door import Record
from akson.record.facts.choices import CHOICE_SYSTEM
from akson.record.facts.elements import codings
from akson.record.session import RecordSession
from akson.sharing.classes import SharedClass, class_of, types_of
from akson.sharing.location.values import Statement, is_kept_out
from akson.store.location import LocationStore
from akson.store.values import ChangeEvent, StoredVersion
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

CHANGES_EACH = 500
TOLD_EACH = 100
IDS_EACH = 100
CHOICES_EACH = 100
NUMBERS = tuple(f"{NORWEGIAN_IDENTIFIERS}{number}" for number in (1, 2))
FOLLOWED = frozenset(type for kind in SharedClass for type in types_of(kind)) | {"Observation"}


class Tells(Protocol):
    async def tell(self, said: Sequence[Statement]) -> None:
        """Raises Problem when the index has not taken them."""
        ...


class Follower:
    """One for each node. `kinds`: those that the policy puts into the index; all when left out."""

    def __init__(
        self,
        record: Record,
        store: LocationStore,
        index: Tells,
        *,
        tenant: int,
        key: bytes,
        kinds: Collection[SharedClass] = tuple(SharedClass),
    ) -> None:
        self._record = record
        self._store = store
        self._index = index
        self._tenant = tenant
        self._key = key
        self._kinds = frozenset(kinds)
        self._place: tuple[int, int] | None = None

    async def round(self) -> int:
        """What has changed, then whom the index is to hear of; gives how much there was. Raises Problem when it is away."""
        if self._place is None:
            self._place = await self._store.place()
        noticed = await self._notice()
        return noticed + await self._tell()

    async def _notice(self) -> int:
        assert self._place is not None
        events = await self._record.store.changes(self._place, CHANGES_EACH)
        if not events:
            return 0
        ours = [event for event in events if event.tenant == self._tenant]
        held: dict[tuple[str, str], date] = {}
        due: set[str] = set()
        for type, since in _changed(ours).items():
            for version in await self._versions(type, since):
                kind = class_of(type, _categories(version) if type == "Observation" else frozenset())
                for patient in version.patients:
                    held.setdefault((patient, kind.value), since[version.id])
                    due.add(patient)
        rows = [(patient, kind, since) for (patient, kind), since in held.items()]
        self._place = events[-1].place
        await self._store.note(self._tenant, rows, sorted(due), self._place)
        return len(events)

    async def _versions(self, type: str, since: Mapping[str, date]) -> list[StoredVersion]:
        found: list[StoredVersion] = []
        ids = sorted(since)
        for start in range(0, len(ids), IDS_EACH):
            asked = parse(type, [("_id", ",".join(ids[start : start + IDS_EACH])), ("_count", str(IDS_EACH))])
            found += (await self._session().search(asked)).matches
        return found

    async def _tell(self) -> int:
        rows = await self._store.due(self._tenant, TOLD_EACH)
        if not rows:
            return 0
        await self._index.tell([await self._statement(row.patient) for row in rows])
        for row in rows:
            await self._store.told(self._tenant, row)
        return len(rows)

    async def _statement(self, patient: str) -> Statement:
        ref = hmac.new(self._key, f"{self._tenant}|{patient}".encode(), hashlib.sha256).digest()
        session = self._session()
        try:
            found = json.parse((await session.read("Patient", patient)).body or b"{}")
        except Problem as problem:
            if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            return Statement(ref, (), {})
        consents = await self._choices(session, patient)
        held = await self._store.held(self._tenant, patient)
        holds = {SharedClass(k): since for k, since in held.items() if SharedClass(k) in self._kinds}
        if is_kept_out(consents) or found.get("active") is False:
            return Statement(ref, (), {})
        return Statement(ref, _numbers(found), holds)

    async def _choices(self, session: RecordSession, patient: str) -> list[Any]:
        """All of them: a no that stands on a later page is a no."""
        query = parse(
            "Consent",
            [("patient", patient), ("category", f"{CHOICE_SYSTEM}|"), ("_count", str(CHOICES_EACH))],
        )
        found: list[Any] = []
        while True:
            page = await session.search(query)
            found += [json.parse(version.body) for version in page.matches if version.body]
            if page.next_cursor is None:
                return found
            query = replace(query, cursor=page.next_cursor)

    def _session(self) -> RecordSession:
        who = Actor(ActorKind.SYSTEM, "sharing", "Deling med andre", self._tenant)
        return self._record.open(who, PurposeOfUse.OPERATIONS)


def _changed(events: Iterable[ChangeEvent]) -> dict[str, dict[str, date]]:
    """Type -> id -> the day it came, of what is followed."""
    found: dict[str, dict[str, date]] = {}
    for event in events:
        for type, id in zip(event.types, event.ids, strict=True):
            if type in FOLLOWED:
                found.setdefault(type, {}).setdefault(id, event.at.date())
    return found


def _categories(version: StoredVersion) -> frozenset[str]:
    body: Any = json.parse(version.body) if version.body else {}
    return frozenset(code for _, code in codings(body.get("category")))


def _numbers(patient: Mapping[str, Any]) -> tuple[str, ...]:
    listed = patient.get("identifier", ())
    return tuple(dict.fromkeys(str(i.get("value", "")) for i in listed if i.get("system") in NUMBERS))
