"""A small stage for store tests: resources as dicts, indexed by the production extraction, written and asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from akson.access.decision import Everything, Restriction
from akson.access.facts import Relation
from akson.fhir.codec.json import encode, parse
from akson.fhir.definitions import load
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.fhir.search.parsing import parse as parse_query
from akson.fhir.search.query import Query
from akson.store.store import Store
from akson.store.values import Derived, PendingEvent, SearchPage, Write
from akson.world import FixedClock, SeededRandom

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
IDA = "Practitioner/ida"


def everything(_type: str = "") -> Restriction:
    return Everything()


def nothing_hidden(_type: str) -> Sequence[str]:
    return ()


def observation(id: str, patient: str | None = "astrid", **more: Any) -> dict[str, Any]:
    subject = {"subject": {"reference": f"Patient/{patient}"}} if patient else {}
    code = {"coding": [{"system": LOINC, "code": "8867-4"}]}
    return {"resourceType": "Observation", "id": id, "status": "final", "code": code, **subject, **more}


def patient(id: str, family: str = "Bakken", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, "name": [{"family": family}], **more}


def relation(
    patient: str, grantee: str = IDA, *, since: datetime = NOW, until: datetime | None = None
) -> Relation:
    return Relation(patient, grantee, "care-team", since, until)


def write(
    resource: dict[str, Any],
    version: int = 1,
    *,
    method: str = "PUT",
    relations: Sequence[Relation] = (),
    derived: Derived | None = None,
) -> Write:
    body = encode(resource)
    index = extract(parse(body))
    return Write(
        resource["resourceType"],
        resource["id"],
        version,
        body,
        index,
        method,
        derived or Derived(tuple(relations)),
    )


def deletion(type: str, id: str, version: int) -> Write:
    return Write(type, id, version, None, IndexValues(), "DELETE")


@dataclass
class Stage:
    """One store and the shortest words for using it."""

    store: Store
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    async def put(
        self, *resources: dict[str, Any] | Write, tenant: int = 1, events: Sequence[PendingEvent] = ()
    ) -> None:
        self.clock.advance(timedelta(seconds=1))
        writes = [item if isinstance(item, Write) else write(item) for item in resources]
        await self.store.commit(tenant, writes, events=events, at=self.clock.now())

    async def search(
        self,
        text: str,
        *,
        tenant: int = 1,
        restriction: Callable[[str], Restriction] = everything,
        redactions: Callable[[str], Sequence[str]] = nothing_hidden,
        cursor: str | None = None,
    ) -> SearchPage:
        asked = query(text, cursor)
        return await self.store.search(tenant, asked, restriction=restriction, redactions=redactions)

    async def ids(self, text: str, **more: Any) -> list[str]:
        return [found.id for found in (await self.search(text, **more)).matches]


def query(text: str, cursor: str | None = None) -> Query:
    from dataclasses import replace

    type, _, rest = text.partition("?")
    return replace(parse_query(type, parse_qsl(rest, keep_blank_values=True)), cursor=cursor)


async def open_stage(dsn: str) -> Stage:
    clock = FixedClock(NOW)
    store = await Store.open(dsn, definitions=load(), clock=clock, random=SeededRandom(7))
    return Stage(store, clock)
