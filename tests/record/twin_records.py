"""Two records that one reader must not be able to tell apart: one holds what is hidden from her, the other never did.

Of every resource type there is one she may see (about her own patient, or about nobody) and, in the first record alone, one
that is hidden: because its patient is not hers, has blocked her, or its label closes it. Every search parameter of the type
has a value in both. What she sees refers to what is hidden and the reverse. A patient of hers has a protected address in the
first record and none in the second.

Index values are written straight to the store, so that every parameter of every type has one, whatever a valid resource
would need. The clock stands still and chance is the same, so that answers can be compared to the byte.
"""

from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson import api
from akson.access.actor import Actor
from akson.access.data_classes import DataClass, data_class
from akson.access.facts import Barrier, Relation, RelationKind, Traits
from akson.access.redactions import GRADES
from akson.app.cast import CAST
from akson.audit.log import AccessLog
from akson.fhir.codec.json import encode
from akson.fhir.definitions import SearchParameter, load
from akson.fhir.index_values import IndexValues
from akson.identity.callers import Caller, Callers, Shown
from akson.record.door import Record
from akson.record.facts.patients import ADDRESS_METADATA
from akson.store.audit_log import AuditLogStore
from akson.store.store import Store
from akson.store.values import Derived, Write
from akson.world import FixedClock, SeededRandom

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
READER = CAST["omar"]
UNIT = "Organization/hjemmetjenesten-vest"
SEEN, HIDDEN = "seen", "hidden"
DAY = timedelta(days=1)
WHY_HIDDEN = ("a-stranger", "a-blocker", "labelled")
STREET = "Skjulveien 7"
GRADED = {"security": [{"system": GRADES, "code": "strengtFortrolig"}]}
"""In the first record a label tells the grade; in both it stands at the address, which is hidden."""
METADATA = {
    "url": ADDRESS_METADATA,
    "extension": [{"url": "confidentiality", "valueCode": "strengtFortrolig"}],
}


@dataclass(frozen=True)
class Twin:
    """One of the two records, behind its FHIR door."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> httpx.Response:
        given = {"Authorization": "Bearer omar"} | {n.replace("_", "-"): v for n, v in headers.items()}
        if body is not None:
            given.setdefault("Content-Type", "application/fhir+json")
        return await self.client.request(method, f"/fhir/{path}", headers=given, content=body)


def types() -> list[str]:
    return sorted(type for type in load().resource_types if type not in ("Bundle", "Parameters", "Binary"))


class OneReader(Callers):
    """Whoever asks is the reader."""

    def __init__(self) -> None:
        pass

    async def identify(self, shown: Shown) -> Caller:
        return Caller(READER)


@asynccontextmanager
async def twin(database: str, log_database: str, *, with_hidden: bool):
    clock, random = FixedClock(NOW), SeededRandom(11)
    store = await Store.open(database, definitions=load(), clock=clock, random=random, pool_size=6)
    rows = await AuditLogStore.open(log_database)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    log = AccessLog(rows, key=key, origin="akson/test/access/1", clock=clock, random=random)
    record = Record(store, log, definitions=load(), clock=clock, random=random)
    await store.commit(
        READER.tenant, [*_people(with_hidden), *_resources(with_hidden)], events=(), at=NOW - DAY
    )
    transport = httpx.ASGITransport(app=api.build(record, callers=OneReader()))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://akson.test") as client:
        yield Twin(client)
    await record.close()
    await rows.close()
    await store.close()


def actor() -> Actor:
    return READER


def _people(with_hidden: bool) -> Iterator[Write]:
    """Her own patient; and in the first record those who are not hers, and the address of hers."""
    own = Relation("own", UNIT, RelationKind.SERVICE_DECISION, NOW - 30 * DAY)
    protected = Relation("graded", UNIT, RelationKind.SERVICE_DECISION, NOW - 30 * DAY)
    labelled = Relation("labelled", UNIT, RelationKind.SERVICE_DECISION, NOW - 30 * DAY)
    blocked = Relation("a-blocker", UNIT, RelationKind.SERVICE_DECISION, NOW - 30 * DAY)
    teams = (own, protected, labelled, *((blocked,) if with_hidden else ()))
    yield _write("EpisodeOfCare", "teams", ("own",), IndexValues(), Derived(teams))
    yield _write("Patient", "graded", ("graded",), *_graded(with_hidden))
    if with_hidden:
        block = Barrier("a-blocker", "block", persons=(READER.reference,))
        yield _write("Consent", "closes", ("a-blocker",), IndexValues(), Derived(barriers=(block,)))


def _graded(with_hidden: bool) -> tuple[IndexValues, Derived, dict[str, Any]]:
    """A patient of hers whose address, telecom and doctor are hidden from her."""
    if not with_hidden:
        body = {"address": [{"extension": [METADATA]}]}
        return IndexValues(), Derived(traits=(Traits("graded", None, True),)), body
    index = IndexValues(
        strings=[("address", STREET), ("address-city", "Skjulvik"), ("address-postalcode", "9999")],
        tokens=[
            ("address-use", None, "home"),
            ("phone", None, "99999999"),
            ("telecom", None, "99999999"),
            ("_security", GRADES, "strengtFortrolig"),
        ],
        references=[
            ("general-practitioner", f"Practitioner/{SEEN}"),
            ("organization", f"Organization/{SEEN}"),
        ],
    )
    body = {
        "meta": GRADED,
        "address": [
            {
                "extension": [METADATA],
                "use": "home",
                "line": [STREET],
                "city": "Skjulvik",
                "postalCode": "9999",
            }
        ],
        "telecom": [{"system": "phone", "value": "99999999"}],
        "text": {"status": "generated", "div": f"<div>{STREET}</div>"},
        "generalPractitioner": [{"reference": f"Practitioner/{SEEN}"}],
        "managingOrganization": {"reference": f"Organization/{SEEN}"},
    }
    doctor = Relation("graded", f"Practitioner/{SEEN}", RelationKind.GP_LIST, NOW - 30 * DAY)
    traits = (Traits("graded", None, True),)
    derived = Derived((doctor,), traits=traits, labels=("strengtFortrolig",))
    return index, derived, body


def _resources(with_hidden: bool) -> Iterator[Write]:
    for number, type in enumerate(types()):
        about_nobody = data_class(type) is DataClass.REFERENCE
        patients = () if about_nobody else ("own",)
        yield _write(type, SEEN, patients, values(type, SEEN), Derived(), _told(type, SEEN))
        if with_hidden:
            why = WHY_HIDDEN[number % len(WHY_HIDDEN)]
            labels = ("NORS",) if why == "labelled" else ()
            yield _write(
                type, HIDDEN, (why,), values(type, HIDDEN), Derived(labels=labels), _told(type, HIDDEN)
            )


def _told(type: str, which: str) -> dict[str, Any]:
    """Words for `_text`, `_content` and `:text`; what a code is called."""
    told: dict[str, Any] = {"text": {"status": "generated", "div": f"<div>ord{which}</div>"}}
    if type in ("Condition", "Observation", "Procedure", "ServiceRequest", "Task", "Medication"):
        coding = {"system": f"http://{which}.example", "code": which, "display": f"ord{which}"}
        told["code"] = {"coding": [coding]}
    return told


def _write(
    type: str, id: str, patients: tuple[str, ...], index: IndexValues, derived: Derived, body: Any = None
) -> Write:
    index.patients = patients
    meta = {"versionId": "1", "lastUpdated": "2026-11-23T12:00:00.000Z"}
    told = {**(body or {})}
    resource = {"resourceType": type, "id": id, "meta": meta | told.pop("meta", {}), **told}
    return Write(type, id, 1, encode(resource), index, "PUT", derived)


def values(type: str, which: str) -> IndexValues:
    """A value for every search parameter of the type, told apart by `which`; references lead to the other one."""
    index = IndexValues()
    for code, parameter in sorted(load().search_parameters(type).items()):
        if code in ("patient", "subject") and data_class(type) is not DataClass.REFERENCE:
            index.references.append((code, f"Patient/{'own' if which == SEEN else 'a-stranger'}"))
        else:
            _value(code, parameter, which, index)
    index.tokens.append(("_security", "http://label.example", which))
    return index


def _value(code: str, parameter: SearchParameter, which: str, index: IndexValues) -> None:
    number = Decimal(4711 if which == HIDDEN else 1)
    moment = datetime(1947 if which == HIDDEN else 2020, 5, 17, tzinfo=UTC)
    match parameter.type:
        case "token":
            index.tokens.append((code, f"http://{which}.example", which))
        case "string":
            index.strings.append((code, f"ord{which}"))
        case "uri":
            index.uris.append((code, f"http://{which}.example/x"))
        case "date":
            index.dates.append((code, moment, moment + DAY))
        case "number":
            index.numbers.append((code, number, number))
        case "quantity":
            index.quantities.append((code, number, number, "http://unitsofmeasure.org", "mg"))
        case "reference":
            other = HIDDEN if which == SEEN else SEEN
            targets = parameter.targets or ("Observation", "Patient", "Practitioner")
            index.references += [(code, f"{target}/{other}") for target in targets]
