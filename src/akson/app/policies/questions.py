"""Questions to try a policy on: those that the log has recorded, or, where it has none, a set made from the record.

Made questions ask what each of the cast could ask of a sample of patients, with the facts that stand. For trust models the
same patients are asked for by staff of another enterprise, who vouch for every second of them.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from akson.access.actor import ORGANISATION_NUMBERS, Actor, ActorKind, Attested, PurposeOfUse
from akson.access.recording import Recorded, recorded
from akson.audit import canonical
from akson.audit.statements import STATEMENTS
from akson.fhir.search.query import Query, Sort
from akson.record.judgement import Concerned

if TYPE_CHECKING:
    from akson.app.wiring import Node

PATIENTS_MAX = 100
EVENTS_EACH = 5_000
TYPES = ("Patient", "EpisodeOfCare", "Communication", "Observation")
ACTIONS = ("read", "search", "history", "create", "log")
LEGAL_ENTITY = "983658725"
"""Fictional number of the hospital that asks."""
ELSEWHERE_AGREED = f"{ORGANISATION_NUMBERS}|{LEGAL_ENTITY}"
ELSEWHERE = Actor(
    ActorKind.PRACTITIONER,
    "lege-havnes",
    "Lege ved Havnes sykehus",
    tenant=1,
    role="doctor",
    reference="Practitioner/lege-havnes",
    organisations=("Organization/havnes",),
)


async def recorded_questions(node: "Node", since: datetime | None = None) -> list[Recorded]:
    """Of every event that keeps its decision."""
    return [recorded(data) async for _, data in recorded_decisions(node, since)]


async def recorded_decisions(
    node: "Node", since: datetime | None = None
) -> AsyncIterator[tuple[canonical.AccessEvent, bytes]]:
    """(event, the bytes of its field `decision`) in the log's order; events that keep none are left out."""
    first = 0
    while rows := await node.log.rows.events(first, EVENTS_EACH):
        for row in rows:
            # What the log says about itself stands among the events.
            if row.canonical[0] in STATEMENTS:
                continue
            event = canonical.decode(row.canonical)
            if event.decision and (since is None or event.at >= since):
                yield event, event.decision
        first += len(rows)


async def made_questions(node: "Node", actors: Sequence[Actor]) -> list[Recorded]:
    """Of each of these actors to a sample of the patients who are here."""
    patients = await _patients(node, actors[0].tenant)
    made: list[Recorded] = []
    for actor in actors:
        for purpose in _purposes(actor):
            session = node.record.open(actor, purpose)
            await session.judge.learn(patients)
            made += [
                Recorded(
                    session.judge.facts(Concerned(type, (patient,))),
                    actor,
                    purpose,
                    session.judge.question(action, type),
                    session.policy.version,
                )
                for patient in patients
                for type in TYPES
                for action in ACTIONS
            ]
    return made


async def questions_from_elsewhere(node: "Node") -> list[Recorded]:
    """What a doctor at the hospital asks: of every second patient with an attestation, of the others with one that does
    not name her."""
    patients = await _patients(node, ELSEWHERE.tenant)
    made: list[Recorded] = []
    for place, patient in enumerate(patients):
        attested = Attested(
            (patient,) if place % 2 == 0 else (),
            PurposeOfUse.TREATMENT,
            f"beslutning-{place}",
            "",
            LEGAL_ENTITY,
        )
        actor = replace(ELSEWHERE, attested=attested)
        session = node.record.open(actor, PurposeOfUse.TREATMENT)
        await session.judge.learn((patient,))
        made += [
            Recorded(
                session.judge.facts(Concerned(type, (patient,))),
                actor,
                PurposeOfUse.TREATMENT,
                session.judge.question(action, type),
                session.policy.version,
            )
            for type in TYPES
            for action in ("read", "search")
        ]
    return made


def _purposes(actor: Actor) -> Iterator[PurposeOfUse]:
    if actor.kind in (ActorKind.CITIZEN, ActorKind.PROXY):
        yield PurposeOfUse.PATIENT_REQUEST
        return
    yield from (PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY)


async def _patients(node: "Node", tenant: int) -> list[str]:
    """Ids, in their order: the same patients each time."""
    from akson.app.cast import CAST

    system = replace(CAST["system"], tenant=tenant)
    session = node.record.open(system, PurposeOfUse.OPERATIONS)
    found = await session.search(Query("Patient", sort=(Sort("_id", "id"),), count=PATIENTS_MAX))
    return [version.id for version in found.matches]
