"""What must be true of every world when it has come to rest. Knows the truth of the partners, not the code."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from tests.exchange.worlds.world import START, World

ENDED = {"done", "negative", "failed", "overdue"}
STUCK_AFTER = timedelta(minutes=30)
TRIES_MAX = 7
NOT_DONE = {"negative", "failed", "overdue"}


async def faults(world: World) -> list[str]:
    """Each with the row it is about; empty is how it must be."""
    found: list[str] = []
    tally: Counter[str] = Counter()
    for msg_id in sorted(world.letters):
        for receiver in world.letters[msg_id].receivers:
            found += await _of_one(world, msg_id, receiver, tally)
    for her, partner in world.partners.items():
        found += [f"{id} took effect {n} times at {her}" for id, n in partner.effects.items() if n != 1]
        found += [f"{id} came to {her} uncommitted" for id in partner.effects if id in world.uncommitted]
    found += await _receipts(world)
    found += world.broken[:5]
    expected = sum(len(world.letters[id].receivers) for id in world.committed)
    if sum(tally.values()) != expected:
        found.append(f"{expected} were sent, {sum(tally.values())} are accounted for")
    return [f"seed {world.seed}: {fault}" for fault in found]


async def _of_one(world: World, msg_id: str, receiver: str, tally: Counter[str]) -> list[str]:
    row = await world.store.find(msg_id, receiver)
    if msg_id in world.uncommitted:
        late = row is not None and row.sending.state not in ("draft", "dropped")
        return [f"{msg_id} was queued without its commit"] if late else []
    if row is None:
        return [f"{msg_id} to {receiver} is not there"]
    now, found = row.sending, list[str]()
    tally[now.state] += 1
    if now.state not in ENDED:
        found.append(f"{row.id} still stands as {now.state} after days")
    owned = world.desk.open_for(row.id)
    if now.state in NOT_DONE and not now.closed and not owned:
        found.append(f"{row.id} is {now.state} and nobody owns it")
    if (now.state == "done" or now.closed) and owned:
        found.append(f"{row.id} is {now.state} and somebody still looks for it")
    if (msg_id, receiver) in world.heard and now.state not in ("done", "negative"):
        found.append(f"{row.id} was answered, and stands as {now.state}")
    stuck = now.next_try is not None and now.next_try < world.clock.now() - STUCK_AFTER
    if stuck and not world.waits_in_line(row.id):
        found.append(f"{row.id} waits to be tried, and nobody does")
    truth = world.partners[receiver].answers.get(msg_id) if receiver in world.partners else None
    rounds = 1 + world.resent[msg_id, receiver]
    if not world.crashes and world.tries[msg_id, receiver] > TRIES_MAX * rounds:
        found.append(f"{row.id} was tried {world.tries[msg_id, receiver]} times")
    kept = [r for r in await world.store.receipts(row.id) if r.verdict == "first"]
    if now.state in ("done", "negative"):
        if truth is None:
            found.append(f"{row.id} is {now.state}, and the receiver never had it")
        if len(kept) != 1 or (kept[0].status == "1") != (now.state == "done"):
            found.append(f"{row.id} is {now.state} by {[r.status for r in kept]}")
    elif kept:
        found.append(f"{row.id} was answered and is {now.state}")
    return found + await _story(world, row.id, now.state)


async def _story(world: World, id: int, state: str) -> list[str]:
    """The book tells the same, in an order that can be."""
    told = await world.store.events(id)
    found = []
    if told[-1].state != state:
        found.append(f"{id}: the book ends with {told[-1].state}, the row is {state}")
    if "queued" not in [event.state for event in told]:
        found.append(f"{id} was never queued")
    first_end = next((n for n, e in enumerate(told) if e.state in ("done", "negative")), None)
    if first_end is not None and any(e.state != told[first_end].state for e in told[first_end:]):
        found.append(f"{id}: an answer was changed afterwards")
    if any(b.at < a.at for a, b in pairwise(told)) or told[0].at < START:
        found.append(f"{id}: the book goes backwards")
    return found


async def _receipts(world: World) -> list[str]:
    """Every receipt that contradicts another has somebody who looks at it."""
    return [
        f"receipt {kept.id} contradicts, and nobody looks"
        for kept in getattr(world.store, "kept", ())
        if kept.verdict != "first" and not kept.item
    ]
