"""What receivers have said to what was sent from here: it stands in the outbox (docs/adr/0144), and stays ask for it."""

from collections.abc import Iterable

from akson.care.fhir_json import Resource
from akson.care.pathway.events import MESSAGE_ID
from akson.care.pathway.said import CONFIRMED, REFUSED, WAITING, Receipt
from akson.exchange.outbox.states import DONE, NEGATIVE
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked

_STATES = {DONE: CONFIRMED, NEGATIVE: REFUSED}


async def receipts_of(messages: Iterable[Resource], outbox: OutboxStore) -> dict[str, Receipt]:
    """`Communication/…` of what was sent from here -> what its receiver has said."""
    given = {}
    for message in messages:
        if "received" in message:
            continue
        for identifier in message.get("identifier") or ():
            if identifier.get("system") != MESSAGE_ID or identifier.get("use") == "secondary":
                continue
            sent = str(identifier.get("value", "")).rpartition("|")[2]
            rows = [row for row in await outbox.listed(Asked(msg_id=sent)) if not row.copy]
            if rows:
                state = _STATES.get(rows[0].sending.state, WAITING)
                given[f"Communication/{message['id']}"] = Receipt(state, rows[0].sending.answered_at)
    return given
