"""Resources as they stand, with the care relations they give, carried between two records of the same data controller.

For the municipality's own service alone (`ActorKind.SYSTEM`), which sees all of its tenant. What stands elsewhere is judged
there by the same rules: so the relations travel as they count here, and are not worked out anew (who wrote them, and when,
is known here alone). Looking is not logged, since nobody is shown anything; what leaves is, by `leaving`, before it leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from akson.access.actor import ActorKind
from akson.access.decision import Everything
from akson.access.facts import Relation
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.events import by_patient
from akson.record.values import Change, Part
from akson.store.values import ChangeEvent

if TYPE_CHECKING:
    from akson.record.session import RecordSession

CONSENTS_EACH = 1000
Key = tuple[str, str]
"""(type, id)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one resource stands; `body` None when it is deleted, or erased."""

    version: int
    updated: datetime
    body: bytes | None
    patients: tuple[str, ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Placing:
    """What is to stand, on top of the version `expected` (0: nothing ever stood there)."""

    type: str
    id: str
    body: bytes | None
    relations: tuple[Relation, ...]
    expected: int


async def standing(session: "RecordSession", keys: Sequence[Key]) -> Mapping[Key, Standing]:
    """How the named resources stand now; those that never were are left out."""
    _own_service(session)
    store, tenant = session.record.store, session.actor.tenant
    found = await store.current(tenant, keys)
    given = await store.relations_given(tenant, list(found))
    return {
        key: Standing(now.version, now.updated, now.body, now.patients, tuple(given.get(key, ())))
        for key, now in found.items()
    }


async def place(session: "RecordSession", placings: Sequence[Placing]) -> list[int | None]:
    """The version each makes; None where another stood than was expected. Each by itself: one refused stops no other."""
    _own_service(session)
    try:
        done = await session.commit([_change(placing) for placing in placings])
        return [one.version.version for one in done]
    except Problem as refused:
        if refused.kind not in (ProblemKind.PRECONDITION, ProblemKind.CONFLICT):
            raise
        if len(placings) == 1:
            return [None]
    return [version for placing in placings for version in await place(session, [placing])]


async def leaving(session: "RecordSession", named: Sequence[tuple[str, tuple[str, ...]]], words: str) -> None:
    """Into each patient's log, before it leaves: (`Type/id/version`, its patients) and where it goes."""
    _own_service(session)
    if named:
        decision = session.judge.general("read", named[0][0].partition("/")[0])
        await session.record.log.append(
            session.events.make("export", decision, by_patient(named), at=session.at, words=words)
        )


async def ids(
    session: "RecordSession", type: str, after: tuple[int, str], limit: int
) -> list[tuple[int, str]]:
    """(bucket, id) of what was ever written of a type, in that order, after a place; `(-1, "")` is the beginning."""
    _own_service(session)
    return await session.record.store.ids(session.actor.tenant, type, after, limit)


async def types(session: "RecordSession") -> frozenset[str]:
    """The types that were ever written."""
    _own_service(session)
    return await session.record.store.types()


async def changes(session: "RecordSession", after: tuple[int, int], limit: int) -> list[ChangeEvent]:
    """Commits of the tenant after a place; of other tenants, their place alone."""
    _own_service(session)
    return await session.record.store.changes(after, limit)


async def keys_of(session: "RecordSession", patient: str) -> list[Key]:
    """All that belongs to one patient, herself too."""
    _own_service(session)
    found, _ = await session.record.store.everything(
        session.actor.tenant, patient, Part(), restriction=lambda _type: Everything()
    )
    return [(version.type, version.id) for version in found]


async def consents(
    session: "RecordSession", patients: Sequence[str], category: str
) -> dict[str, list[bytes]]:
    """Patient → the bodies of her Consents of a category (`system|`), all of them: a no on a later page is a no."""
    _own_service(session)
    if not patients:
        return {}
    names = ",".join(f"Patient/{id}" for id in patients)
    query = parse("Consent", [("patient", names), ("category", category), ("_count", str(CONSENTS_EACH))])
    found: dict[str, list[bytes]] = {}
    while True:
        page = await session.record.store.search(
            session.actor.tenant,
            query,
            restriction=lambda _type: Everything(),
            redactions=session.judge.redactions("search"),
        )
        for version in page.matches:
            for patient in version.patients:
                found.setdefault(patient, []).append(version.body or b"{}")
        if page.next_cursor is None:
            return found
        query = replace(query, cursor=page.next_cursor)


def _change(placing: Placing) -> Change:
    if placing.body is None:
        return Change("DELETE", placing.type, id=placing.id, if_match=placing.expected)
    return Change(
        "PUT", placing.type, id=placing.id, body=placing.body, if_match=placing.expected, relations=placing.relations
    )  # fmt: skip


def _own_service(session: "RecordSession") -> None:
    if session.actor.kind is not ActorKind.SYSTEM:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-RECORD-070",
            "Only the municipality's own service carries resources between its nodes.",
            now="Ask for what you need as yourself.",
        )
