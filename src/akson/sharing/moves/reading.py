"""Moves and what they touch, asked of the record and given as plain resources: the queries of this package."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import DateValue, Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.moves import keeping
from akson.sharing.moves.keeping import Held
from akson.sharing.moves.package import Resource

PAGE = 500
OPEN_MAX = 2_000


async def held_of(session: RecordSession, id: str) -> Held:
    """Raises NOT_FOUND for who may not, and for what is no move."""
    held = keeping.read(parsed(await session.read("Task", id)))
    if held is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-MOVE-007", "Flyttingen finnes ikke.")
    return held


async def found(session: RecordSession, *terms: Term) -> list[Held]:
    """Newest first."""
    newest = (Sort("_lastUpdated", "lastUpdated", descending=True),)
    tasks = await every(session, [Query("Task", terms, newest, count=PAGE)])
    return [held for held in map(keeping.read, tasks) if held is not None]


def coded(*codes: str) -> Term:
    return Term("code", "token", None, tuple(TokenValue(keeping.TASKS, code) for code in codes))


def looked_at_by(now: datetime) -> tuple[Term, Term]:
    return (
        Term("business-status", "token", None, (TokenValue(keeping.TASKS, keeping.PENDING),)),
        Term("period", "date", None, (DateValue("le", now, now),)),
    )


def of_patient(type: str, patient: str) -> Query:
    return Query(
        type, (Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),), count=PAGE
    )


async def every(session: RecordSession, queries: Sequence[Query]) -> list[Resource]:
    """Raises TOO_LARGE AKS-MOVE-009 beyond `OPEN_MAX` of a kind: what is left out would keep somebody's access."""
    found: list[Resource] = []
    for query in queries:
        of_this = 0
        asked = query
        while True:
            page = await session.search(asked)
            found += map(parsed, page.matches)
            of_this += len(page.matches)
            if page.next_cursor is None:
                break
            if of_this >= OPEN_MAX:
                raise Problem(
                    ProblemKind.TOO_LARGE,
                    "AKS-MOVE-009",
                    "The patient has more than can be handed over at once.",
                )
            asked = replace(asked, cursor=page.next_cursor)
    return found


async def read_all(house: RecordSession, keys: Sequence[tuple[str, str]]) -> list[Resource]:
    return [parsed(await house.read(type, id)) for type, id in keys]


def parsed(version: Any) -> Resource:
    found: Resource = json.parse(version.body or b"{}")
    return found


def put(resource: Resource) -> Change:
    at = int(resource["meta"]["versionId"])
    meta = {k: v for k, v in resource["meta"].items() if k not in ("versionId", "lastUpdated")}
    bare = {**{k: v for k, v in resource.items() if k != "meta"}, **({"meta": meta} if meta else {})}
    return Change("PUT", resource["resourceType"], id=resource["id"], resource=bare, if_match=at)


def differs(standing: Resource, wanted: Resource) -> bool:
    return any(standing.get(name) != value for name, value in wanted.items() if name not in ("meta", "id"))
