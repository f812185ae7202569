"""What became of the messages we sent, for the rules of a stay: the outbox knows, the record does not (docs/adr/0144).

    receipts_of(node.outbox, communications) -> {"Communication/ab": Receipt("refused", 2026-11-24T12:04+01:00)}

One statement for all of them. A message that is still on its way has none, which `care.pathway` reads as waiting.
"""

from collections.abc import Awaitable, Callable, Iterable

from akson.care.fhir_json import Resource
from akson.care.pathway import said
from akson.care.pathway.events import MESSAGE_ID
from akson.care.pathway.said import Receipt
from akson.care.worklist.conservation import Posted
from akson.exchange.outbox import states
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.outbox_fates import Fate

_SAYS = {
    states.DONE: said.CONFIRMED,
    states.NEGATIVE: said.REFUSED,
    states.FAILED: said.UNDELIVERED,
    states.OVERDUE: said.OVERDUE,
}

Receipts = Callable[[Iterable[Resource]], Awaitable[dict[str, Receipt]]]
"""What the follower is given: Communications of any patients in, receipts of those sent from here out."""


async def receipts_of(outbox: OutboxStore, communications: Iterable[Resource]) -> dict[str, Receipt]:
    """By `Communication/…`. What was received, and what the outbox does not know, is left out."""
    sent = {key: one for one in communications for key in _keys(one)}
    fates = await outbox.fates(msg_id for _, msg_id in sent)
    receipts: dict[str, Receipt] = {}
    for fate in fates:
        one = sent.get((fate.sender, fate.msg_id))
        if one is not None and fate.state in _SAYS:
            receipts[f"Communication/{one['id']}"] = _receipt(fate)
    return receipts


async def no_receipts(communications: Iterable[Resource]) -> dict[str, Receipt]:
    """Where nothing is sent."""
    return {}


async def posted(books: LedgerStore, communications: Iterable[Resource]) -> Posted:
    """Of those that were sent from here: what the post's book says became of them, each at its primary receiver."""
    sent = {msg_id for one in communications for _, msg_id in _keys(one)}
    return Posted(*await books.of_messages(sorted(sent)))


def _keys(communication: Resource) -> Iterable[tuple[str, str]]:
    if communication.get("received"):
        return
    for identifier in communication.get("identifier") or ():
        if identifier.get("system") == MESSAGE_ID:
            sender, _, msg_id = str(identifier.get("value", "")).partition("|")
            yield sender, msg_id.lower()


def _receipt(fate: Fate) -> Receipt:
    if fate.closed and fate.state != states.DONE:
        return Receipt(said.SETTLED, fate.at)
    return Receipt(_SAYS[fate.state], fate.at)
