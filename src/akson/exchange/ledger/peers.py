"""Two houses' books side by side: what one tells the other, and what both show together. Reads books; asks nobody.

A message is queued on one day and comes on the next, so days are not compared with days. Of what we sent since a day, all
must be in what he received since the day before; what he received in our name must be in our whole book.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from akson.exchange.ledger.statement import Comparison, Statement, compare
from akson.store.ledger import LedgerStore

SKEW_DAYS = 1


@dataclass(frozen=True, slots=True)
class Peer:
    """A partner who runs Akson. Peer("Lillefjord", ("990102",), "https://…", "<key>"): his HER-ids at one address."""

    name: str
    her_ids: tuple[str, ...]
    address: str
    key: str
    silent_after: timedelta

    @property
    def id(self) -> str:
        return self.her_ids[0]


@dataclass(frozen=True, slots=True)
class Found:
    """`out` is of what we sent to him, `into` of what he sent to us."""

    since: date
    out: Comparison
    into: Comparison

    @property
    def agree(self) -> bool:
        return self.out.agree and self.into.agree


async def told(
    books: LedgerStore, house: str, ours: tuple[str, ...], peer: Peer, since: date, settled_before: datetime
) -> Statement:
    """Our book about him. What is still on its way is left out of what we sent."""
    return Statement(
        house,
        peer.id,
        since,
        tuple(await books.sent_since(list(peer.her_ids), list(ours), since, settled_before)),
        tuple(await books.came_since(list(peer.her_ids), since - timedelta(days=SKEW_DAYS))),
    )


async def compared(
    books: LedgerStore, ours: tuple[str, ...], peer: Peer, his: Statement, settled_before: datetime
) -> Found:
    """His statement beside our book. Raises nothing: a statement of somebody else's messages finds nothing."""
    since = his.day or date.min
    theirs, own = list(peer.her_ids), list(ours)
    # What he says of others than us is not ours to look for, and makes nobody here look.
    his_received = [n for n in his.received if n.partner in own]
    his_sent = [n for n in his.sent if n.partner in own]
    sent = await books.sent_since(theirs, own, since, settled_before)
    everything = {named.msg_id for named in await books.sent_to(theirs, own, None)}
    # What is on its way is not in `sent`, and is no news when it has come there.
    known = {named.msg_id for named in sent}
    out = compare(sent, [n for n in his_received if n.msg_id in known or n.msg_id not in everything])
    came = await books.came_from(theirs, None)
    asked = {named.msg_id for named in his_sent}
    return Found(since, out, compare(his_sent, [n for n in came if n.msg_id in asked]))
