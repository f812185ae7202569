"""What the workloads work on: Bundles to load, and the ids of what was loaded.

The Bundles come from a folder (`--synthea`) or from the demo's generator. Each round of the latter puts the same
people under other ids, so that every round creates and none updates.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from akson.app.loading.sources import find
from akson.app.loading.units import Unit, units
from akson.fhir.codec.json import encode
from akson.fhir.problem import Problem, ProblemKind

_LOCATION = re.compile(rb'"location":"[^"]*?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})/_history/\d+"')
_PERSONAL = re.compile(
    r"(?!Organization/|Practitioner/|PractitionerRole/|Location/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}"
)
SEED = 20_261_124
CITIZENS = 300

Bundles = list[tuple[bytes, int]]
"""Transaction Bundles and how many resources each holds."""


@dataclass(slots=True)
class Stage:
    """`make(round)` gives the Bundles of one round. `ids` is type -> ids the node gave; `chance` repeats from its seed."""

    make: Callable[[int], Bundles]
    rounds: count = field(default_factory=count)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - repeatable on purpose
    number: count = field(default_factory=count)

    def next_round(self) -> Bundles:
        return self.make(next(self.rounds))

    def remember(self, answer: bytes) -> None:
        """Ids out of a transaction-response."""
        for type, id in _LOCATION.findall(answer):
            self.ids[type.decode()].append(id.decode())

    def any(self, type: str) -> str:
        return self.chance.choice(self.ids[type])

    def anything(self) -> str:
        """A reference to anything loaded, each resource as likely."""
        types = list(self.ids)
        type = self.chance.choices(types, weights=[len(self.ids[t]) for t in types])[0]
        return f"{type}/{self.any(type)}"


def from_folder(folder: Path) -> Stage:
    """Every transaction Bundle of a folder, read into memory. Raises Problem AKS-APP-042 when there is none."""
    read = (unit for source in find([folder]) for unit in units(source) if unit.whole)
    bundles = [(_transaction(unit), len(unit.changes)) for unit in read]
    if not bundles:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-APP-042", f"There is no transaction Bundle in {folder}.")
    return Stage(lambda _round: bundles)


def from_demo() -> Stage:
    """The demo's people, told from a fixed day."""
    from datetime import date

    from akson.app.demo import Scene, bundles

    made = list(bundles(Scene.on(date(2026, 11, 24)), citizens=CITIZENS))

    def round_of(number: int) -> Bundles:
        # The first Bundle is the stage (organisations, staff): made once, then everybody refers to it.
        chosen = made if number == 0 else made[1:]
        return [(_renamed(bundle, number), len(bundle["entry"])) for bundle in chosen]

    return Stage(round_of)


def _renamed(bundle: dict[str, Any], number: int) -> bytes:
    """The same Bundle with every id of a person and of what belongs to her under this round's own name."""
    if number == 0:
        return encode(bundle)

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: other(item) for name, item in value.items()}
        if isinstance(value, list):
            return [other(item) for item in value]
        if isinstance(value, str) and _PERSONAL.fullmatch(value):
            type, _, id = value.partition("/")
            return f"{type}/r{number}-{id}"
        return value

    entries = []
    for entry in bundle["entry"]:
        resource = other(entry["resource"])
        # Only the resource's own id: what it contains is named within it.
        name = other(f"{resource['resourceType']}/{resource['id']}")
        resource["id"] = name.partition("/")[2]
        entries.append({"resource": resource, "request": {"method": "PUT", "url": name}})
    return encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _transaction(unit: Unit) -> bytes:
    """The Bundle again, from what was read of it."""
    entries = []
    for change in unit.changes:
        request = {"method": change.method, "url": f"{change.type}/{change.id}" if change.id else change.type}
        head = {"fullUrl": change.full_url, "request": request} if change.full_url else {"request": request}
        entries.append(json.dumps(head)[:-1].encode() + b',"resource":' + (change.body or b"null") + b"}")
    return b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(entries) + b"]}"
