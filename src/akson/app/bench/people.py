"""Who was loaded, and what can be asked of each.

Sketch   what a transaction Bundle holds, by the place of each entry: read once, before anything is measured
Person   the same with the ids that the node gave
People   everybody, and the lists that questions choose from
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, cycle
from typing import Any

import msgspec

from akson.app.bench.clones import family_of, identifier_of

SEED = 20_261_124
CODES_MAX = 6
"""A patient's most frequent codes: what a chart shows a curve of."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    family: str
    identifier: str
    """`system|value`"""
    codes: tuple[str, ...]
    """`http://loinc.org|8867-4`: the most frequent of her Observations."""
    vitals_since: str
    """The day that parts her vital signs in an older and a newer half; empty when she has none."""
    encounters: tuple[str, ...]
    observations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of one Bundle. `patient` is None for one that holds no patient: organisations, staff."""

    patient: int | None = None
    family: str = ""
    system: str = ""
    value: str = ""
    codes: tuple[str, ...] = ()
    vitals_since: str = ""
    encounters: tuple[int, ...] = ()
    observations: tuple[int, ...] = ()

    @classmethod
    def of(cls, resources: Sequence[dict[str, Any]]) -> "Sketch":
        places: dict[str, list[int]] = {}
        for place, resource in enumerate(resources):
            places.setdefault(resource["resourceType"], []).append(place)
        if "Patient" not in places:
            return cls()
        patient = resources[places["Patient"][0]]
        named = next((i for i in patient.get("identifier", ()) if i.get("system") and i.get("value")), {})
        observations = [resources[place] for place in places.get("Observation", ())]
        counted = Counter(filter(None, map(_code, observations)))
        return cls(
            patient=places["Patient"][0],
            family=next((n["family"] for n in patient.get("name", ()) if n.get("family")), ""),
            system=named.get("system", ""),
            value=named.get("value", ""),
            codes=tuple(code for code, _ in counted.most_common(CODES_MAX)),
            vitals_since=_middle(observations),
            encounters=tuple(places.get("Encounter", ())),
            observations=tuple(places.get("Observation", ())),
        )

    def person(self, ids: Sequence[str], clone: int) -> Person | None:
        """Whom the node made of it, or of a clone of it. `ids` are those of its answer."""
        if self.patient is None:
            return None
        return Person(
            id=ids[self.patient],
            family=family_of(self.family, clone),
            identifier=f"{self.system}|{identifier_of(self.value, clone)}",
            codes=self.codes,
            vitals_since=self.vitals_since,
            encounters=tuple(ids[place] for place in self.encounters),
            observations=tuple(ids[place] for place in self.observations),
        )


def _code(observation: dict[str, Any]) -> str:
    coding = next(iter(observation.get("code", {}).get("coding", ())), {})
    return f"{coding.get('system', '')}|{coding['code']}" if coding.get("code") else ""


def _middle(observations: Iterable[dict[str, Any]]) -> str:
    days = sorted(
        o["effectiveDateTime"][:10] for o in observations if _is_vital(o) and "effectiveDateTime" in o
    )
    return days[len(days) // 2] if days else ""


def _is_vital(observation: dict[str, Any]) -> bool:
    codings = chain.from_iterable(c.get("coding", ()) for c in observation.get("category", ()))
    return any(coding.get("code") == "vital-signs" for coding in codings)


@dataclass(slots=True)
class People:
    """`chance` repeats from its seed. Every list falls back on everybody, so that each question can be asked."""

    everybody: list[Person]
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - repeatable on purpose
    with_codes: list[Person] = field(init=False)
    with_vitals: list[Person] = field(init=False)
    with_encounters: list[Person] = field(init=False)
    _observations: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.with_codes = [p for p in self.everybody if p.codes] or self.everybody
        self.with_vitals = [p for p in self.everybody if p.vitals_since] or self.everybody
        self.with_encounters = [p for p in self.everybody if p.encounters] or self.everybody
        every = [id for person in self.everybody for id in person.observations]
        self.chance.shuffle(every)
        self._observations = cycle(every)

    def any(self, among: Sequence[Person] = ()) -> Person:
        return self.chance.choice(among or self.everybody)

    def next_observation(self) -> str:
        """In turn, so that no two connections change the same one at the same moment."""
        return next(self._observations)


class _Response(msgspec.Struct):
    location: str = ""


class _Entry(msgspec.Struct):
    response: _Response


class _Answer(msgspec.Struct):
    entry: list[_Entry]


_answers = msgspec.json.Decoder(_Answer)


def ids_of(answer: bytes) -> list[str]:
    """The id of each entry of a transaction-response: `…/Patient/1f/_history/1` is `1f`."""
    locations = (entry.response.location for entry in _answers.decode(answer).entry)
    return [location.partition("/_history")[0].rpartition("/")[2] for location in locations]
