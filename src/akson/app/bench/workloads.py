"""The list of what is measured. To add one: a function and a line in WORKLOADS.

Every workload is run `--runs` times and told by its median; the first load also makes the data that the others read.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from akson.app.bench.client import Client, Request, Timed
from akson.app.bench.stage import Stage

LOAD_CONNECTIONS = 4
CONNECTIONS = 16
PULSE = "8867-4"


@dataclass(frozen=True, slots=True)
class Workload:
    """`run` measures once; `seconds` is how long a closed loop lasts."""

    name: str
    unit: str
    run: Callable[[Client, Stage, float], Awaitable[Timed]]


async def _load(client: Client, stage: Stage, _seconds: float) -> Timed:
    """Every Bundle once, a few at a time."""
    return await client.closed_loop(_bundles(stage), connections=LOAD_CONNECTIONS, seconds=None)


async def _read_many(client: Client, stage: Stage, seconds: float) -> Timed:
    return await client.closed_loop(_reads(stage), connections=CONNECTIONS, seconds=seconds)


async def _read_one(client: Client, stage: Stage, seconds: float) -> Timed:
    return await client.closed_loop(_reads(stage), connections=1, seconds=seconds)


async def _create(client: Client, stage: Stage, seconds: float) -> Timed:
    return await client.closed_loop(_observations(stage), connections=CONNECTIONS, seconds=seconds)


async def _search(client: Client, stage: Stage, seconds: float) -> Timed:
    return await client.closed_loop(_searches(stage), connections=CONNECTIONS, seconds=seconds)


def _bundles(stage: Stage) -> Iterator[Request]:
    for body, size in stage.next_round():
        yield Request("POST", "", body, size)


def _reads(stage: Stage) -> Iterator[Request]:
    while True:
        yield Request("GET", stage.anything())


def _searches(stage: Stage) -> Iterator[Request]:
    """The newest twenty measurements of one patient: what a chart asks."""
    while True:
        yield Request("GET", f"Observation?patient={stage.any('Patient')}&_sort=-date&_count=20")


def _observations(stage: Stage) -> Iterator[Request]:
    while True:
        number = next(stage.number)
        yield Request("POST", "Observation", _pulse(stage.any("Patient"), 50 + number % 60, number))


def _pulse(patient: str, value: int, number: int) -> bytes:
    minute, hour = number % 60, number // 60 % 24
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": PULSE, "display": "Heart rate"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"2026-11-24T{hour:02}:{minute:02}:00+01:00",
        "valueQuantity": {
            "value": value,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }
    return json.dumps(resource).encode()


WORKLOADS: tuple[Workload, ...] = (
    Workload("load Bundles", "resources/s", _load),
    Workload("read, 16 connections", "reads/s", _read_many),
    Workload("read, 1 connection", "reads/s", _read_one),
    Workload("create, 16 connections", "creates/s", _create),
    Workload("search newest 20 of a patient", "searches/s", _search),
)
