"""Messages that say anew what earlier ones said: in order, out of order, taken back; and what a reader is told of it."""

from typing import Any

from lxml import etree

from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Coded
from akson.fhir import markup
from tests.exchange.conftest import PostHouse
from tests.exchange.samples import id
from tests.exchange.test_message_types import whole_message

LISTS = "2.16.578.1.12.4.1.1."
M = "{http://www.kith.no/xmlstds/msghead/2006-05-24}"
TYPE = BY_CODE["HELSEOPPL_SOKNAD"]


def told(number: int, status: str = "N", *, parent: int = 0, day: str = "2026-11-30", **more: Any) -> bytes:
    """HELSEOPPL_SOKNAD number `number` of the conversation that number 1 began."""
    event = {
        "Hendelsekode": Coded("3", "Pasient utskrivningsklar", f"{LISTS}9121"),
        "TidspunktForHendelse": day,
        "Anslag": True,
    }
    values: dict[str, Any] = {
        "InformasjonOmForsendelsen": {"Forsendelsesstatus": Coded(status, "")},
        "TypeInnholdIMelding": {"TypeInnhold": Coded("1", "Varsel om innlagt pasient", f"{LISTS}9140")},
        "OpplysningOpphold": ({"TidsfestetHendelse": event},),
        **more,
    }
    root = whole_message(TYPE, TYPE.versions[0], values)
    info = root.find(f"{M}MsgInfo")
    assert info is not None
    for name, text in (("MsgId", id(number)), ("GenDate", f"2026-11-24T0{number}:00:00")):
        node = info.find(f"{M}{name}")
        assert node is not None
        node.text = text
    if parent:
        reference = etree.Element(f"{M}ConversationRef")
        etree.SubElement(reference, f"{M}RefToParent").text = id(parent)
        etree.SubElement(reference, f"{M}RefToConversation").text = id(1)
        sender = info.find(f"{M}Sender")
        assert sender is not None
        sender.addprevious(reference)
    return markup.write(root)


async def open_items(house: PostHouse) -> list[dict[str, Any]]:
    return [t for t in await house.all("Task") if t["status"] == "requested"]


async def test_a_change_replaces_the_item_and_says_what_is_new(house: PostHouse) -> None:
    await house.take(told(1))
    (first,) = await open_items(house)
    assert first["code"]["coding"][0]["code"] == "health-information"
    assert "Forventet utskrivningsklar 30.11.2026 (anslått)" in first["description"]
    outcome = await house.take(told(2, "M", parent=1, day="2026-12-02"))
    assert outcome.state == "accepted"
    (second,) = await open_items(house)
    assert "Tidspunkt: 02.12.2026 (før: 30.11.2026)" in second["description"]
    (message,) = [c for c in await house.all("Communication") if "inResponseTo" in c]
    assert message["note"][0]["text"].startswith("Endret siden forrige melding: ")
    assert message["note"][1]["text"].startswith("Mangler i meldingen: Ansvarlig helsepersonell")


async def test_what_comes_after_its_own_change_makes_no_item(house: PostHouse) -> None:
    await house.take(told(2, "M", parent=1, day="2026-12-02"))
    await house.take(told(1))
    assert len(await open_items(house)) == 1
    assert len(await house.all("Communication")) == 2


async def test_a_cancellation_takes_back_the_whole_conversation(house: PostHouse) -> None:
    await house.take(told(1))
    await house.take(told(2, "M", parent=1))
    await house.take(told(3, "C", parent=2))
    assert [t["code"]["text"] for t in await open_items(house)] == [
        "Kansellert: helseopplysninger fra sykehus"
    ]


async def test_a_cancellation_that_comes_first_takes_back_all_before_it(house: PostHouse) -> None:
    for message in (told(4, "C", parent=3), told(2, "M", parent=1), told(1), told(3, "M", parent=2)):
        await house.take(message)
    assert len(await open_items(house)) == 1


async def test_what_is_said_after_a_cancellation_stands(house: PostHouse) -> None:
    await house.take(told(1))
    await house.take(told(2, "C", parent=1))
    await house.take(told(3, "M", parent=2))
    assert [t["code"]["text"] for t in await open_items(house)] == ["Helseopplysninger fra sykehus"]
    assert not await house.all("Encounter")
