"""A municipality large enough to measure screens in: districts of five hundred people of the demo's kind, as NDJSON.

    district-017.ndjson   people d17-c0001 … d17-c0500, and d17's own units and staff: Organization/hjemmetjenesten-ost-d17
    lists.ndjson          what makes the lists of district 0 two hundred rows long, and the patient of 2,000 events
    board.ndjson          two hundred patients in hospital: the case worker's board

The same number and day give the same bytes. A unit has about a hundred patients however large the municipality is, as a real
one has, so that a list is as long; what grows is everything that must not be looked through to find it.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from akson.app.bench.board import PATIENTS as ON_BOARD
from akson.app.bench.board import on_board
from akson.app.bench.long_record import long_record
from akson.app.cast import ORGANISATIONS
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.citizen import EAST, citizen, unit_of
from akson.app.demo.follow_up import Item, add_item
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.staff import EMPLOYEES, at_the_bedside
from akson.app.demo.stage import stage
from akson.app.demo.vitals import add_single, add_sitting, ordinary
from akson.fhir.codec import json

DISTRICT = 500
RESOURCES_EACH = 30
LIST_ROWS = 200
SEED = 20_261_127
SITTING = 7
"""Resources that one sitting of measurements makes."""
_DAYS_BACK = {True: (1, 9), False: (12, 400)}
"""Of whom a unit helps, so that the front page has something to draw; of who has a GP alone."""
_STAFF = ("Organization", "Practitioner", "PractitionerRole")
_PEOPLE = re.compile(rb'(["/])c(\d{4})(?=[-"])')
_SHARED = frozenset({
    "storvik", "storvik-sykepleietjeneste", "storvik-legetjeneste", "storvik-legevakt", "havnes", "havnes-medisin",
    "storvik-apotek", "lillefjord", "lillefjord-sykepleietjeneste",
})  # fmt: skip
"""Houses that are the same for every district."""
_OWN = sorted({*ORGANISATIONS, *EMPLOYEES} - _SHARED, key=len, reverse=True)
_HOUSES = re.compile(
    rf'((?:Organization/|Practitioner/|"id":"(?:rolle-)?)(?:{"|".join(_OWN)}))(?=")'.encode()
)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Whom a screen can be asked about, and which unit's nurse may see her; "" for one with a GP only."""

    id: str
    unit: str


def districts(patients: int) -> int:
    return max(1, patients // DISTRICT)


def helped(patients: int) -> list[Citizen]:
    """Everybody whom a unit helps, at home or in the nursing home."""
    return [
        Citizen(f"d{d}-c{place:04d}", f"{unit_of(place)}-d{d}")
        for d in range(districts(patients))
        for place in range(1, people_of(patients) + 1)
        if unit_of(place)
    ]


def people_of(patients: int) -> int:
    """How many each district has: a village is one small district."""
    return min(patients, DISTRICT)


def write(folder: Path, patients: int, scene: Scene) -> Iterator[Path]:
    """Each file as it is whole."""
    ids = NationalIds()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(districts(patients)):
        yield _file(
            folder / f"district-{number:03d}.ndjson", _district(number, people_of(patients), scene, ids)
        )
    yield _file(folder / "lists.ndjson", _lists(people_of(patients), scene))
    yield _file(folder / "board.ndjson", _board(scene.now))


def _file(path: Path, lines: Iterable[bytes]) -> Path:
    half = path.with_suffix(".half")
    with half.open("wb") as out:
        out.writelines(line + b"\n" for line in lines)
    return half.rename(path)


def _district(number: int, people: int, scene: Scene, ids: NationalIds) -> Iterator[bytes]:
    for resource in stage():
        if resource["resourceType"] in _STAFF and resource["id"] not in _SHARED:
            # An identifier is one house's or one person's: copies have none.
            yield of_district(json.encode({k: v for k, v in resource.items() if k != "identifier"}), number)
    for place in range(1, people + 1):
        chart = citizen(scene, SEED + number, place, ids)
        _fill(chart, unit_of(place))
        for resource in chart.resources:
            yield of_district(json.encode(resource), number)


def of_district(line: bytes, number: int) -> bytes:
    """People, units and staff under the district's own ids."""
    mark = b"d%d" % number
    line = _PEOPLE.sub(rb"\1" + mark + rb"-c\2", line)
    return _HOUSES.sub(rb"\1-" + mark, line)


def _fill(chart: Chart, unit: str) -> None:
    """Measurements until the record holds thirty resources: whole sittings, then single pulses."""
    chance, by = chart.chance, at_the_bedside(unit) if unit else ()
    while (missing := RESOURCES_EACH - len(chart.resources)) > 0:
        day, hour = -chance.between(*_DAYS_BACK[bool(unit)]), chance.between(8, 20)
        at = chart.scene.at(day, f"{hour:02d}:{chance.between(10, 59)}")
        who = chance.one(by) if by else None
        if missing >= SITTING:
            add_sitting(chart, ordinary(chart, frozenset()), at, who)
        else:
            add_single(chart, "pulse", chance.between(58, 96), at, who)


def _lists(people: int, scene: Scene) -> Iterator[bytes]:
    """Items for the unit in the east of district 0, and the long record, helped by the same unit."""
    ids, chance = NationalIds(), random.Random(SEED)  # noqa: S311 (made data)
    ours = [place for place in range(1, people + 1) if unit_of(place) == EAST]
    for number in range(LIST_ROWS):
        place = chance.choice(ours)
        chart = citizen(scene, SEED, place, ids)
        made = len(chart.resources)
        item = Item("follow-up", f"Ringe fastlegen om prøvesvar {number + 1}", f"Organization/{EAST}",
                    chance.randint(0, 10), -chance.randint(1, 4))  # fmt: skip
        add_item(chart, item, id=f"c{place:04d}-list-{number}")
        yield from (of_district(json.encode(r), 0) for r in chart.resources[made:])
    for resource in long_record(scene, SEED):
        yield of_district(json.encode(resource), 0)


def _board(now: datetime) -> Iterator[bytes]:
    yield from (json.encode(resource) for resource in stage())
    for number in range(ON_BOARD):
        yield from (json.encode(resource) for resource in on_board(number, now))
