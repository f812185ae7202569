"""Which screens are measured, as whom, and their goals: docs/benchmarks.md says what each line asks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from akson.access.actor import Actor
from akson.app.bench.long_record import LONG
from akson.app.bench.municipality import SEED, Citizen
from akson.app.cast import CAST
from akson.app.demo.citizen import EAST

Asked = tuple[str, Actor]
"""A path, and who asks."""
SEARCHED = "olsen"


@dataclass(frozen=True, slots=True)
class ScreenLine:
    name: str
    asks: str
    goal_ms: int | None
    """Of the 95th percentile; None for what the others are held against."""
    holds: str
    """What stands on the page when it is the one that was asked for."""
    next: Callable[[random.Random, Sequence[Citizen]], Asked]


def nurse_of(unit: str) -> Actor:
    """Ida, working in that unit: `hjemmetjenesten-ost-d17`."""
    district = unit.rpartition("-")[2]
    return replace(
        CAST["ida"],
        id=f"ida-{unit}",
        reference=f"Practitioner/ida-{district}",
        organisations=(f"Organization/{unit}",),
    )


def _front(chance: random.Random, people: Sequence[Citizen]) -> Asked:
    one = chance.choice(people)
    return f"/pasient/{one.id}", nurse_of(one.unit)


def _of_unit(path: str) -> Callable[[random.Random, Sequence[Citizen]], Asked]:
    return lambda _chance, _people: (path, nurse_of(f"{EAST}-d0"))


def _of_case_worker(path: str) -> Callable[[random.Random, Sequence[Citizen]], Asked]:
    return lambda _chance, _people: (path, CAST["kari"])


LINES: tuple[ScreenLine, ...] = (
    ScreenLine("front", "Forside of anybody, by a nurse of her unit", 150, 'id="medicines"', _front),
    ScreenLine("long", "Forside of the patient of 2,000 events", 250, 'id="medicines"', _of_unit(f"/pasient/{LONG}")),
    ScreenLine("timeline", "her Tidslinje", 250, "Tidslinje – Akson", _of_unit(f"/pasient/{LONG}/tidslinje")),
    ScreenLine("inbox", "Innboks with 200 items", 200, "Ringe fastlegen", _of_unit("/innboks")),
    ScreenLine("today", "I dag, the visits of a unit", 200, "planlagt =", _of_unit("/i-dag")),
    ScreenLine("search", f"Pasientsøk, «{SEARCHED}»", 200, SEARCHED, _of_unit(f"/sok?q={SEARCHED}")),
    ScreenLine("board", "I sykehus, 200 patients", 200, 'class="stays"', _of_case_worker("/forlop")),
    ScreenLine("empty", "Pasientsøk before a search: asks next to nothing", None, "Pasientsøk", _of_unit("/sok")),
)  # fmt: skip
EMPTY = LINES[-1]
CHANCE = SEED + 1
