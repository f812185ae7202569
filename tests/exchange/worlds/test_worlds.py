"""Random worlds: whatever is lost, doubled, spoilt, late or killed, every message is accounted for, once, and owned.

AKSON_SEEDS=0-9999 runs ten thousand; a failure names its seed, which repeats it alone.
"""

import os

from tests.exchange.worlds.judging import faults
from tests.exchange.worlds.world import World

WORLDS = 400
MESSAGES = 50
"""In each; 200 when seeds are named, as they are at night."""


def seeds() -> range:
    told = os.environ.get("AKSON_SEEDS", "")
    if not told:
        return range(WORLDS)
    first, _, last = told.partition("-")
    return range(int(first), int(last or first) + 1)


async def test_every_message_of_every_world_is_accounted_for() -> None:
    messages = 200 if "AKSON_SEEDS" in os.environ else MESSAGES
    found: list[str] = []
    for seed in seeds():
        found += await faults(await World(seed, messages=messages).run())
    assert not found, "\n".join(found[:20])
