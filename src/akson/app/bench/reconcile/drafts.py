"""A case in the making: what is meant in each list, and what is true of it."""

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

from akson.app.bench.reconcile import formulary as f
from akson.app.bench.reconcile.writing import Meant, Slots


@dataclass(slots=True)
class Truth:
    classes: tuple[str, ...]
    lines: tuple[Meant, ...]


@dataclass(slots=True)
class Draft:
    """A case being made: one list of what is meant for each place in time."""

    chance: Random
    lists: list[list[Meant]]
    truths: list[Truth] = field(default_factory=list)
    allergies: list[dict[str, str]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)

    @property
    def places(self) -> range:
        return range(len(self.lists))

    def free(self, *medicines: f.Medicine) -> bool:
        parts = {p for m in medicines for p in m.substance.split("/")}
        classes = {class_of(m.atc) for m in medicines}
        return not parts & self.used and not classes & self.classes

    def take(self, *medicines: f.Medicine) -> None:
        for medicine in medicines:
            self.used |= set(medicine.substance.split("/"))
            self.classes.add(class_of(medicine.atc))

    def everywhere(self, meant: Meant) -> list[Meant]:
        """The line in every list, each a line of its own."""
        lines = [deepcopy(meant) for _ in self.places]
        for place, line in zip(self.lists, lines, strict=True):
            place.append(line)
        return lines

    def tell(self, classes: str, *lines: Meant) -> None:
        self.truths.append(Truth(tuple(classes.split("/")), tuple(lines)))


def class_of(code: str) -> str:
    if code.startswith("M01A"):
        return "M01A"
    return "C09" if code.startswith(("C09A", "C09C", "C09D")) else code[:5]


def meant_of(medicine: f.Medicine, chance: Random, **more: Any) -> Meant:
    return Meant(
        medicine,
        more.pop("strength", None) or chance.choice(medicine.strengths),
        more.pop("slots", medicine.usual),
        **more,
    )


def pick(draft: Draft, among: tuple[f.Medicine, ...]) -> f.Medicine | None:
    free = [m for m in among if draft.free(m)]
    if not free:
        return None
    chosen = draft.chance.choice(free)
    draft.take(chosen)
    return chosen


def long_apart(medicine: f.Medicine, chance: Random) -> Meant:
    if medicine in f.PATCHES:
        return meant_of(medicine, chance, kind="every", days=3 if medicine.substance == "fentanyl" else 7)
    return meant_of(medicine, chance, kind="weekly", weekday=chance.choice(("", "mandag", "fredag")))


def other_slots(usual: Slots, chance: Random) -> Slots:
    factor = chance.choice((1, 1, 1, 1, 2, 0.5))
    a, b, c, d = (s * factor for s in usual)
    return (a, b, c, d)


def deviating(draft: Draft, lines: list[Meant]) -> Meant:
    for line in lines:
        line.loud = True
    return draft.chance.choice(lines)
