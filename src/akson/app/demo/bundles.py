"""The demo as FHIR transaction Bundles: the stage, then a Bundle for each citizen. Same seed and day, same bytes.

Spec: https://hl7.org/fhir/R4/bundle.html. Everything is PUT under an id of its own, so that doing it twice changes
nothing but versions.
"""

from collections.abc import Iterable, Iterator

from akson.app.demo.astrid import ASTRID, astrid
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.citizen import citizen
from akson.app.demo.elements import Resource
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.special import SPECIAL
from akson.app.demo.stage import stage

SEED = 1942
CITIZENS = 300
CITIZENS_MAX = 9_999
BASE = "https://storvik.example/fhir"
"""An address that can never exist (RFC 2606): full urls must be absolute, and name no server of anybody's."""


def charts(scene: Scene, *, citizens: int = CITIZENS, seed: int = SEED) -> Iterator[Chart]:
    """Astrid, the special ones, then ordinary citizens until there are `citizens` people in all.

    A larger stage begins with the same people as a smaller one.
    """
    if citizens > CITIZENS_MAX:
        raise ValueError(f"The demo holds at most {CITIZENS_MAX} citizens; {citizens} were asked for.")
    ids = NationalIds()
    ids.reserve(ASTRID.national_id)
    yield astrid(scene, seed)
    for make in SPECIAL:
        yield make(scene, seed, ids)
    for place in range(1, citizens - len(SPECIAL)):
        yield citizen(scene, seed, place, ids)


def bundle(resources: Iterable[Resource]) -> Resource:
    """A transaction that puts each resource under its own id."""
    entries = []
    for resource in resources:
        place = f"{resource['resourceType']}/{resource['id']}"
        entries.append(
            {
                "fullUrl": f"{BASE}/{place}",
                "resource": resource,
                "request": {"method": "PUT", "url": place},
            }
        )
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def bundles(scene: Scene, *, citizens: int = CITIZENS, seed: int = SEED) -> Iterator[Resource]:
    """The stage's Bundle first: citizens refer to it."""
    yield bundle(stage())
    for chart in charts(scene, citizens=citizens, seed=seed):
        yield bundle(chart.resources)
