"""A list that its sender takes back or tells anew is taken back in the record too."""

import random

from akson.exchange.message_type import CANCELLED, NEW
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.prescription.sources import lists_in
from akson.exchange.schema import Coded
from akson.fhir import markup
from tests.exchange.conftest import PostHouse
from tests.exchange.samples import admission
from tests.exchange.test_message_types import sample, whole_message

TYPE = BY_CODE["UTSKRIVNINGSRAPPORT"]


def report(number: int, status: str, parent: int | None = None) -> bytes:
    """The same discharge report with medicines, as number `number` in its conversation."""
    for seed in range(200):
        values = sample(TYPE.versions[0].structure, random.Random(seed))
        values["InformasjonOmForsendelsen"] = {
            **values["InformasjonOmForsendelsen"],
            "Forsendelsesstatus": Coded(status),
        }
        root = whole_message(TYPE, TYPE.versions[0], values)
        content = root.find(".//{*}Content")
        head = markup.read(admission(number, status=status, parent=parent))
        place, told = head.find(".//{*}Content"), head.find(".//{*}MsgInfo/{*}Type")
        assert content is not None and place is not None and told is not None
        place[:] = list(content)
        told.set("V", TYPE.code)
        told.set("DN", TYPE.words)
        whole = markup.write(head)
        if lists_in(open_message(whole).message()):
            return whole
    raise AssertionError("no drawn report tells medicines")


async def test_a_cancelled_report_takes_its_list_back(house: PostHouse) -> None:
    assert (await house.take(report(1, NEW))).state == "accepted"
    (told,) = await house.all("List")
    assert told["status"] == "current"
    assert (await house.take(report(2, CANCELLED, parent=1))).state == "accepted"
    assert [one["status"] for one in await house.all("List")] == ["entered-in-error"]
