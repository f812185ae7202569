"""The outside world as five small interfaces: Clock, Random, Network, Store, Spawn; and a place beside the event loop.

Nothing else in Akson reads the time, rolls dice, opens a socket or starts a task, so that a year of
twenty municipalities can be simulated in one process from a seed. The real ones are built in
`akson.app.wiring` and passed down. (`Store` is the protocol `akson.store.Store` itself fulfils.)
"""

from akson.world.aside import Aside
from akson.world.clock import Clock, FixedClock, SystemClock
from akson.world.randomness import Random, SeededRandom, SystemRandom
from akson.world.spawn import Spawn, TaskSpawn

__all__ = [
    "Aside",
    "Clock",
    "FixedClock",
    "Random",
    "SeededRandom",
    "Spawn",
    "SystemClock",
    "SystemRandom",
    "TaskSpawn",
]
