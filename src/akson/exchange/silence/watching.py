"""The detector over the post's own tables: every flow that is silent now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.exchange.silence.detector import LATE_AFTER, SLOTS_A_WEEK, WEEKS, Silence, Traffic
from akson.exchange.silence.detector import SLOT as SLOT
from akson.store.ledger import LedgerStore


@dataclass(frozen=True, slots=True)
class SilentFlow:
    """`type` is empty when it is the partner's receipts."""

    partner: str
    type: str
    silence: Silence


async def silent_flows(store: LedgerStore, now: datetime) -> list[SilentFlow]:
    since = now - (WEEKS + 1) * SLOTS_A_WEEK * SLOT - timedelta(days=1)
    found = []
    for (partner, type), counts in sorted((await store.traffic(since)).items()):
        silence = Traffic.of(counts, now).silent()
        if silence is not None:
            found.append(SilentFlow(partner, type, silence))
    for partner, late in sorted((await store.unanswered(now - LATE_AFTER)).items()):
        silence = Traffic.of({}, now).silent(late_receipts=late)
        if silence is not None:
            found.append(SilentFlow(partner, "", silence))
    return found
