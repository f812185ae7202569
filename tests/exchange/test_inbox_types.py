"""Every type and version through the whole inbox, to an item with an owner."""

import random

import pytest

from akson.exchange import mirror
from akson.exchange.message_type import CANCELLED, MessageType, Version
from akson.exchange.messages import MESSAGE_TYPES
from akson.exchange.opening import open_message
from akson.exchange.prescription.sources import lists_in
from akson.fhir import markup
from tests.exchange.conftest import PostHouse
from tests.exchange.test_message_types import sample, whole_message


def drawn(type: MessageType, version: Version) -> bytes:
    """The first message drawn that is not a cancellation and holds no time that the record refuses."""
    for seed in range(50):
        content = markup.write(whole_message(type, version, sample(version.structure, random.Random(seed))))
        if open_message(content).message().status != CANCELLED:
            return content
    raise AssertionError(type.code)


@pytest.mark.parametrize("type", MESSAGE_TYPES, ids=lambda type: type.code)
async def test_each_type_becomes_an_item_and_comes_out_of_the_record_whole(
    house: PostHouse, type: MessageType
) -> None:
    content = drawn(type, type.versions[0])
    outcome = await house.take(content)
    assert outcome.state == "accepted" and outcome.type == type.code
    (task,) = [t for t in await house.all("Task") if t["status"] == "requested"]
    assert task["code"]["coding"][0]["code"] == type.task and task["code"]["text"] == type.title
    assert ("restriction" in task) == (type.answer_within_h is not None)
    (stored,) = await house.all("Communication")
    assert mirror.write(mirror.from_fhir(stored)) == mirror.write(open_message(content).message())
    told = lists_in(open_message(content).message())
    lists = await house.all("List")
    assert [one["title"] for one in lists] == [one.title for one in told]
    for one in lists:
        statements = [r for r in one["contained"] if r["resourceType"] == "MedicationStatement"]
        assert {s["derivedFrom"][0]["reference"] for s in statements} == {f"Communication/{stored['id']}"}
    if type.stay is None:
        assert not await house.all("Encounter")
