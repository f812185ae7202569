"""The plan of a patient as it stands, and the changes that a new part of it makes: shared by the plan and by notes.

Words and rows belong to the screens; what follows from a measure to `care.plan.measures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.casework.absences import absences
from akson.care.casework.rows import VISIT, category, why_cancelled
from akson.care.fhir_json import Resource
from akson.care.homefollowup.limits import is_limit
from akson.care.plan import care_plan
from akson.care.plan.measures import WINDOW, Measure, measures, visits
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell.reading import of_patient, resources, search_all
from akson.web.shell.stopped_visits import visits_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What the record holds of it."""

    conditions: tuple[Resource, ...]
    goals: tuple[Resource, ...]
    """Without limits of measurements."""
    measures: tuple[Measure, ...]
    visits: tuple[Resource, ...]
    whole: Resource | None
    encounters: tuple[Resource, ...]
    dead: bool = False
    """Nobody is visited after a death."""

    def condition(self, ref: str) -> Resource | None:
        return next((r for r in self.conditions if f"Condition/{r['id']}" == ref), None)

    def goal(self, id: str) -> Resource | None:
        return next((r for r in self.goals if r["id"] == id), None)

    def measure(self, id: str) -> Measure | None:
        return next((m for m in self.measures if m.id == id), None)


async def load_plan(session: RecordSession, patient: str, now: datetime) -> Plan:
    found = await search_all(
        session,
        (
            of_patient("Condition", patient),
            of_patient("Goal", patient),
            of_patient("ServiceRequest", patient),
            visits_of(patient, now),
            of_patient("CarePlan", patient),
            of_patient("Encounter", patient),
            Query("Patient", (Term("_id", "id", None, (TokenValue(None, patient),)),)),
        ),
    )
    conditions, goals, requests, booked, plans, encounters, people = (resources(f.matches) for f in found)
    return Plan(
        tuple(conditions), tuple(g for g in goals if not is_limit(g)), tuple(measures(requests)), tuple(booked),
        care_plan.plan_of(plans), tuple(encounters),
        any(p.get("deceasedDateTime") or p.get("deceasedBoolean") for p in people),
    )  # fmt: skip


def new(resource: Resource) -> Change:
    return Change("POST", str(resource["resourceType"]), resource=resource, given_id=str(resource["id"]))


def again(resource: Resource, version: str | int) -> Change:
    """At the version that was read. Raises MALFORMED AKS-WEB-021 when the form does not say which."""
    if not str(version).isdigit():
        raise Problem(
            ProblemKind.MALFORMED, "AKS-WEB-021", "Skjemaet mangler noe.", now="Last siden på nytt."
        )
    type, id = str(resource["resourceType"]), str(resource["id"])
    return Change("PUT", type, id=id, resource=resource, if_match=int(version))


def held(plan: Plan, patient: Resource, added: Sequence[Resource], at: str) -> list[Change]:
    """The CarePlan with what was added."""
    whole = care_plan.whole(plan.whole, patient, added, at)
    if plan.whole is None:
        return [new(whole)]
    return [] if whole == plan.whole else [again(whole, plan.whole["meta"]["versionId"])]


def visit_changes(plan: Plan, planned: list[Measure], now: datetime) -> list[Change]:
    """What the measures do to her visits, with her absences looked up: nobody is sent to an empty house."""
    away: list[tuple[datetime, datetime | None]] = [
        (a.start, a.end) for a in absences(plan.encounters, plan.visits)
    ]
    if plan.dead:
        away.append((now, None))
    made = visits(
        planned,
        plan.visits,
        now,
        now + WINDOW,
        category=category(VISIT),
        why_ended=why_cancelled("ended"),
        away=away,
    )
    return [again(v, v["meta"]["versionId"]) if "meta" in v else new(v) for v in made]


async def commit_once(session: RecordSession, changes: list[Change]) -> None:
    """Pressed twice: what stands is hers, and the second time changes nothing. Raises CONFLICT or PRECONDITION when a
    colleague was first, and nothing stands."""
    try:
        await session.commit(changes)
    except Problem as problem:
        first = changes[0]
        lost = problem.kind in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
        if not lost or first.method != "POST" or not first.given_id:
            raise
        try:
            await session.read(first.type, first.given_id)
        except Problem as missing:
            if missing.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            # Something else of the commit had changed meanwhile: nothing of it stands, and she is told so.
            raise problem from None
