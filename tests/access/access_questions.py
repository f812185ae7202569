"""Random questions with their facts: a small world, so that every rule meets every other, and times on the very edge."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from akson.access.actor import ELSEWHERE, Actor, ActorKind, Attested, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import DRAFT_OF, Barrier, Facts, Relation, RelationKind, Representation, Traits
from akson.access.giving import CLOSE, GIVEN, PERSON, REPRESENT
from akson.access.policies import Policy, current
from akson.access.rules.staff import HOLD_BED, owned_by

PATIENTS = ("astrid", "bjarne", "siri-p")
UNITS = ("Organization/ost", "Organization/vest", "Organization/legevakt")
NUMBERS = ("990202", "990101")
ENTERPRISES = tuple(f"urn:oid:2.16.578.1.12.4.1.4.101|{number}" for number in NUMBERS)
PEOPLE = ("Practitioner/ida", "Practitioner/omar")
RELATIVES = ("RelatedPerson/marit", "RelatedPerson/kari")
ROLES = (
    "nurse",
    "doctor",
    "gp",
    "health-worker",
    "caseworker",
    "message-officer",
    "privacy-officer",
    "administrator",
    "porter",
)
ACTIONS = ("read", "search", "history", "create", "update", "delete", "log", "identify", "erase")
TYPES = (
    "Patient",
    "RelatedPerson",
    "EpisodeOfCare",
    "Appointment",
    "Task",
    "Encounter",
    "Communication",
    "Observation",
    "CarePlan",
    "Nonsense",
    "Organization",
    "Practitioner",
)
CLASSES = ("demographic", "service", "message", "clinical")
LABELS = (
    *("N", "NORN_FFL", "NORN_EPO", "NORN_DUP", "NORN_ANG", "NORN_UNGDOM", "NORN_FORANS", "NORU", "NORS"),
    *("R", "V", "mental-health"),
)
KINDS = tuple(v for k, v in vars(RelationKind).items() if k.isupper() and v != "attested")
_OPENED = (
    RelationKind.EMERGENCY,
    RelationKind.SELF_DECLARED,
    RelationKind.SELF_DECLARED,
    RelationKind.LIFTED,
)
BASES = ("parental", "parental", "power-of-attorney", "guardian")
AGES = (0, 11, 12, 12, 15, 16, 16, 16, 40, 84)
MODELS = ("consumer-attests", "source-decides", "mutual-trust")
NORWAY = ZoneInfo("Europe/Oslo")

POLICIES: tuple[Policy, ...] = tuple(
    msgspec.structs.replace(current(), trust_model=model, agreement=(ENTERPRISES[0],)) for model in MODELS
)


class Asked(NamedTuple):
    facts: Facts
    actor: Actor
    purpose: PurposeOfUse
    question: Question
    policy: Policy


def questions(seed: int, count: int) -> Iterator[Asked]:
    """The same seed asks the same."""
    random = Random(seed)
    for _ in range(count):
        yield _asked(random)


def _asked(r: Random) -> Asked:
    at = datetime(2026, r.randint(1, 12), r.randint(1, 28), r.choice((0, 8, 22, 23)), 30, tzinfo=UTC)
    actor = _MAKERS[r.choices(tuple(_MAKERS), (12, 5, 3, 8, 1, 0.4))[0]](r)
    action = r.choices(ACTIONS, _USUAL.get(actor.kind, (12, 8, 3, 4, 2, 1, 2, 2, 0.5)))[0]
    type = "Patient" if action == "identify" and r.random() < 0.8 else r.choice(TYPES)
    purpose = _purpose(r, actor)
    return Asked(
        _facts(r, actor, purpose, at), actor, purpose, Question(action, type, at), r.choice(POLICIES)
    )


def giving(seed: int, count: int) -> Iterator[Asked]:
    """Questions about giving and taking away access, and what those who do that may else. A stream of its own, so that the
    questions of a seed above stay what they were."""
    random = Random(f"giving-{seed}")
    for _ in range(count):
        yield _giving(random)


def _giving(r: Random) -> Asked:
    one = _asked(r)
    actor = one.actor
    if actor.kind is ActorKind.PRACTITIONER:
        actor = replace(actor, role=r.choice(GIVERS))
    action = r.choices(
        (r.choice(GIVEN), REPRESENT, CLOSE, PERSON, one.question.action),
        (6, 2, 2, 1, 2 if actor.role in GIVERS[4:] else 0),
    )[0]
    usual = (
        _REGISTERED if action in (REPRESENT, CLOSE, PERSON) or actor.role == "record-officer" else _ASSIGNED
    )
    type = r.choice(usual) if r.random() < 0.8 else one.question.type
    purpose = one.purpose if r.random() < 0.7 else PurposeOfUse.ADMINISTRATION
    return one._replace(actor=actor, purpose=purpose, question=Question(action, type, one.question.at))


def owning(seed: int, count: int) -> Iterator[Asked]:
    """Questions about items that name no patient, and some that do, owned by whom the resource says."""
    random = Random(f"owning-{seed}")
    for _ in range(count):
        yield _owning(random)


def _owning(r: Random) -> Asked:
    one = _asked(r)
    actor = one.actor
    if actor.kind is ActorKind.PRACTITIONER:
        actor = replace(actor, role=r.choice((*GIVERS, "message-officer")))
    facts = one.facts
    if r.random() < 0.7:
        facts = Facts(labels=facts.labels, released=facts.released)
    if r.random() < 0.6:
        facts = replace(facts, matches=(owned_by(actor.grantees).query,))
    elif r.random() < 0.5:
        facts = replace(facts, matches=(owned_by(("Practitioner/nobody",)).query,))
    type = "Task" if r.random() < 0.8 else one.question.type
    purpose = one.purpose if r.random() < 0.7 else PurposeOfUse.ADMINISTRATION
    question = Question(one.question.action, type, one.question.at)
    return one._replace(facts=facts, actor=actor, purpose=purpose, question=question)


def holding(seed: int, count: int) -> Iterator[Asked]:
    """Questions about beds and their holds, and the same of what is no bed."""
    random = Random(f"holding-{seed}")
    for _ in range(count):
        one = _owning(random)
        facts = one.facts if random.random() < 0.2 else Facts(labels=one.facts.labels)
        type = "Location" if random.random() < 0.8 else one.question.type
        action = HOLD_BED if random.random() < 0.8 else one.question.action
        yield one._replace(facts=facts, question=Question(action, type, one.question.at))


def drafting(seed: int, count: int) -> Iterator[Asked]:
    """Questions about notes, most of them drafts: her own, a colleague's, her unit's, nobody's."""
    random = Random(f"drafting-{seed}")
    for _ in range(count):
        one = _asked(random)
        if one.actor.kind is ActorKind.SYSTEM or random.random() < 0.1:
            system = _system(random)
            one = one._replace(actor=replace(system, client=random.choice(("", "stats"))))
        authors = [one.actor.reference or "Practitioner/nobody", *PEOPLE, *UNITS[:1], ""]
        of = random.sample(authors, random.choices((0, 1, 2), (1, 8, 1))[0])
        labels = (*one.facts.labels, *(f"{DRAFT_OF}{author}" for author in of))
        type = "ClinicalImpression" if random.random() < 0.8 else one.question.type
        yield one._replace(
            facts=replace(one.facts, labels=labels),
            question=Question(one.question.action, type, one.question.at),
        )


_ASSIGNED = ("Task", "CareTeam", "EpisodeOfCare", "ServiceRequest", "Encounter")
_REGISTERED = ("Consent", "RelatedPerson", "Patient")
GIVERS = (
    *("nurse", "doctor", "gp", "health-worker"),
    *("caseworker", "leader", "coordinator", "record-officer", "porter"),
)

# Citizens mostly look, messages mostly add.
_USUAL = {
    ActorKind.CITIZEN: (12, 8, 4, 1, 1, 1, 4, 1, 1),
    ActorKind.PROXY: (12, 8, 4, 1, 1, 1, 4, 1, 1),
    ActorKind.ORGANISATION: (1, 1, 1, 20, 1, 1, 1, 1, 1),
}


def _some(r: Random, values: tuple[str, ...], most: int = 2) -> tuple[str, ...]:
    return tuple(r.sample(values, r.randint(0, min(most, len(values)))))


def _staff(r: Random) -> Actor:
    role = r.choices(ROLES, (6, 4, 4, 4, 4, 2, 1, 0.5, 0.5))[0]
    return Actor(
        ActorKind.PRACTITIONER,
        "ida",
        "Ida",
        1,
        role=role,
        reference=r.choice((*PEOPLE, "")) if r.random() < 0.2 else PEOPLE[0],
        organisations=_some(r, UNITS) or UNITS[:1],
        level=4 if r.random() < 0.97 else 3,
        service=r.choice(("", "KA02", "KA02", "KP02")),
        own_patient=r.choice((*("",) * 8, "Patient/siri-p", "siri-p")),
    )


def _foreign(r: Random) -> Actor:
    actor = _staff(r)
    return Actor(
        actor.kind,
        actor.id,
        actor.name,
        1,
        role=r.choice(("nurse", "doctor", "gp", actor.role)),
        reference=actor.reference,
        organisations=r.choice(((), UNITS[:1])),
        level=actor.level,
        own_patient=actor.own_patient,
        attested=Attested(
            _some(r, PATIENTS, 3),
            r.choice((PurposeOfUse.TREATMENT, PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY)),
            "d-1",
            "00",
            r.choice(NUMBERS),
            r.choice(("", *NUMBERS)),
        ),
    )


def _citizen(r: Random) -> Actor:
    reference = r.choice(("Patient/astrid", "Patient/astrid", "Patient/bjarne", ""))
    return Actor(ActorKind.CITIZEN, "a", "A", 1, reference=reference, level=r.choice((4,) * 12 + (3,)))


def _proxy(r: Random) -> Actor:
    known = PATIENTS if r.random() < 0.7 else _some(r, PATIENTS, 3)
    chosen = tuple(f"Patient/{p}" for p in known)
    return Actor(
        ActorKind.PROXY,
        "m",
        "M",
        1,
        reference=r.choice((RELATIVES[0], RELATIVES[0], RELATIVES[0], "")),
        on_behalf_of=chosen if r.random() < 0.9 else (),
        level=r.choice((4,) * 12 + (3,)),
    )


def _organisation(r: Random) -> Actor:
    return Actor(ActorKind.ORGANISATION, "990202", "Havnes", 1, organisations=_some(r, UNITS))


def _system(r: Random) -> Actor:
    return Actor(ActorKind.SYSTEM, "system", "System", 1, level=r.randint(1, 4))


_MAKERS: dict[str, Callable[[Random], Actor]] = {
    "staff": _staff,
    "foreign": _foreign,
    "citizen": _citizen,
    "proxy": _proxy,
    "organisation": _organisation,
    "system": _system,
}


def _purpose(r: Random, actor: Actor) -> PurposeOfUse:
    if actor.attested is not None and r.random() < 0.85:
        return actor.attested.purpose
    usual = {
        ActorKind.PRACTITIONER: (PurposeOfUse.TREATMENT, PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY),
        ActorKind.ORGANISATION: (PurposeOfUse.CARE_COORDINATION,),
    }.get(actor.kind, (PurposeOfUse.PATIENT_REQUEST,))
    return r.choice(usual) if r.random() < 0.75 else r.choice(tuple(PurposeOfUse))


def _facts(r: Random, actor: Actor, purpose: PurposeOfUse, at: datetime) -> Facts:
    patients = tuple(r.sample(PATIENTS, r.choices((0, 1, 2), (2, 12, 3))[0]))
    plain = r.random() < 0.5
    released = r.choice((*(None,) * 5, at - timedelta(1), at, at + timedelta(seconds=1)))
    return Facts(
        patients,
        tuple(_relation(r, actor, purpose, at, p) for p in patients for _ in range(r.randint(0, 4))),
        tuple(_barrier(r, actor, at, p) for p in patients if not plain for _ in range(r.choice((0, 1, 2)))),
        tuple(_representation(r, at, p) for p in patients for _ in range(r.randint(0, 3))),
        tuple(_traits(r, at, p) for p in PATIENTS if r.random() < 0.95),
        () if plain else _labels(r, actor),
        None if plain else released,
    )


def _labels(r: Random, actor: Actor) -> tuple[str, ...]:
    """What is withheld from youth and from parents matters only there; what a citizen names, where she has closed it."""
    if r.random() < 0.4 and actor.kind in (ActorKind.CITIZEN, ActorKind.PROXY):
        return (r.choice(("NORN_UNGDOM", "NORN_FORANS")),)
    if r.random() < 0.4:
        return ("mental-health",)
    return _some(r, LABELS, 2)


def _start(r: Random, at: datetime) -> datetime:
    return at + r.choice((timedelta(-9), timedelta(-9), timedelta(-1), timedelta(0), timedelta(seconds=1)))


def _end(r: Random, at: datetime) -> datetime | None:
    return r.choice((None, None, None, at + timedelta(1), at + timedelta(seconds=1), at, at - timedelta(1)))


def _named(actor: Actor) -> tuple[str, ...]:
    """Her enterprises one by one: a name for all that are elsewhere came later, and the questions of old editions stay."""
    return tuple(name for name in actor.enterprises if name != ELSEWHERE)


def _relation(r: Random, actor: Actor, purpose: PurposeOfUse, at: datetime, patient: str) -> Relation:
    hers = (*actor.grantees, *_named(actor))
    grantee = r.choice(hers) if hers and r.random() < 0.85 else r.choice((*PEOPLE, *UNITS, *ENTERPRISES))
    kind = r.choice((*KINDS, *_OPENED))
    if purpose is PurposeOfUse.EMERGENCY and r.random() < 0.4:
        kind = RelationKind.EMERGENCY
    return Relation(patient, grantee, kind, _start(r, at), _end(r, at))


def _barrier(r: Random, actor: Actor, at: datetime, patient: str) -> Barrier:
    def listed(hers: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
        return () if r.random() < 0.5 else _some(r, tuple(dict.fromkeys((*hers, *others))), 2)

    def odd() -> bool:
        return r.random() < 0.35

    return Barrier(
        patient,
        r.choice(("block", "restrict")),
        listed(actor.persons, PEOPLE),
        odd(),
        listed((actor.role,), ("nurse", "gp")),
        odd(),
        listed(_named(actor), (*UNITS[1:], *ENTERPRISES)),
        odd(),
        listed(("clinical", "demographic"), ("mental-health", "message")),
        odd(),
        r.choice((None, _start(r, at))),
        _end(r, at),
    )


def _representation(r: Random, at: datetime, patient: str) -> Representation:
    return Representation(
        patient,
        RELATIVES[0] if r.random() < 0.85 else RELATIVES[1],
        r.choice(BASES),
        r.choice(((), (), (), ("clinical",), ("demographic", "mental-health"), ("log",))),
        r.choice((None, None, _start(r, at))),
        _end(r, at),
        r.random() < 0.8,
    )


def _traits(r: Random, at: datetime, patient: str) -> Traits:
    today = at.astimezone(NORWAY).date()
    day = date(today.year - r.choice(AGES), today.month, today.day) + timedelta(r.randint(-1, 1))
    born = r.choice((None, date(2012, 2, 29), *(day,) * 10))
    return Traits(patient, born, r.random() < 0.12)
