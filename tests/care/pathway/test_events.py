"""What was said, out of messages as the post leaves them in the record: the lab's hospital writes, the post reads."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.exchange import samples

from akson.care.pathway import rules, said
from akson.care.pathway.events import as_known, stays_of
from akson.care.pathway.said import Receipt
from akson.care.pathway.stay import stay
from akson.exchange import mirror
from akson.exchange.opening import open_message

NOW = samples.NOW
HOSPITAL = {"reference": "Organization/hospital", "display": "St. Olavs hospital"}
HOUSE = {"reference": "Organization/house", "display": "Storvik kommune"}


def communication(
    content: bytes, id: str, received: datetime, encounter: str = "Encounter/1"
) -> dict[str, Any]:
    message = open_message(content).message()
    around = mirror.Around(
        HOSPITAL,
        (HOUSE,),
        received.isoformat(),
        {"reference": "Patient/astrid"},
        {"reference": encounter} if encounter else None,
    )
    return {**mirror.to_fhir(message, around), "id": id}


def encounter(id: str = "1", **more: Any) -> dict[str, Any]:
    told = {
        "resourceType": "Encounter",
        "id": id,
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": "Patient/astrid"},
        "serviceProvider": HOSPITAL,
    }
    return {**told, **more}


LATER = NOW + timedelta(days=3)


def test_admission_and_discharge_in_any_order_are_one_stay() -> None:
    every = [
        communication(samples.admission(1), "in", NOW),
        communication(samples.discharge(2), "out", NOW + timedelta(days=2)),
        communication(samples.admission(1), "copy", NOW),
    ]
    found = {
        tuple((s.kind, s.at, s.undone) for s in stays_of([encounter()], mixed).stays[0].said)
        for mixed in itertools.permutations(every)
    }
    assert len(found) == 1
    ((one, two),) = found
    assert (one[0], two[0]) == (said.ADMITTED, said.DISCHARGED)
    heard = stays_of([encounter()], every).stays[0]
    assert stay(heard, rules.load(), LATER).phase == "discharged"
    assert stay(heard, rules.load(), NOW + timedelta(hours=1)).phase == "admitted"


@pytest.mark.parametrize("cancel_first", [False, True])
def test_a_cancelled_admission_is_undone(cancel_first: bool) -> None:
    told = communication(samples.admission(1), "in", NOW + timedelta(minutes=5))
    back = communication(
        samples.admission(3, status="C", parent=1), "back", NOW + timedelta(minutes=1 if cancel_first else 9)
    )
    (heard,) = stays_of([encounter(status="entered-in-error")], [told, back]).stays
    assert not heard.said
    assert {s.undone for s in heard.undone} == {"cancelled", ""}
    assert stay(heard, rules.load(), LATER).phase == "none"


def test_before_the_cancellation_came_the_admission_stood() -> None:
    told = communication(samples.admission(1), "in", NOW)
    back = communication(samples.admission(3, status="C", parent=1), "back", NOW + timedelta(hours=2))
    (heard,) = stays_of([encounter()], [told, back]).stays
    assert [s.kind for s in as_known(heard, NOW + timedelta(hours=1)).said] == [said.ADMITTED]
    assert not as_known(heard, NOW + timedelta(hours=3)).said


def test_two_stays_keep_their_messages() -> None:
    one = communication(samples.admission(1), "a", NOW, "Encounter/1")
    two = communication(samples.admission(5), "b", NOW, "Encounter/2")
    heard = stays_of([encounter("1"), encounter("2")], [one, two])
    assert [[s.message for s in each.said] for each in heard.stays] == [
        ["Communication/a"],
        ["Communication/b"],
    ]


def test_what_we_sent_waits_for_its_receipt_and_follows_what_it_answers() -> None:
    told = communication(samples.admission(1), "in", NOW)
    report = {
        "resourceType": "Communication",
        "id": "report",
        "status": "completed",
        "category": [{"coding": [{"system": mirror.MESSAGE_TYPES, "code": "INNLEGGELSESRAPPORT"}]}],
        "sent": (NOW + timedelta(hours=1)).isoformat(),
        "inResponseTo": [{"reference": "Communication/in"}],
    }
    (heard,) = stays_of([encounter()], [told, report]).stays
    assert heard.of(said.ADMISSION_REPORT)[0].receipt == Receipt(said.WAITING)
    receipts = {"Communication/report": Receipt(said.CONFIRMED, NOW)}
    (heard,) = stays_of([encounter()], [told, report], receipts).stays
    assert heard.of(said.ADMISSION_REPORT)[0].receipt == Receipt(said.CONFIRMED, NOW)


def test_the_official_examples_say_what_they_mean(shared: Path) -> None:
    folder = shared / "norwegian-messages" / "examples" / "plo-1.6"
    received = datetime(2018, 2, 1, tzinfo=UTC)
    ready = communication(
        (folder / "Pasientlogistikk_Utskrivningsklar_pasient_v1-6_Ny.xml").read_bytes(), "ready", received
    )
    notice = communication(
        (folder / "Helseopplysninger_Varsel_om_innlagt_pasient_v1-6_Ny.xml").read_bytes(), "n", received, ""
    )
    (heard,) = stays_of([encounter()], [ready, notice]).stays
    (one,) = heard.of(said.READY)
    assert (one.doctor, one.day_only) == ("Gunn Omsorg", True)
    assert [s.kind for s in heard.said] == [said.EARLY_NOTICE, said.READY]
    assert heard.of(said.EARLY_NOTICE)[0].doctor == "Magnar Koman"
