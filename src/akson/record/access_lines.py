"""Lines of the access log as people read them: events of one request and outcome become one line."""

from collections.abc import Sequence

from akson.audit.event import AccessEvent
from akson.audit.log import AccessLog
from akson.record.values import AccessLine

EVENTS_PER_LINE = 25
EVENTS_MAX = 5_000


async def of_patient(
    log: AccessLog, tenant: int, patient: str, *, actor: str | None, count: int, before: int | None
) -> list[AccessLine]:
    """Newest first, at most `count` lines. `actor` limits to one person's lines; `before` is a place in the log."""
    found = await log.events_of(
        tenant, patient, actor=actor, before=before, count=min(count * EVENTS_PER_LINE, EVENTS_MAX)
    )
    grouped: dict[tuple[str, str, str], list[tuple[int, AccessEvent]]] = {}
    for index, event in found:
        grouped.setdefault((event.request, event.actor_id, event.outcome), []).append((index, event))
    return [line_of(events) for events in grouped.values()][:count]


def line_of(events: Sequence[tuple[int, AccessEvent]]) -> AccessLine:
    """Of events of one request and outcome, newest first."""
    index, first = events[-1]
    return AccessLine(
        at=first.at,
        name=first.actor_name,
        role=first.role,
        unit=first.unit,
        action=first.action,
        purpose=first.purpose,
        permitted=first.outcome == "permit",
        words=first.words,
        count=sum(event.count for _, event in events),
        index=index,
    )
