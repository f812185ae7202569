"""Many at once, two municipalities, and what is left in the post's own tables."""

import asyncio
from dataclasses import replace

import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, LILLEFJORD
from akson.exchange.inbox.pipeline import Inbox
from akson.record.values import Change
from tests.exchange.conftest import D_NUMBER, DNR, PostHouse, organisation, patient
from tests.exchange.samples import admission, bent, copy_to, discharge, stay


async def work_to_the_end(inbox: Inbox) -> None:
    while await inbox.work(3):
        pass


async def test_many_workers_take_each_message_once(house: PostHouse) -> None:
    inbox = house.inbox()
    for n in range(24):
        await inbox.receive(
            admission(n % 12, description=f"fall i hjemmet {n % 12}"), transport="test", name=f"{n}.xml"
        )
    await asyncio.gather(*(work_to_the_end(house.inbox()) for _ in range(4)))
    assert await house.post.counts() == {"accepted": 12, "duplicate": 12}
    for type in ("Communication", "Encounter", "Task"):
        assert len(await house.all(type, patient="astrid")) == 12
    assert len(set(house.sent)) == 12


async def test_the_same_file_stored_by_many_is_one_item(house: PostHouse) -> None:
    inbox = house.inbox()
    ids = await asyncio.gather(
        *(inbox.receive(admission(), transport="test", name="a.xml") for _ in range(8))
    )
    await asyncio.gather(*(work_to_the_end(house.inbox()) for _ in range(3)))
    assert len(set(ids)) == 1 and len(house.sent) == 1


async def test_two_municipalities_in_one_installation_get_their_own(house: PostHouse) -> None:
    system = replace(CAST["system"], tenant=LILLEFJORD)
    neighbour = [
        organisation("lillefjord", "Lillefjord kommune", "990101", None),
        organisation("lillefjord-syk", "Sykepleietjeneste", "990102", "lillefjord"),
        patient("astrid-der", "Astrid", "Bakken", stay().national_id),
    ]
    session = house.record.open(system, PurposeOfUse.OPERATIONS)
    await session.commit([Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in neighbour])
    outcome = await house.take(copy_to(admission(), "990101", "990102"))
    assert [(r.to, r.codes) for r in outcome.receipts] == [("990002", ()), ("990102", ())]
    assert len(await house.all("Encounter", patient="astrid")) == 1
    there = await house.record.open(system, PurposeOfUse.OPERATIONS).history("Encounter")
    assert [v.patients for v in there.versions] == [("astrid-der",)]
    again = await house.take(copy_to(admission(), "990101", "990102"), "b.xml")
    assert again.state == "duplicate" and again.receipts == outcome.receipts


SECRETS = (stay().national_id, D_NUMBER, "Bakken", "Astrid", "Ola", "fall i hjemmet", "Øvre")
LEFT_BEHIND = {
    "accepted": admission(),
    "discharge": discharge(),
    "unknown patient": admission(national_id=D_NUMBER, given="Ola", family="Vik"),
    "not well-formed": admission()[:2500],
    "invalid": bent(admission(), ("<Anslag>false", "<Anslag>Astrid")),
    "unknown receiver": bent(admission(), ("<Id>990001<", "<Id>1<"), ("<Id>990002<", "<Id>2<")),
    "bad id": bent(admission(), ("00000000-0000-4000-8000-000000000001", "Astrid")),
    "too much": bent(admission(), ("fall i hjemmet", "fall i hjemmet " * 200_000)),
}


@pytest.mark.parametrize("case", LEFT_BEHIND)
async def test_states_notes_and_refusals_hold_no_patient_data(house: PostHouse, case: str) -> None:
    await house.put(patient("ola-annen", "Kari", "Nes", D_NUMBER, DNR))
    outcome = await house.take(LEFT_BEHIND[case])
    events = await house.post.events(outcome.item)
    said = " ".join([*(f"{e.state} {e.note}" for e in events), outcome.problem])
    said += " ".join(receipt.content.replace("<Id>Astrid</Id>", "") for receipt in outcome.receipts)
    assert not [secret for secret in SECRETS if secret in said], said
