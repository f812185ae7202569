"""The judge's own list of what is demanded, against messages of the lab, and against the node's list."""

from datetime import timedelta

import pytest
from tests.exchange.samples import NOW, id, stay

from akson.exchange.opening import open_message
from akson.exchange.profile import DEMANDS, missing_content
from akson_lab import hospital
from akson_lab.facts import Shipment
from akson_lab.stories.mandatory import DEMANDED, absent

LATER = NOW + timedelta(days=2)
MESSAGES = {
    "HELSEOPPL_SOKNAD": (hospital.early_notice(stay(), Shipment(id(1)), expected=LATER), []),
    "HELSEOPPL_SOKNAD course": (
        hospital.early_notice(stay(), Shipment(id(2)), expected=LATER, course=""), ["Antatt forløp"],
    ),
    "HELSEOPPL_SOKNAD both": (
        hospital.early_notice(stay(), Shipment(id(3)), expected=LATER, course="", status=""),
        ["Pasientens status", "Antatt forløp"],
    ),
    "UTSKRIVNINGSRAPPORT": (hospital.discharge_report(stay(), Shipment(id(4)), text="Går med rullator."), []),
    "UTSKRIVNINGSRAPPORT practical": (
        hospital.discharge_report(stay(), Shipment(id(5)), text="Går med rullator.", practical=""),
        ["Praktiske opplysninger"],
    ),
    "LOG_UTSKRIVNINGSKLAR": (hospital.ready_message(stay(), Shipment(id(6)), ready_at=NOW), []),
    "LOG_AVMELDING": (hospital.withdrawn_message(stay(), Shipment(id(7)), at=NOW), []),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_both_lists_say_the_same_of_a_message(name: str) -> None:
    document, lacks = MESSAGES[name]
    assert absent(name.split()[0], document) == lacks
    assert [m.what for m in missing_content(open_message(document).message())] == lacks


def test_both_lists_name_the_same_things_for_each_type_of_the_stories() -> None:
    for type, demands in DEMANDED.items():
        assert {name for name, _ in demands} == {d.what for d in DEMANDS[type]}, type
