"""The signed list to the prescription hub, as its page tells it: not connected, on its way, refused, asked for."""

from dataclasses import replace
from typing import Any

import pytest_asyncio

from akson.app.letters import HouseLetters
from akson.exchange.building.facts import Address
from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.opening import open_message
from akson.exchange.outbox.desk import item_id
from akson.exchange.prescription.sources import lists_in
from akson.world import SystemClock, SystemRandom
from akson_lab.people import residents
from tests.web.conftest import Rooms
from tests.web.test_correcting import answer, rows_of, status_of, work
from tests.web.test_pathway import kept, words
from tests.web.test_reconciliation_screen import answers, fields, hidden, send, stand

HUB = Address("Reseptformidleren", "990602")
CHANGED = AppRecError("X99", "Lista er endret av andre siden dere hentet den.")
SERIES = "urn:oid:2.16.578.1.12.4.1.4.1"


@pytest_asyncio.fixture
async def connected(rooms: Rooms) -> Rooms:
    """The same rooms, of a node whose post.toml names a hub."""
    letters = HouseLetters(rooms.outbox, rooms.sent, clock=SystemClock(), random=SystemRandom(), hub=HUB)
    made = replace(rooms, letters=letters)
    made.app = made.build(demo=True)
    return made


async def signed(rooms: Rooms, patient: str, seed: int) -> str:
    """A patient with a national number whose list Ida signs; gives the page of sharing."""
    path, ida = await stand(rooms, patient), rooms.visitor("ida")
    (person,) = residents(seed, 1)
    name = [{"family": person.family, "given": [person.given]}]
    told = {"resourceType": "Patient", "id": patient, "name": name, "birthDate": person.born.isoformat()}
    await rooms.put({**told, "identifier": [{"system": SERIES, "value": person.national_id}]})
    page = (await ida.get(path)).text
    done = await send(ida, path, {**fields(page), **answers(page, 1)}, "signer")
    assert done.status_code == 303, words(done.text)
    await work(rooms)
    return done.headers["location"]


async def to_hub(rooms: Rooms, patient: str, type: str) -> list[dict[str, Any]]:
    """What went to the hub about her, oldest first."""
    told = await kept(rooms, "Communication", patient)
    mine = [c for c in told if c["category"][0]["coding"][0]["code"] == type]
    return sorted(mine, key=lambda c: str(c["sent"]))


async def row_of(rooms: Rooms, communication: dict[str, Any]) -> Any:
    named = next(i["value"] for i in communication["identifier"] if "|" in i["value"])
    (row,) = await rows_of(rooms, named.rpartition("|")[2])
    return row


async def test_without_a_hub_it_says_so(rooms: Rooms) -> None:
    path = await signed(rooms, "delt-uten", 401)
    said = words((await rooms.visitor("ida").get(path)).text)
    assert "Ikke delt. Denne installasjonen er ikke koblet til" in said
    assert not await to_hub(rooms, "delt-uten", "ERM251")


async def test_signed_sent_and_delivered(connected: Rooms) -> None:
    path, ida = await signed(connected, "delt-en", 402), connected.visitor("ida")
    (sent,) = await to_hub(connected, "delt-en", "ERM251")
    row = await row_of(connected, sent)
    message = open_message(await connected.sent.document(row.id)).message()
    assert row.receiver == HUB.her and message.envelope.parent == ""
    (told,) = lists_in(message)
    assert "Furosemid" in {medicine.name for medicine in told.told.medicines}
    assert "Delt." not in words((await ida.get(path)).text), "on its way is not delivered"
    await answer(connected, row)
    said = words((await ida.get(path)).text)
    assert "Delt. Bekreftet av mottaker" in said and "Ikke delt" not in said.partition("PLL")[2][:200]


async def test_a_list_that_another_changed_is_somebodys_and_asked_for_anew(connected: Rooms) -> None:
    path, ida = await signed(connected, "delt-to", 403), connected.visitor("ida")
    (sent,) = await to_hub(connected, "delt-to", "ERM251")
    row = await row_of(connected, sent)
    await answer(connected, row, CHANGED)
    row = await row_of(connected, sent)
    state, owner = await status_of(connected, item_id(row, row.sending.spell))
    assert (state, owner) == ("requested", "Hjemmetjenesten Øst")
    page = (await ida.get(path)).text
    assert "Lista er endret av andre" in words(page) and 'value="hent"' in page

    for _ in range(2):
        assert (await ida.post(path, data={**hidden(page), "gjor": "hent"})).status_code == 303
    (question,) = await to_hub(connected, "delt-to", "ERM911")
    await work(connected)
    asked = open_message(await connected.sent.document((await row_of(connected, question)).id)).message()
    assert asked.content["Fnr"] == residents(403, 1)[0].national_id
    assert "venter på svar" in words((await ida.get(path)).text)


async def test_the_list_is_asked_for_before_it_is_signed(connected: Rooms) -> None:
    """Where others have written it first: a list that replaces nothing would be refused."""
    path, ida = await stand(connected, "delt-tre"), connected.visitor("ida")
    (person,) = residents(404, 1)
    name = [{"family": person.family, "given": [person.given]}]
    await connected.put(
        {
            "resourceType": "Patient", "id": "delt-tre", "name": name,
            "identifier": [{"system": SERIES, "value": person.national_id}],
        }
    )  # fmt: skip
    page = (await ida.get(path)).text
    assert "Listen i reseptregisteret er ikke hentet" in words(page)
    asked = {**hidden(page.partition('class="row sm hub"')[2].partition("</form>")[0]), "gjor": "hent"}
    sent = await ida.post("/pasient/delt-tre/legemidler/delt", data=asked)
    assert sent.status_code == 303 and sent.headers["location"] == path
    assert "venter på svar" in words((await ida.get(path)).text)
    assert len(await to_hub(connected, "delt-tre", "ERM911")) == 1
