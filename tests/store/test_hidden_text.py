"""Text read out of bodies: what is hidden of a row is found by nothing, and no search waits for another's connection."""

import asyncio
from typing import Any

import pytest
from stage import Stage, observation, patient, write

from akson.access.facts import Traits
from akson.access.redactions import BEYOND_IDENTITY, PROTECTED_ADDRESS
from akson.fhir.definitions import load
from akson.store.store import Store
from akson.store.values import Derived
from akson.world import FixedClock, SeededRandom


def person(id: str, *, protected: bool) -> Any:
    body = patient(
        id,
        text={
            "status": "generated",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml">Hytta ved vannet</div>',
        },
        generalPractitioner=[{"reference": f"Practitioner/{'a' if protected else 'b'}"}],
    )
    return write(body, derived=Derived(traits=(Traits(id, None, protected),)))


@pytest.fixture
async def two(stage: Stage) -> Stage:
    await stage.put(person("shown", protected=False), person("shielded", protected=True))
    await stage.put(observation("o1", "shown"), observation("o2", "shielded"))
    return stage


ASKED = (
    ("Patient?_text=hytta", ["shielded", "shown"], ["shown"]),
    ("Patient?_content=vannet", ["shielded", "shown"], ["shown"]),
    ("Patient?family=bakken&_text=hytta&_total=accurate", ["shielded", "shown"], ["shown"]),
    ("Observation?patient._text=hytta", ["o1", "o2"], ["o1"]),
    ("Patient?_sort=general-practitioner", ["shielded", "shown"], ["shown", "shielded"]),
)


@pytest.mark.parametrize(("asked", "seen", "under"), ASKED)
async def test_what_is_hidden_of_some(two: Stage, asked: str, seen: list[str], under: list[str]) -> None:
    for _ in range(2):
        assert await ordered(two, asked) == seen
        assert await ordered(two, asked, PROTECTED_ADDRESS) == under


@pytest.mark.parametrize(("asked", "_seen", "_under"), ASKED[:4])
async def test_what_is_hidden_of_all(two: Stage, asked: str, _seen: list[str], _under: list[str]) -> None:
    assert await ordered(two, asked, BEYOND_IDENTITY) == []


async def test_a_page_with_includes_needs_one_connection_at_a_time(two: Stage, database: str) -> None:
    """Eight at once over a pool that has two."""
    store = await Store.open(
        database, definitions=load(), clock=FixedClock(two.clock.now()), random=SeededRandom(1), pool_size=4
    )
    try:
        small = Stage(store, two.clock)
        asked = (
            "Observation?patient._text=hytta&_include=Observation:patient&_revinclude=Observation:has-member"
        )
        pages = await asyncio.wait_for(asyncio.gather(*(small.search(asked) for _ in range(8))), 60)
        assert [(len(page.matches), len(page.included)) for page in pages] == [(2, 2)] * 8
    finally:
        await store.close()


async def ordered(stage: Stage, asked: str, *names: str) -> list[str]:
    found = await stage.ids(asked, redactions=lambda _type: names)
    return found if "_sort" in asked else sorted(found)
