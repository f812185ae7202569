"""The lab's prescription hub: one list for each citizen, replaced only by those who have seen the one that stands."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.exchange.samples import stay

from akson.exchange.components.prescription.use_list import SHARED_LIST
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.prescription.sources import lists_in
from akson.exchange.prescription.writing import question
from akson.exchange.schema import Coded, Structure, Values, write_structure
from akson.fhir import markup
from akson_lab.facts import Shipment
from akson_lab.hospital import enveloped
from akson_lab.houses.addresses import BROKER, HAVNES, NURSES, address
from akson_lab.houses.house import Heard, about
from akson_lab.houses.prescription_hub import PrescriptionHub
from akson_lab.people import resident_of
from akson_lab.prescriptions import Drug, line
from akson_lab.referee import official

NOW = datetime(2026, 11, 27, 13, tzinfo=UTC)
FACTS = stay()
ASTRID = resident_of(FACTS)
FUROSEMIDE = Drug("Furosemid", "C03CA01", "Tablett", "40 mg", "1 tablett morgen")


def hub() -> PrescriptionHub:
    return PrescriptionHub(BROKER, FACTS, (ASTRID,))


def heard(code: str, content: Values, structure: Structure, *, replaces: str = "") -> Heard:
    facts = about(FACTS, ASTRID, sender=address(NURSES), receiver=BROKER, sent_at=NOW)
    written = write_structure(structure, content, {None: structure.namespace})
    told = Coded(code, BY_CODE[code].words)
    document = enveloped(facts, Shipment(str(uuid.uuid4()), parent=replaces), told, written)
    found = Heard.of(open_message(document), NURSES)
    assert found is not None
    return found


def a_list(*drugs: Drug, replaces: str = "") -> Heard:
    content = {"EnkeltoppforingLIB": tuple(line(drug, NOW) for drug in drugs)}
    return heard("ERM251", content, SHARED_LIST, replaces=replaces)


def asked(house: PrescriptionHub) -> bytes:
    """The hub's answer to who asks for Astrid's list."""
    found = heard(
        "ERM911", question(ASTRID.national_id, prescriptions=False), BY_CODE["ERM911"].versions[0].structure
    )
    assert house.refuses(found, NOW) == ("", "")
    house.hears(found, NOW)
    (out,) = house.due(NOW)
    assert (out.type, out.to) == ("ERM912", NURSES)
    return out.document


def test_a_list_replaces_the_one_it_names_and_no_other() -> None:
    house, first = hub(), a_list(FUROSEMIDE)
    assert house.refuses(first, NOW) == ("", "")
    house.hears(first, NOW)
    blind, seeing = a_list(), a_list(FUROSEMIDE, replaces=first.msg_id)
    code, why = house.refuses(blind, NOW)
    assert code == "X99" and "endret av andre" in why
    assert house.refuses(seeing, NOW) == ("", "")
    house.hears(seeing, NOW)
    assert house.refuses(a_list(FUROSEMIDE, replaces=first.msg_id), NOW)[0] == "X99", "the one before is gone"
    standing = house.lists[ASTRID.national_id]
    assert (standing.version, standing.replaced) == (seeing.msg_id, [first.msg_id])


def test_a_list_that_names_one_nobody_has_is_refused() -> None:
    code, why = hub().refuses(a_list(FUROSEMIDE, replaces=str(uuid.uuid4())), NOW)
    assert code == "X99" and "ingen liste" in why


def test_who_asks_gets_the_list_and_its_id() -> None:
    house, first = hub(), a_list(FUROSEMIDE)
    house.hears(first, NOW)
    changed = house.send("changed-by-doctor", NOW)
    message = open_message(asked(house)).message()
    assert message.content["Pasient"]["RefMsgId"] == changed
    (told,) = lists_in(message)
    assert [used.name for used in told.told.medicines] == ["Furosemid", "Warfarin"]


def test_a_person_without_a_list_is_answered_that_there_is_none() -> None:
    message = open_message(asked(hub())).message()
    assert "RefMsgId" not in message.content["Pasient"] and not lists_in(message)
    assert "ingen liste" in message.type.summary(message.facts)


def test_other_messages_are_not_its_own() -> None:
    with pytest.raises(KeyError):
        hub().send("admission", NOW)
    assert HAVNES.service_her != BROKER.service_her


@pytest.mark.shared
def test_what_it_answers_is_valid(shared: Path) -> None:
    house = hub()
    house.hears(a_list(FUROSEMIDE), NOW)
    official(shared).assertValid(markup.read(asked(house)))
