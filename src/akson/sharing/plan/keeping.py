"""The operations of a patient's plan in this node's record: read as who asks, kept once, and what they come to.

    held = await operations(session, "astrid")                     as she may see them; raises what the record raises
    plan = await take_in(session, "astrid", [operation], unit)     kept, projected, joined: the plan with it
    await version(session, "astrid")                               7: changes when anything of the plan has

Staff write in their own session; the citizen and who is vouched for elsewhere by an act (`record/acts/plan_entry.py`); the
projection is the house's. A crash between the two is healed by the next who writes or opens: it is made of the operations.
"""

from collections.abc import Sequence
from dataclasses import replace

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.record.acts import plan_entry
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.plan import entries
from akson.sharing.plan.entries import LABEL, Resource
from akson.sharing.plan.joining import SharedPlan, joined
from akson.sharing.plan.operation import Operation
from akson.sharing.plan.projection import ended_conflicts, projected

PAGE = 500
OPERATIONS_MAX = 2_000
TRIES = 5
EVALUATION = ("achievementStatus", "lifecycleStatus", "note", "statusDate", "target")
"""What `care.plan` writes into a Goal when it is evaluated."""
_HOUSE_NAME = "Delt plan"


async def operations(session: RecordSession, patient: str) -> list[Operation]:
    """All that the reader may see. Raises Problem TOO_LARGE AKS-PLAN-007 beyond `OPERATIONS_MAX`."""
    found = await _every(session, _of("Basic", patient, entries.CODE, entries.SYSTEM))
    return [entries.read(one) for one in found]


async def version(session: RecordSession, patient: str) -> int:
    """Of the plan's head, 0 without a plan. Costs a decision and one row, and shows nothing."""
    return await plan_entry.standing(session, patient, LABEL, entries.head_of(patient))


async def take_in(
    session: RecordSession, patient: str, taken: Sequence[Operation], unit: Resource
) -> list[Operation]:
    """Each kept once, however often it comes; gives all that is held then, as the house sees it.

    Raises Problem CONFLICT AKS-PLAN-008 for an id that says something else already, and what the record raises.
    """
    house = house_of(session)
    await _keep(session, patient, taken)
    # Read after it is kept: of two who write at once, the later one sees both.
    held = await operations(house, patient)
    await project(house, patient, held, unit)
    return held


async def project(house: RecordSession, patient: str, held: Sequence[Operation], unit: Resource) -> None:
    """Writes what the operations come to, where it stands otherwise. Two at once: the later one sees what both wrote."""
    for attempt in range(TRIES):
        plan = joined(held)
        wanted = projected(plan, held, patient, unit)
        changes = await _differing(house, patient, wanted, plan)
        try:
            if changes:
                await house.commit(changes)
            return
        except Problem as problem:
            if problem.kind not in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION) or attempt == TRIES - 1:
                raise
            held = await operations(house_of(house), patient)


async def _differing(
    house: RecordSession, patient: str, wanted: Sequence[Resource], plan: SharedPlan
) -> list[Change]:
    """What is new or says something else. The head comes last: its version changes after all it stands for."""
    tasks = [("Task", entries.stored_id(patient, f"conflict|{line.id}")) for line in plan.lines]
    keys = {*((r["resourceType"], r["id"]) for r in wanted), *tasks}
    standing = await plan_entry.made_before(house, sorted(keys))
    ended = ended_conflicts([standing[k] for k in tasks if k in standing], plan, patient)
    changes = []
    for made in (*wanted[1:], *ended, wanted[0]):
        there = standing.get((made["resourceType"], made["id"]))
        one = _with_evaluation(made, there)
        if there is None:
            changes.append(Change("POST", one["resourceType"], resource=one, given_id=one["id"]))
        elif _bare(there) != _bare(one):
            at = int(there["meta"]["versionId"])
            changes.append(Change("PUT", one["resourceType"], id=one["id"], resource=_bare(one), if_match=at))
    return changes


def _with_evaluation(made: Resource, there: Resource | None) -> Resource:
    """How it went with a goal, the house says by its own care plan: that is kept."""
    if made["resourceType"] != "Goal" or there is None or "achievementStatus" not in there:
        return made
    return {**made, **{name: there[name] for name in EVALUATION if name in there}}


def _bare(resource: Resource) -> Resource:
    """Without what the record adds."""
    meta = {k: v for k, v in (resource.get("meta") or {}).items() if k not in ("versionId", "lastUpdated")}
    return {**{k: v for k, v in resource.items() if k != "meta"}, **({"meta": meta} if meta else {})}


async def _keep(session: RecordSession, patient: str, taken: Sequence[Operation]) -> None:
    resources = [entries.kept(one, patient) for one in taken]
    actor = session.actor
    own_staff = actor.kind is ActorKind.PRACTITIONER and actor.attested is None
    try:
        if own_staff or actor.kind is ActorKind.SYSTEM:
            await session.commit(
                [Change("POST", "Basic", resource=one, given_id=one["id"]) for one in resources]
            )
        else:
            await plan_entry.enter(session, patient, LABEL, resources)
    except Problem as problem:
        if problem.kind is not ProblemKind.CONFLICT:
            raise
        await _known_already(session, patient, taken)


async def _known_already(session: RecordSession, patient: str, taken: Sequence[Operation]) -> None:
    """Some of them stand already: the rest is kept, one by one. Raises CONFLICT AKS-PLAN-008 for an id used before."""
    held = {o.id: o for o in await operations(house_of(session), patient)}
    fresh = [one for one in taken if one.id not in held]
    if any(held[one.id].digest != one.digest for one in taken if one.id in held):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-PLAN-008",
            "Endringen kom med en id som er brukt før, og sier noe annet.",
            now="Gjør endringen på nytt.",
        )
    for one in fresh:
        await _keep(session, patient, [one])


def house_of(session: RecordSession) -> RecordSession:
    """The node itself, for what follows from what somebody did."""
    actor = Actor(ActorKind.SYSTEM, "shared-plan", _HOUSE_NAME, session.actor.tenant)
    return session.record.open(actor, PurposeOfUse.OPERATIONS)


def _of(type: str, patient: str, code: str, system: str | None) -> Query:
    whose = Term("patient", "reference", None, (ReferenceValue("Patient", patient),))
    return Query(type, (whose, Term("code", "token", None, (TokenValue(system, code),))), count=PAGE)


async def _every(session: RecordSession, query: Query) -> list[Resource]:
    found: list[Resource] = []
    while True:
        page = await session.search(query)
        found += [json.parse(v.body or b"{}") for v in page.matches]
        if page.next_cursor is None:
            return found
        if len(found) >= OPERATIONS_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-PLAN-007",
                f"The plan has more than {OPERATIONS_MAX} entries.",
                now="Begin a new plan and end this one.",
            )
        query = replace(query, cursor=page.next_cursor)
