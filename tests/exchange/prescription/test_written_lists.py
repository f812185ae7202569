"""The record's list as the prescription messages write it, read again by those who read them."""

from typing import Any

import pytest

from akson.exchange.building.build import build
from akson.exchange.building.prescriptions import own_list
from akson.exchange.building.recipes import may_answer
from akson.exchange.prescription.sources import lists_in
from akson.exchange.schema import Coded
from tests.exchange.building.conftest import MSG_ID, of, words


def told(type: str, **more: Any) -> tuple[Any, Any]:
    """What Astrid's record says, and what a reader of the message is told."""
    facts = of("astrid", **more)
    built = build(type, facts, words(type), msg_id=MSG_ID)
    assert built.message is not None
    (found,) = lists_in(built.message)
    return own_list(facts), found.told


@pytest.mark.parametrize("type", ["ERM251", "ERM252", "ERM253"])
def test_each_line_says_the_same_after_the_way(type: str) -> None:
    own, read = told(type, roll=type == "ERM252")
    used = [line for line in own.lines if line.use not in ("stopped", "not-taken")]
    assert used and len([m for m in read.medicines if not m.stopped]) == len(used)
    for line, medicine in zip(used, (m for m in read.medicines if not m.stopped), strict=True):
        # A combination has no one strength: its whole name is told.
        assert medicine.name.casefold().startswith((line.product or line.name).casefold())
        assert (medicine.atc, medicine.form) == (line.atc, line.form)
        assert medicine.dose.startswith(line.dose.text or line.dose.amount)
        assert medicine.reason == line.indication
        assert medicine.multidose == (type == "ERM252")


def test_what_is_outside_the_roll_is_in_no_order_for_it() -> None:
    built = build("ERM252", of("astrid"), words("ERM252"), msg_id=MSG_ID)
    assert [lack.what for lack in built.lacks] == ["Legemidler"]
    _, packed = told("ERM253")
    assert packed.medicines and not any(medicine.multidose for medicine in packed.medicines)
    assert packed.packing == {"until": "2026-11-23T21:40:00", "first": "2026-12-01", "last": "2026-12-01"}


def test_the_list_names_the_version_that_it_replaces() -> None:
    built = build("ERM251", of("astrid", replaces="8f01d8a2-0000-4000-8000-000000000001"), {}, msg_id=MSG_ID)
    assert built.message is not None
    assert built.message.envelope.parent == "8f01d8a2-0000-4000-8000-000000000001"
    first = build("ERM251", of("astrid"), {}, msg_id=MSG_ID)
    assert first.message is not None and first.message.envelope.parent == ""


def test_nobody_sends_a_list_by_choosing_it_among_letters() -> None:
    assert not [type for type in may_answer("") if type.startswith("ERM")]


def test_who_is_responsible_is_who_writes() -> None:
    built = build("ERM28", of("astrid", who="grete"), {"since": "2026-12-01"}, msg_id=MSG_ID)
    assert built.message is not None and built.lacks == ()
    doctor = built.message.content["Multidoselege"]
    assert (doctor["HprNr"], doctor["Navn"], doctor["HerId"]["Id"]) == ("9900003", "Grete Lund", "990301")
    taken = build("ERM271", of("astrid"), {"status": "Avregistrering", "since": "2026-12-01"}, msg_id=MSG_ID)
    assert taken.message is not None and taken.message.content["Status"] == Coded(dn="Avregistrering")
