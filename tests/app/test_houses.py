"""Which houses are whose: from post.toml, through the post's own directory, with two municipalities in one record server."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from akson.access.actor import PurposeOfUse
from akson.app import demo_houses
from akson.app.cast import CAST, LILLEFJORD, ORGANISATIONS, STORVIK
from akson.app.posting import declared, houses
from akson.app.posting.declared import House
from akson.exchange.inbox.directory import Directory
from akson.exchange.opening import open_message
from akson.fhir.problem import Problem
from akson.record.values import Change
from tests.exchange.conftest import PostHouse, house, moulds, organisation  # noqa: F401
from tests.exchange.samples import admission

STORVIKS, LILLEFJORDS = House("990001", STORVIK), House("990101", LILLEFJORD)


def here(house: PostHouse, data: Path, text: str) -> Directory:  # noqa: F811
    (data / declared.FILE_NAME).write_text(text, "utf-8")
    return houses.directory(house.record, declared.load(data))


async def settle(house: PostHouse) -> None:  # noqa: F811
    """Lillefjord in a record of its own; Storvik's knows it as a neighbour."""
    actor = replace(CAST["system"], tenant=LILLEFJORD)
    made = [
        organisation(id, name, her, above)
        for id, (name, her, above, its) in ORGANISATIONS.items()
        if its == LILLEFJORD
    ]
    session = house.record.open(actor, PurposeOfUse.OPERATIONS)
    await session.commit(
        [Change("PUT", "Organization", id=o["id"], body=json.dumps(o).encode()) for o in made]
    )


async def test_each_address_is_the_house_that_the_file_says(house: PostHouse, tmp_path: Path) -> None:  # noqa: F811
    await settle(house)
    directory = here(house, tmp_path, houses.written((STORVIKS, LILLEFJORDS)))
    assert directory.tenants == (STORVIK, LILLEFJORD)
    whose = {
        her: await directory.owner(her) for her in ("990001", "990005", "990101", "990102", "990202", "1")
    }
    assert whose == {
        "990001": STORVIK, "990005": STORVIK, "990101": LILLEFJORD, "990102": LILLEFJORD, "990202": None, "1": None,
    }  # fmt: skip
    # Turned around, what is nobody's is Lillefjord's to see to.
    assert here(house, tmp_path, houses.written((LILLEFJORDS, STORVIKS))).tenants == (LILLEFJORD, STORVIK)


async def test_without_houses_it_is_what_the_ways_carry_for(house: PostHouse, tmp_path: Path) -> None:  # noqa: F811
    text = (
        '[helseid]\naddress = "https://sts.example"\nclient_id = "c"\n'
        '[edi20]\naddress = "https://edi.example"\nher_ids = ["990002"]\n'
    )
    directory = here(house, tmp_path, text)
    assert directory.tenants == (houses.FIRST_TENANT,)
    # Hjemmetjenesten stands below the nurses' service; the caseworkers and the hospital do not.
    whose = [await directory.owner(her) for her in ("990002", "990005", "990003", "990202")]
    assert whose == [STORVIK, STORVIK, None, None]


async def test_a_message_to_a_house_that_is_not_ours_is_nobodys(house: PostHouse, tmp_path: Path) -> None:  # noqa: F811
    """The record knows the hospital, and so do we know that we are not it."""
    await settle(house)
    envelope = open_message(admission(1)).envelope
    assert envelope is not None
    for told, expected in (
        (houses.written((STORVIKS, LILLEFJORDS)), True),
        (houses.written((LILLEFJORDS,)), False),
    ):
        [addressed] = await here(house, tmp_path, told).addressed(envelope)
        assert addressed.house is expected


def test_the_demo_says_whose_its_houses_are_and_leaves_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / declared.FILE_NAME
    demo_houses.declare(tmp_path)
    assert declared.load(tmp_path).houses == (STORVIKS, LILLEFJORDS) == demo_houses.HOUSES
    before = path.read_bytes()
    demo_houses.declare(tmp_path)
    assert path.read_bytes() == before
    # Of a lab from before there were houses: they are added.
    path.write_text(f'{demo_houses.LAB_MARK}\notherwise = "folder"\n')
    demo_houses.declare(tmp_path)
    assert declared.load(tmp_path).houses == demo_houses.HOUSES
    path.write_text('otherwise = "folder"\n')
    demo_houses.declare(tmp_path)
    assert path.read_text() == 'otherwise = "folder"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[house]]\nher_id = "990001"\n', "house 1: 'tenant' is missing"),
        ('[[house]]\nher_id = "990001"\ntenant = 0\n', "house 1: tenant: it must be a whole number"),
        ("[[house]]\nher_id = 990001\ntenant = 1\n", "it must be a HER-id"),
        (houses.written((STORVIKS, STORVIKS)), "house 990001 stands there twice"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / declared.FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(Problem) as refused:
        declared.load(tmp_path)
    assert told in refused.value.why
    # Screens go on as without a file.
    assert not houses.told_here(tmp_path).houses
