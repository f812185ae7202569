"""Puts the demo into a record, through its door, as the municipality's own service.

What is whole is never made twice: a marker is written last, in a commit of its own. A start that broke half-way finds no
marker and does all of it again, over what stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import LILLEFJORD
from akson.app.demo.bundles import CITIZENS, SEED, charts
from akson.app.demo.chart import Scene
from akson.app.demo.elements import NORWAY, Resource
from akson.app.demo.granted import NEIGHBOURS, wards
from akson.app.demo.stage import stage
from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem, ProblemKind
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.record.values import Change

MARKER = ("Basic", "demo-stage")
BATCH_RESOURCES = 1_500
"""A commit takes whole citizens until it holds this many resources."""
ProgressTo = Callable[[int, int], None]
"""Citizens done, citizens in all."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What became of it. `already`: the stage stood there, and nothing was written."""

    already: bool
    reference_date: date
    """The day the demo is told from: today's, or the day the stage was first made."""
    citizens: int = 0
    resources: int = 0


def _marker(scene: Scene) -> Resource:
    type, id = MARKER
    return {
        "resourceType": type,
        "id": id,
        "code": {"text": "Demoscene: syntetiske innbyggere i Storvik"},
        "created": scene.today.isoformat(),
    }


def _change(resource: Resource) -> Change:
    return Change("PUT", resource["resourceType"], id=resource["id"], resource=resource)


async def _standing(session: RecordSession) -> date | None:
    """The day the stage was made, or None when it is not there, or not whole."""
    try:
        found = await session.read(*MARKER)
    except Problem as problem:
        if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
            return None
        raise
    return date.fromisoformat(parse(found.body or b"{}")["created"])


def _scene(day: date, now: datetime) -> Scene:
    """The very moment when the demo is told from today (here or in UTC), noon when it is told from another day."""
    return Scene(now) if day in (now.date(), now.astimezone(NORWAY).date()) else Scene.on(day)


def _batches(scene: Scene, citizens: int, seed: int) -> Iterator[tuple[int, list[Resource]]]:
    """(citizens done, resources) with each citizen whole in one batch; the stage comes first."""
    batch: list[Resource] = list(stage())
    done = 0
    for done, chart in enumerate(charts(scene, citizens=citizens, seed=seed), start=1):
        batch += chart.resources
        if len(batch) >= BATCH_RESOURCES:
            yield done, batch
            batch = []
    if batch:
        yield done, batch


async def seed(
    record: Record,
    *,
    cast: Mapping[str, Actor],
    reference_date: date,
    citizens: int = CITIZENS,
    seed: int = SEED,
    progress: ProgressTo | None = None,
) -> Seeded:
    """Make the stage unless it stands there already. Raises Problem when the store cannot be written.

    `cast` must have `system`. `reference_date` is the day the demo calls today.
    """
    session = record.open(cast["system"], PurposeOfUse.OPERATIONS, ground="demo")
    if made := await _standing(session):
        return Seeded(True, made)
    scene = _scene(reference_date, record.clock.now())
    resources = done = 0
    for done, batch in _batches(scene, citizens, seed):
        await _commit(session, batch)
        resources += len(batch)
        if progress is not None:
            progress(done, citizens)
    neighbour = record.open(
        replace(cast["system"], tenant=LILLEFJORD), PurposeOfUse.OPERATIONS, ground="demo"
    )
    await _commit(neighbour, list(wards(NEIGHBOURS)))
    await _commit(session, [_marker(scene)])
    return Seeded(False, scene.today, done, resources + 1)


async def _commit(session: RecordSession, resources: Sequence[Resource]) -> None:
    await session.commit([_change(resource) for resource in resources])
