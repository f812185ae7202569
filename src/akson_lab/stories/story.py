"""A story is a TOML file beside this one.

    words = "Astrid faller hjemme …"
    day = "wednesday"              # the last one nine days ago or more; or days before today, a day, "summer-ends"
    liability = [6]                # truth, computed by hand: days of the story that the municipality pays for
    away = [["0 13:15", "7 11:00"]]    # truth: when she is not at home; "" while nobody knows the end
                                       # a third time: when the municipality can know it at the earliest
    dead = "5 03:20"
    lacks = { "5/6" = ["Antatt forløp"] }    # truth: what is demanded and left out, by step; nothing of all others
    [[step]]
    no = "1/2"                     # of appendix A, for people
    who = "hospital"               # hospital, other-hospital, gp, neighbour, municipality, lab
    does = "admission"
    at = "0 14:05"                 # day of the story, Norwegian clock
    awaits = "receipt"             # see AWAITS
    with = { stay = "B" }          # further words for the one who does it
    [[step]]
    take = "discharge 1/2 5/6"     # those steps of another story

A step of the municipality is its driver's to do; without a driver it is awaited, and a person does it.
"""

import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from akson.exchange.times import NORWAY

FOLDER = Path(__file__).parent
WHO = ("hospital", "other-hospital", "gp", "neighbour", "municipality", "lab")
AWAITS = {
    "receipt": "a positive receipt",
    "refused": "a negative receipt",
    "answered": "a receipt, positive or negative",
    "no-receipt": "none, for as long as the house has patience",
    "told": "the hospital shows that the municipality is told",
    "not-told": "the hospital shows that the municipality is not told",
    "known": "the hospital shows whether the municipality is told or not: one of the two",
    "arrival": "a message of `type` at the house `at_house`",
    "promised": "the hospital shows the answer that she can come",
    "held": "the hospital shows that she cannot come",
    "alarm": "the node shows an overdue item with an owner for the unanswered «ready»",
    "owner": "the node shows an open item with an owner for the newest message: it is nobody's, or was refused",
    "nothing": "nothing",
}


@dataclass(frozen=True, slots=True)
class Step:
    no: str
    who: str
    does: str
    at: datetime
    awaits: str = "receipt"
    how: Mapping[str, Any] = field(default_factory=dict)
    type: str = ""
    """Of the message that an arrival is."""
    at_house: str = "hospital"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so, computed by hand from the story and the law, and by no program that is tested."""

    liability: tuple[date, ...] = ()
    away: tuple[tuple[datetime, datetime | None, datetime], ...] = ()
    """From, until (None: nobody knows), and from when it can be known."""
    lacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Number of a step -> what its message should say by the standard, and does not."""
    dead: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    words: str
    steps: tuple[Step, ...]
    truth: Truth = Truth()


class Wrong(ValueError):
    """The file is no story. Says where."""


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str, today: date) -> Story:
    """Raises Wrong."""
    told = _read(name)
    begins = _day(told.get("day", "wednesday"), today)
    steps: list[Step] = []
    for place, each in enumerate(told.get("step", ()), 1):
        for step in _taken(each) if "take" in each else (each,):
            steps.append(_step(name, place, step, begins))
    if not steps:
        raise Wrong(f"{name}: it has no steps")
    if any(later.at < earlier.at for earlier, later in itertools.pairwise(steps)):
        raise Wrong(f"{name}: the steps are not in order of time")
    return Story(name, told.get("words", name), tuple(steps), _truth(told, begins))


def _truth(told: Mapping[str, Any], begins: date) -> Truth:
    away = told.get("away", [["0 13:15", "7 11:00"]])
    return Truth(
        tuple(begins + timedelta(days=day) for day in told.get("liability", ())),
        tuple(
            (_at(start, begins), _at(end, begins) if end else None, _at(known[0] if known else start, begins))
            for start, end, *known in away
        ),
        {no: tuple(names) for no, names in told.get("lacks", {}).items()},
        _at(told["dead"], begins) if "dead" in told else None,
    )


def _at(said: str, begins: date, fold: int = 0) -> datetime:
    days, _, clock = said.partition(" ")
    local = datetime.combine(begins + timedelta(days=int(days)), time.fromisoformat(clock), NORWAY)
    return local.replace(fold=fold).astimezone(UTC)


def _read(name: str) -> dict[str, Any]:
    path = FOLDER / f"{name}.toml"
    if name not in names():
        raise Wrong(f"there is no story {name}; there are {', '.join(names())}")
    return tomllib.loads(path.read_text("utf-8"))


def _taken(each: Mapping[str, Any]) -> list[dict[str, Any]]:
    other, *numbers = str(each["take"]).split()
    found = {str(step["no"]): step for step in _read(other)["step"]}
    if missing := [no for no in numbers if no not in found]:
        raise Wrong(f"{other} has no step {', '.join(missing)}")
    return [found[no] for no in numbers] if numbers else list(found.values())


def _step(name: str, place: int, told: Mapping[str, Any], begins: date) -> Step:
    strange = told.keys() - {"no", "who", "does", "at", "awaits", "with", "type", "at_house", "words", "fold"}
    if strange or told.get("who") not in WHO or told.get("awaits", "receipt") not in AWAITS:
        raise Wrong(f"{name}, step {place}: {', '.join(sorted(strange)) or 'who or awaits'} is wrong")
    return Step(
        str(told.get("no", place)), told["who"], told["does"], _at(str(told["at"]), begins, told.get("fold", 0)),
        told.get("awaits", "receipt"), told.get("with", {}), told.get("type", ""), told.get("at_house", "hospital"),
        told.get("words", ""),
    )  # fmt: skip


def _day(told: int | str, today: date) -> date:
    if isinstance(told, int):
        return today + timedelta(days=told)
    if told == "wednesday":
        latest = today - timedelta(days=9)
        return latest - timedelta(days=(latest.weekday() - 2) % 7)
    if told == "summer-ends":
        found = max(d for d in (_last_sunday(today.year, 10), _last_sunday(today.year - 1, 10)) if d < today)
        return found - timedelta(days=1)
    return date.fromisoformat(told)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
