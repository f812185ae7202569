"""How many items wait in a reader's inbox: the number at the top of each page, and the query the inbox shares.

The items themselves belong to `workspace/inbox`.
"""

from akson.access.actor import Actor
from akson.care.worklist.inbox import OPEN
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.web.shell.reading import may_see


def owned_by(actor: Actor, statuses: tuple[str, ...] = OPEN, *more: Term, count: int = 100) -> Query:
    """Tasks whose owner is the reader or one of her units, in one of `statuses`."""
    owners = tuple(ReferenceValue(*reference.split("/", 1)) for reference in actor.grantees)
    return Query(
        "Task",
        terms=(
            Term("owner", "reference", None, owners),
            Term("status", "token", None, tuple(TokenValue(None, status) for status in statuses)),
            *more,
        ),
        count=count,
    )


def how_many_wait(session: RecordSession, actor: Actor) -> tuple[Query, ...]:
    """The question whose total is the number of open items; none for one who owns no worklist."""
    if not actor.grantees or not may_see(session, "Task"):
        return ()
    query = owned_by(actor)
    return (Query(query.type, query.terms, count=0, summary="count", total="accurate"),)


async def waiting(session: RecordSession, actor: Actor) -> int | None:
    """The number of open items; None for one who owns no worklist."""
    found = await session.searches(how_many_wait(session, actor))
    return found[0].total if found else None
