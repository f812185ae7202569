"""Relations from a message: those it was sent to have to read and answer it, for a limited time.

    Communication.recipient   message   MESSAGE_LASTS from when it was received

Only what the record took in (`received` is set) gives one: a message that somebody here writes to himself does not.
Spec: https://hl7.org/fhir/R4/communication.html.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from akson.access.facts import Relation, RelationKind
from akson.record.facts.elements import Json, bounds, relation

MESSAGE_LASTS = timedelta(days=30)
_TAKEN_IN = frozenset({"in-progress", "completed"})


def received(communication: Json, since: datetime) -> Iterator[Relation]:
    taken, _ = bounds({"start": communication.get("received")})
    if communication.get("status") not in _TAKEN_IN or taken is None:
        return
    try:
        until = taken + MESSAGE_LASTS
    except OverflowError:
        until = taken
    for unit in communication.get("recipient", ()):
        yield from relation(
            communication.get("subject"), unit, RelationKind.MESSAGE, communication, taken, until
        )
