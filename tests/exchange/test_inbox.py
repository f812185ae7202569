"""The whole inbox over a real PostgreSQL: what each message leaves behind, and that it does so once."""

from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.exchange import stays
from akson.exchange.inbox.pipeline import ATTEMPTS_MAX
from akson.fhir.problem import Problem, ProblemKind
from tests.exchange import samples
from tests.exchange.conftest import D_NUMBER, DNR, PostHouse, episode, organisation, patient
from tests.exchange.samples import admission, bent, copy_to, discharge, id, official, receipt


async def test_an_admission_stands_in_the_inbox_of_the_unit_that_has_the_patient(house: PostHouse) -> None:
    outcome = await house.take(admission())
    assert outcome.state == "accepted" and [r.codes for r in outcome.receipts] == [()]
    (communication,) = await house.all("Communication", "ida", patient="astrid")
    (encounter,) = await house.all("Encounter", "ida", patient="astrid")
    (task,) = await house.all("Task", "ida", patient="astrid")
    assert encounter["status"] == "in-progress" and encounter["period"]["start"].startswith(
        "2026-11-24T08:10:00"
    )
    assert encounter["serviceProvider"]["reference"] == "Organization/havnes"
    assert communication["encounter"]["reference"] == f"Encounter/{encounter['id']}"
    assert communication["sender"]["reference"] == "Organization/havnes-medisin"
    assert communication["payload"][0]["contentString"].startswith("Innlagt 24.11.2026 kl. 08.10")
    assert task["owner"] == {
        "reference": "Organization/hjemmetjenesten-ost",
        "display": "Hjemmetjenesten Øst",
    }
    assert task["focus"]["reference"] == f"Communication/{communication['id']}"
    assert task["code"]["coding"][0]["code"] == "admission-notice" and task["status"] == "requested"
    assert task["restriction"]["period"]["end"].startswith("2026-11-25T09:00")
    assert not await house.all("Communication", "omar") and not await house.all(
        "Task", "omar", patient="astrid"
    )


async def test_the_citizen_reads_who_sent_it_and_that_it_was_looked_up(house: PostHouse) -> None:
    await house.take(admission())
    log = await house.record.open(CAST["astrid"], PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    received = [line for line in log if line.action == "receive"]
    assert [(line.name, line.count) for line in received] == [
        ("Havnes sykehus HF, PLO innleggelse somatikk", 3)
    ]
    assert {line.name for line in log if line.action == "search"} == {"Meldingsmottaket"}


async def test_a_discharge_ends_the_stay(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    outcome = await house.take(discharge(2), "2.xml")
    assert outcome.state == "accepted"
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "finished" and encounter["period"]["end"].startswith("2026-11-26T09:00")
    assert encounter["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "1"
    tasks = {t["code"]["coding"][0]["code"] for t in await house.all("Task", "ida", patient="astrid")}
    assert tasks == {"admission-notice", "discharge-notice"}


async def test_a_discharge_without_an_admission_makes_the_stay_it_ends(house: PostHouse) -> None:
    await house.take(discharge(2))
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "finished" and "start" not in encounter["period"]


async def test_a_discharge_that_comes_first_and_its_admission_are_one_stay(house: PostHouse) -> None:
    await house.take(discharge(2), "2.xml")
    await house.take(admission(1), "1.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "finished"
    assert encounter["period"]["start"] < encounter["period"]["end"]
    await house.take(admission(3, admitted_at=samples.NOW + timedelta(days=5)), "3.xml")
    assert len(await house.all("Encounter", patient="astrid")) == 2


async def test_a_discharge_that_comes_late_leaves_a_newer_stay_alone(house: PostHouse) -> None:
    await house.take(admission(1, admitted_at=samples.NOW + timedelta(days=3)), "1.xml")
    await house.take(discharge(2), "2.xml")
    told = {e["status"]: e["period"] for e in await house.all("Encounter", patient="astrid")}
    assert (
        set(told) == {"planned", "finished"}
        and "end" not in told["planned"]
        and "start" not in told["finished"]
    )


@pytest.mark.parametrize("start, at, before", [
    ("2026-11-24T09:00:00+01:00", "2026-11-24T09:00:00", True),
    ("2026-11-24T09:00:01+01:00", "2026-11-24T09:00:00", False),
    ("2026-11-24T09:00:00+01:00", "2026-11-24", True),
    ("2026-11-25T09:00:00+01:00", "2026-11-24", False),
    ("", "2026-11-24", True),
])  # fmt: skip
def test_whether_a_stay_had_begun(start: str, at: str, before: bool) -> None:
    assert stays.began_before({"period": {"start": start}}, at) is before


async def test_a_stay_at_another_hospital_is_left_alone(house: PostHouse) -> None:
    other = samples.Party("Annet sykehus HF", "990501", "PLO", "990502")
    await house.take(admission(1, sender=other), "1.xml")
    await house.take(discharge(2), "2.xml")
    stays = {
        e["serviceProvider"]["display"]: e["status"] for e in await house.all("Encounter", patient="astrid")
    }
    assert stays == {"Annet sykehus HF": "in-progress", "Havnes sykehus HF": "finished"}


async def test_a_cancelled_admission_never_was(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    await house.take(admission(3, status="C", parent=1), "3.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "entered-in-error"
    tasks = {t["code"]["text"]: t["status"] for t in await house.all("Task", patient="astrid")}
    assert tasks == {"Innlagt på sykehus": "cancelled", "Kansellert: innlagt på sykehus": "requested"}
    assert len(await house.all("Communication", patient="astrid")) == 2


async def test_a_cancelled_discharge_opens_the_stay_again(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    (before,) = await house.all("Encounter", patient="astrid")
    await house.take(discharge(2), "2.xml")
    await house.take(discharge(3, status="C", parent=2), "3.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert {**encounter, "meta": None} == {**before, "meta": None}


async def test_a_cancellation_that_comes_first_is_remembered(house: PostHouse) -> None:
    assert (await house.take(admission(3, status="C", parent=1), "3.xml")).state == "accepted"
    (task,) = await house.all("Task", patient="astrid")
    assert "ikke funnet" in task["description"]
    assert (await house.take(admission(1), "1.xml")).state == "accepted"
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "entered-in-error"
    assert len(await house.all("Task", patient="astrid")) == 1


async def test_nobody_cancels_what_another_has_sent(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    other = samples.Party("Annet sykehus HF", "990501", "PLO", "990502")
    await house.take(admission(3, status="C", parent=1, sender=other), "3.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "in-progress"


async def test_a_cancellation_about_another_patient_changes_nothing(house: PostHouse) -> None:
    await house.put(patient("ola", "Ola", "Vik", D_NUMBER, DNR))
    await house.take(admission(1), "1.xml")
    wrong = admission(3, status="C", parent=1, national_id=D_NUMBER, given="Ola", family="Vik")
    await house.take(wrong, "3.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "in-progress"


async def test_a_changed_message_changes_the_stay(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    moved = bent(admission(4, status="M", parent=1), ('V="2026-11-24T08:10:00"', 'V="2026-11-24T07:00:00"'))
    await house.take(moved, "4.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["period"]["start"].startswith("2026-11-24T07:00:00")


async def test_a_duplicate_changes_nothing_and_gets_the_same_receipt(house: PostHouse) -> None:
    first = await house.take(admission(), "a.xml")
    before = list(house.sent)
    house.later(60)
    again = await house.take(admission(), "b.xml")
    assert again.state == "duplicate" and again.receipts == first.receipts
    same_file = await house.take(admission(), "a.xml")
    assert same_file.item == first.item
    assert set(house.sent) == set(before) and len(house.sent) == 3 * len(before)
    assert len(await house.all("Communication", patient="astrid")) == 1
    assert len(await house.all("Task", patient="astrid")) == 1


async def test_the_first_to_have_an_id_decides_what_it_means(house: PostHouse) -> None:
    await house.take(bent(admission(), ("<Anslag>false", "<Anslag>kanskje")), "a.xml")
    again = await house.take(admission(), "b.xml")
    assert again.state == "refused" and [r.codes for r in again.receipts] == [("E10",)]
    assert not await house.all("Communication", patient="astrid")
    (task,) = [t for t in await house.all("Task") if t["owner"].get("display") == "Mats Eide"]
    assert "samme meldings-id" in task["description"]


async def test_the_same_message_laid_out_otherwise_is_a_duplicate(house: PostHouse) -> None:
    first = await house.take(admission(), "a.xml")
    again = admission().replace(b"><", b">\n  <").replace(b"encoding='UTF-8'", b"encoding='ISO-8859-1'")
    again = again.decode("utf-8").encode("iso-8859-1")
    second = await house.take(again, "b.xml")
    assert second.state == "duplicate" and second.receipts == first.receipts


async def test_what_cannot_be_the_same_event_twice_is_asked_about(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    twice = await house.take(admission(2), "2.xml")
    assert twice.state == "accepted" and twice.receipts[0].status == "1"
    assert len(await house.all("Communication", patient="astrid")) == 2
    assert len(await house.all("Encounter", patient="astrid")) == 1
    (asked,) = [
        t for t in await house.all("Task", patient="astrid") if t["code"]["coding"][0]["code"] == "follow-up"
    ]
    assert "sendt den samme meldingen før" in asked["description"]
    assert asked["owner"]["reference"] == "Organization/hjemmetjenesten-ost"
    assert asked["input"][0]["valueReference"]["reference"].startswith("Communication/")
    house.later(25 * 3600)
    await house.take(admission(3), "3.xml")
    assert len(await house.all("Encounter", patient="astrid")) == 2, "the day after it is news"


async def test_a_change_that_comes_before_what_it_changes_is_the_last_word(house: PostHouse) -> None:
    later = samples.stay().admitted_at.replace(hour=9, minute=30)
    sent = samples.stay().sent_at + timedelta(hours=1)
    await house.take(admission(2, status="M", parent=1, admitted_at=later, sent_at=sent), "2.xml")
    outcome = await house.take(admission(1), "1.xml")
    assert outcome.state == "accepted"
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert "09:30" in encounter["period"]["start"] or "10:30" in encounter["period"]["start"]
    told = await house.all("Communication", patient="astrid")
    assert {c["encounter"]["reference"] for c in told} == {f"Encounter/{encounter['id']}"}
    assert len(await house.all("Task", patient="astrid")) == 1, "nobody acts upon what was changed"


async def test_a_cancellation_that_does_not_say_of_what_asks_a_person(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    await house.take(admission(2, status="C"), "2.xml")
    (encounter,) = await house.all("Encounter", patient="astrid")
    assert encounter["status"] == "in-progress"
    (asked,) = [
        t for t in await house.all("Task", patient="astrid") if t["code"]["coding"][0]["code"] == "follow-up"
    ]
    assert "Én tidligere melding passer" in asked["description"] and len(asked["input"]) == 1


@pytest.mark.parametrize("status", ["T", "D"])
async def test_what_is_not_production_stays_out_of_the_record(house: PostHouse, status: str) -> None:
    marked = bent(admission(), ("<Sender>", f'<ProcessingStatus V="{status}"/><Sender>'))
    outcome = await house.take(marked)
    assert outcome.state == "accepted" and outcome.receipts[0].status == "1"
    assert not await house.all("Communication") and not await house.all("Encounter", patient="astrid")
    assert [t["owner"]["display"] for t in await house.all("Task")] == ["Mats Eide"]


async def test_another_senders_message_with_the_same_id_is_another_message(house: PostHouse) -> None:
    await house.take(admission(1), "1.xml")
    other = samples.Party("Annet sykehus HF", "990501", "PLO", "990502")
    assert (await house.take(admission(1, sender=other), "2.xml")).state == "accepted"
    assert len(await house.all("Communication", patient="astrid")) == 2


NOT_OURS = {
    "unknown service in our house": ("990001", "990999"),
    "unknown house": ("880001", "880002"),
    "the neighbour": ("990101", "990102"),
    "the hospital itself": ("990201", "990202"),
    "the GP's office": ("990301", ""),
    "no number": ("", ""),
    "words": ("Storvik", "a|b,c$d\\"),
}


@pytest.mark.parametrize("case", NOT_OURS)
async def test_what_is_not_for_us_is_not_taken(house: PostHouse, case: str) -> None:
    outer, inner = NOT_OURS[case]
    outcome = await house.take(
        bent(admission(), ("<Id>990001<", f"<Id>{outer}<"), ("<Id>990002<", f"<Id>{inner}<"))
    )
    codes = [r.codes for r in outcome.receipts]
    assert outcome.state == "refused" and codes == ([("E21",)] if outer == "990001" else [])
    assert not await house.all("Communication", patient="astrid")
    assert outer == "990001" or await house.all("Task"), "somebody must know that it has gone astray"


async def test_her_ids_with_dots_and_spaces_and_latin_1_are_read(house: PostHouse) -> None:
    old = bent(
        admission(),
        ("<Id>990001<", "<Id> 990.001 <"),
        ("<Id>990002<", "<Id>990.002<"),
        ("UTF-8", "ISO-8859-1"),
    )
    old = bent(old, ("Innlagt etter fall i hjemmet.", "Brå smerte på høyre side.")).decode().encode("latin-1")
    assert (await house.take(old)).state == "accepted"
    (task,) = await house.all("Task", "ida", patient="astrid")
    assert "Brå smerte på høyre side." in task["description"]


async def test_a_copy_to_another_service_of_ours_gets_its_own_receipt_and_owner(house: PostHouse) -> None:
    outcome = await house.take(copy_to(admission(), "990001", "990003"))
    roles = [
        etree.fromstring(r.content.encode()).find(".//{*}Sender/{*}Role").get("V") for r in outcome.receipts
    ]
    assert roles == ["PRIM", "COP"] and [r.to for r in outcome.receipts] == ["990002", "990003"]
    owners = {t["owner"]["reference"] for t in await house.all("Task", patient="astrid")}
    assert owners == {"Organization/hjemmetjenesten-ost", "Organization/storvik-saksbehandling"}
    assert len(await house.all("Communication", patient="astrid")) == 1


async def test_a_copy_alone_is_ours_too(house: PostHouse) -> None:
    elsewhere = bent(admission(), ("<Id>990001<", "<Id>880001<"), ("<Id>990002<", "<Id>880002<"))
    outcome = await house.take(copy_to(elsewhere, "990001", "990002"))
    assert outcome.state == "accepted" and [r.to for r in outcome.receipts] == ["990002"]


async def test_a_patient_without_services_is_the_receiving_services_own(house: PostHouse) -> None:
    await house.put(patient("ola", "Ola", "Vik", D_NUMBER, DNR))
    await house.take(admission(national_id=D_NUMBER, given="Ola", family="Vik"))
    (task,) = await house.all("Task", patient="ola")
    assert task["owner"]["reference"] == "Organization/storvik-sykepleietjeneste"


async def test_services_of_a_unit_in_another_house_do_not_draw_the_item_there(house: PostHouse) -> None:
    await house.put(patient("ola", "Ola", "Vik", D_NUMBER, DNR), episode("ola", "storvik-legevakt"))
    await house.take(admission(national_id=D_NUMBER, given="Ola", family="Vik"))
    (task,) = await house.all("Task", patient="ola")
    assert task["owner"]["reference"] == "Organization/storvik-sykepleietjeneste"


async def test_an_unknown_patient_is_the_message_officers(house: PostHouse) -> None:
    outcome = await house.take(admission(national_id=D_NUMBER, given="Ola", family="Vik"))
    assert outcome.state == "accepted" and [r.codes for r in outcome.receipts] == [()]
    (task,) = await house.all("Task", "mats")
    assert task["owner"] == {"reference": "Practitioner/mats", "display": "Mats Eide"}
    assert task["code"]["coding"][0]["code"] == "match-patient" and "for" not in task
    assert {"Ola Vik", D_NUMBER} <= {
        i.get("valueString") or i["valueIdentifier"]["value"] for i in task["input"]
    }
    (communication,) = await house.all("Communication")
    assert "subject" not in communication
    for other in ("ida", "mats", "omar"):
        assert not await house.all("Communication", other)
    assert not await house.all("Encounter")


DOUBTS = {
    "two with the same number": (
        (patient("a", "Ola", "Vik", D_NUMBER, DNR), patient("b", "Ola", "Vik", D_NUMBER)),
        "Flere",
    ),
    "another name": ((patient("a", "Kari", "Nes", D_NUMBER, DNR),), "annet navn"),
}


@pytest.mark.parametrize("case", DOUBTS)
async def test_a_doubtful_patient_is_never_guessed(house: PostHouse, case: str) -> None:
    people, words = DOUBTS[case]
    await house.put(*people)
    assert (await house.take(admission(national_id=D_NUMBER, given="Ola", family="Vik"))).state == "accepted"
    (task,) = await house.all("Task", "mats")
    assert words in task["description"] and not await house.all("Encounter")


async def test_one_of_two_that_was_replaced_is_no_doubt(house: PostHouse) -> None:
    gone = {
        **patient("a", "Ola", "Vik", D_NUMBER, DNR),
        "link": [{"other": {"reference": "Patient/b"}, "type": "replaced-by"}],
    }
    await house.put(patient("b", "Ola", "Vik", D_NUMBER, DNR), gone)
    await house.take(admission(national_id=D_NUMBER, given="Ola", family="Vik"))
    assert len(await house.all("Encounter", patient="b")) == 1


async def test_a_message_without_number_is_the_message_officers(house: PostHouse) -> None:
    nameless = bent(admission(), ('V="FNR"', 'V="HNR"'))
    assert (await house.take(nameless)).state == "accepted"
    (task,) = await house.all("Task", "mats")
    assert task["code"]["coding"][0]["code"] == "match-patient"


@pytest.mark.parametrize("content", [b"", b"hei", b"<a/>", b"\xff\xfe<\0a\0/\0>\0"])
async def test_what_nobody_can_answer_is_the_message_officers(house: PostHouse, content: bytes) -> None:
    outcome = await house.take(content)
    assert outcome.state == "refused" and outcome.receipts == ()
    (task,) = await house.all("Task", "mats")
    assert (
        task["owner"]["reference"] == "Practitioner/mats" and f"nummer {outcome.item} " in task["description"]
    )


async def test_what_is_not_well_formed_is_answered_and_the_message_officers(house: PostHouse) -> None:
    outcome = await house.take(admission()[:1800])
    assert [r.codes for r in outcome.receipts] == [("T01",)]
    assert len(await house.all("Task", "mats")) == 1
    whole = await house.take(admission(), "whole.xml")
    assert whole.state == "accepted", "cut off once, it is taken when it comes whole"


async def test_what_the_record_cannot_hold_is_refused_and_told(house: PostHouse) -> None:
    deep = '<Organisation><OrganisationName>x</OrganisationName><Ident><Id>1</Id><TypeId V="HER"/></Ident>'
    nested = bent(
        admission(),
        ("</Organisation></Organisation></Sender>", f"{deep * 40}{'</Organisation>' * 42}</Sender>"),
    )
    outcome = await house.take(nested)
    assert outcome.state == "refused" and [r.codes for r in outcome.receipts] == [("X99",)]
    (task,) = await house.all("Task", "mats")
    assert "kunne ikke ta imot" in task["description"]


@pytest.mark.shared
async def test_the_official_examples_go_through(
    house: PostHouse, shared: Path, official_schema: etree.XMLSchema
) -> None:
    await house.put(
        organisation("alvdal", "Alvdal kommune", "99387", None),
        organisation("alvdal-syk", "Sykepleietjeneste", "5078", "alvdal"),
    )
    people: dict[str, dict[str, object]] = {}
    examples = official(shared)
    for _, content in examples:
        tree = etree.fromstring(content)
        number = tree.findtext(".//{*}Patient/{*}Ident/{*}Id") or ""
        family, given = (
            tree.findtext(f".//{{*}}Patient/{{*}}{n}") or "" for n in ("FamilyName", "GivenName")
        )
        people[number] = patient(f"p{number}", given, family, number)
        for node in tree.iterfind(".//{*}Receiver/{*}Organisation"):
            her = (node.findtext("{*}Ident/{*}Id") or "").replace(".", "")
            inner = (node.findtext("{*}Organisation/{*}Ident/{*}Id") or "").replace(".", "")
            await house.put(organisation(f"o{her}", "Kommune", her, None))
            await house.put(organisation(f"o{inner}", "Tjeneste", inner, f"o{her}"))
    await house.put(*people.values())
    for name, content in examples:
        outcome = await house.take(content, name)
        assert outcome.state in ("accepted", "duplicate") and len(outcome.receipts) == 1, (name, outcome)
        assert receipt(outcome.receipts[0].content).status == "1"
        assert official_schema.validate(etree.fromstring(outcome.receipts[0].content.encode())), name
    assert await house.all("Encounter")


async def test_trouble_that_passes_is_waited_out(house: PostHouse) -> None:
    inbox = house.inbox(send=_failing(house, times=3))
    item = await inbox.receive(admission(), transport="test", name="a.xml")
    for _ in range(4):
        await inbox.work()
        house.later(1000)
    assert (await inbox.outcome(item)).state == "accepted" and len(set(house.sent)) == 1
    assert len(await house.all("Communication", patient="astrid")) == 1


@pytest.mark.parametrize("name", ["a.xml", "b.xml"])
async def test_trouble_that_stays_is_somebodys_until_it_comes_again(house: PostHouse, name: str) -> None:
    inbox = house.inbox(send=_failing(house, times=1000))
    item = await inbox.receive(admission(), transport="test", name="a.xml")
    for _ in range(ATTEMPTS_MAX + 2):
        await inbox.work()
        house.later(1000)
    outcome = await inbox.outcome(item)
    assert outcome.state == "parked" and outcome.problem == "AKS-STORE-999"
    (task,) = await house.all("Task", "mats")
    assert "kunne ikke behandles" in task["description"]
    again = await house.take(admission(), name)
    assert again.state == ("accepted" if name == "a.xml" else "duplicate")
    assert (await inbox.outcome(item)).state == "accepted" and len(set(house.sent)) == 1


def _failing(house: PostHouse, *, times: int) -> object:
    left = times

    async def send(name: str, content: bytes) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Problem(ProblemKind.OVERLOADED, "AKS-STORE-999", "Not now.")
        await house.send(name, content)

    return send


async def test_msg_ids_are_one_whatever_their_case(house: PostHouse) -> None:
    upper = "ABCDEF00-0000-4000-8000-000000000001"
    await house.take(bent(admission(), (id(1), upper)), "1.xml")
    assert (await house.take(bent(admission(), (id(1), upper.lower())), "2.xml")).state == "duplicate"


async def test_a_file_that_was_put_aside_is_the_message_officers(house: PostHouse) -> None:
    for _ in range(2):
        await house.inbox().put_aside("stor.xml")
    (task,) = await house.all("Task", "mats")
    assert "lagt til side" in task["description"] and "stor.xml" not in task["description"]
