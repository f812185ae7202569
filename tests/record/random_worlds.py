"""Random records: patients with relations, barriers, representations, traits and links, resources with labels. One tenant of
the same database is one world, so that a thousand of them are made in minutes."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.access.data_classes import DataClass
from akson.access.facts import DRAFT_OF, Barrier, Relation, RelationKind, Representation, Traits
from akson.app.cast import CAST
from akson.fhir.codec.json import encode, parse
from akson.fhir.extraction import extract
from akson.store.values import Derived, Write

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = tuple(
    value for name, value in vars(RelationKind).items() if name.isupper() and value != RelationKind.ATTESTED
)
STAFF = ("ida", "omar", "grete", "kari", "nadia", "siri")
UNITS = ("hjemmetjenesten-ost", "hjemmetjenesten-vest", "torget-legesenter", "storvik-legevakt")
LABELS = ("NORS", "NORN_FFL", "NORN_FORANS", "NORN_UNGDOM", "NORU", "R")
TYPES = ("Observation", "ClinicalImpression", "Appointment", "Condition", "Organization", "Patient", "Task")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class World:
    tenant: int
    writes: tuple[Write, ...]
    patients: tuple[str, ...]


def world(tenant: int, seed: int) -> World:
    chance = Random(seed)
    patients = tuple(f"p{n}" for n in range(chance.randint(2, 5)))
    writes = [_patient(chance, id, patients) for id in patients]
    writes += [_consent(chance, n, patients) for n in range(chance.choice((0, 1, 2, 4)))]
    writes += [_relative(chance, n, patients) for n in range(chance.choice((0, 1, 2)))]
    writes += [_team(chance, n, patients) for n in range(chance.choice((0, 1, 3, 5)))]
    writes += [_resource(chance, n, patients) for n in range(12)]
    return World(tenant, tuple(writes), patients)


def actor(chance: Random, tenant: int, patients: tuple[str, ...]) -> Actor:
    kind = chance.choice(("staff", "staff", "staff", "citizen", "proxy", "attested", "system"))
    if kind == "system":
        return replace(CAST["system"], tenant=tenant)
    if kind == "citizen":
        return replace(CAST["astrid"], tenant=tenant, reference=f"Patient/{chance.choice(patients)}")
    if kind == "proxy":
        whom = tuple(f"Patient/{p}" for p in chance.sample(patients, chance.randint(0, 2)))
        return replace(
            CAST["marit"],
            tenant=tenant,
            reference=f"RelatedPerson/r{chance.randint(0, 2)}",
            on_behalf_of=whom,
        )
    own = f"Patient/{chance.choice(patients)}" if chance.random() < 0.2 else ""
    staff = replace(CAST[chance.choice(STAFF)], tenant=tenant, own_patient=own)
    if kind == "attested":
        vouched = tuple(chance.sample(patients, chance.randint(0, 2)))
        word = Attested(vouched, PurposeOfUse.TREATMENT, "d1", "00" * 32, "974633574")
        return replace(staff, organisations=(), attested=word)
    return replace(
        staff, role=chance.choice((staff.role, staff.role, "health-worker", "protected-address-officer"))
    )


def purpose(chance: Random, who: Actor) -> PurposeOfUse:
    if who.kind in (ActorKind.CITIZEN, ActorKind.PROXY):
        return PurposeOfUse.PATIENT_REQUEST
    return chance.choice(
        (PurposeOfUse.TREATMENT, PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY, PurposeOfUse.ADMINISTRATION)
    )


def _write(resource: dict[str, Any], derived: Derived) -> Write:
    body = encode(resource)
    return Write(resource["resourceType"], resource["id"], 1, body, extract(parse(body)), "PUT", derived)


def _span(chance: Random) -> tuple[datetime, datetime | None]:
    start = NOW + chance.choice((-48, -1, 0, 1)) * HOUR
    return start, chance.choice((None, None, start + HOUR, start + 200 * HOUR))


def _person(chance: Random) -> str:
    return chance.choice(
        tuple(f"Practitioner/{s}" for s in STAFF) + tuple(f"Organization/{u}" for u in UNITS)
    )


def _patient(chance: Random, id: str, patients: tuple[str, ...]) -> Write:
    born = date(2026, 11, 24).replace(year=2026 - chance.choice((0, 5, 11, 12, 15, 16, 17, 40, 90)))
    born += timedelta(days=chance.choice((-1, 0, 1)))
    derived = Derived(
        relations=tuple(
            Relation(id, _person(chance), RelationKind.GP_LIST, *_span(chance))
            for _ in range(chance.randint(0, 1))
        ),
        traits=(Traits(id, chance.choice((None, born, born)), chance.random() < 0.25),),
        addresses=(chance.choice(("storgata 1|0001", "lia 2|0002")),) if chance.random() < 0.7 else (),
        links=tuple(o for o in chance.sample(patients, 1) if o != id) if chance.random() < 0.15 else (),
        labels=_labels(chance),
    )
    linked = {"link": [{"other": {"reference": f"Patient/{o}"}, "type": "seealso"} for o in derived.links]}
    return _write({"resourceType": "Patient", "id": id, **(linked if derived.links else {})}, derived)


def _labels(chance: Random) -> tuple[str, ...]:
    return (chance.choice(LABELS),) if chance.random() < 0.3 else ()


def _some(chance: Random, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(chance.sample(values, chance.randint(1, 2))) if chance.random() < 0.4 else ()


def _barrier(chance: Random, patient: str) -> Barrier:
    start, end = _span(chance)
    people = tuple(f"Practitioner/{s}" for s in STAFF)
    units = tuple(f"Organization/{u}" for u in UNITS)
    kinds = tuple(c.value for c in DataClass)
    turned = [chance.random() < 0.3 for _ in range(4)]
    return Barrier(
        patient,
        chance.choice(("block", "restrict")),
        _some(chance, people), turned[0],
        _some(chance, ("nurse", "gp", "doctor")), turned[1],
        _some(chance, units), turned[2],
        _some(chance, (*kinds, *LABELS)), turned[3],
        chance.choice((None, start)),
        end,
    )  # fmt: skip


def _consent(chance: Random, number: int, patients: tuple[str, ...]) -> Write:
    whose = chance.choice(patients)
    start, end = _span(chance)
    represents = Representation(
        whose,
        f"RelatedPerson/r{chance.randint(0, 2)}",
        chance.choice(("power-of-attorney", "guardian", "parental")),
        _some(chance, ("clinical", "demographic", "R")),
        chance.choice((None, start)),
        end,
    )
    closes = tuple(_barrier(chance, whose) for _ in range(chance.randint(0, 2)))
    derived = Derived(barriers=closes, representations=(represents,) if chance.random() < 0.6 else ())
    return _write(
        {"resourceType": "Consent", "id": f"c{number}", "patient": {"reference": f"Patient/{whose}"}}, derived
    )


def _relative(chance: Random, number: int, patients: tuple[str, ...]) -> Write:
    whose, id = chance.choice(patients), f"r{number}"
    derived = Derived(
        representations=(Representation(whose, f"RelatedPerson/{id}", "parental"),)
        if chance.random() < 0.7
        else (),
        addresses=("storgata 1|0001",) if chance.random() < 0.7 else (),
    )
    return _write(
        {"resourceType": "RelatedPerson", "id": id, "patient": {"reference": f"Patient/{whose}"}}, derived
    )


def _team(chance: Random, number: int, patients: tuple[str, ...]) -> Write:
    whose = chance.choice(patients)
    rows = tuple(
        Relation(whose, _person(chance), chance.choice(KINDS), *_span(chance))
        for _ in range(chance.randint(1, 3))
    )
    rows = tuple({(r.grantee, r.kind): r for r in rows}.values())
    return _write(
        {"resourceType": "CareTeam", "id": f"t{number}", "subject": {"reference": f"Patient/{whose}"}},
        Derived(rows),
    )


def _resource(chance: Random, number: int, patients: tuple[str, ...]) -> Write:
    type = chance.choice(("Observation", "Condition", "Task", "Appointment", "Organization"))
    whom = [{"reference": f"Patient/{p}"} for p in chance.sample(patients, min(2, len(patients)))]
    resource: dict[str, Any] = {"resourceType": type, "id": f"x{number}"}
    match type:
        case "Appointment":
            resource["participant"] = [{"actor": who} for who in whom[: chance.randint(1, 2)]]
        case "Task":
            resource |= {"for": whom[0]} if chance.random() < 0.7 else {}
        case "Observation" | "Condition":
            resource["subject"] = whom[0]
    labels = _labels(chance)
    if chance.random() < 0.25:
        # A note, most often somebody's draft.
        author = chance.choice((*(f"Practitioner/{s}" for s in STAFF[:2]), "", None))
        resource = {"resourceType": "ClinicalImpression", "id": f"x{number}", "subject": whom[0]}
        labels = labels if author is None else (*labels, f"{DRAFT_OF}{author}")
    released = NOW + chance.choice((-1, 0, 1)) * HOUR if chance.random() < 0.2 else None
    return _write(resource, Derived(labels=labels, released=released))
