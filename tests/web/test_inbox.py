"""The inbox: what presses first, responsibility that moves once, and nothing that vanishes."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from tests.web.conftest import Rooms
from tests.web.stage import admission, helped, task
from tests.web.test_patient_pages import words


def form(page: str, id: str) -> dict[str, str]:
    """The fields of the first form of an item."""
    item = page.split(f'id="item-{id}"', 1)[1]
    return {
        "token": re.findall(r'name="token" value="([^"]+)"', item)[0],
        "versjon": re.findall(r'name="versjon" value="([^"]+)"', item)[0],
    }


async def test_the_admission_stands_first_with_its_owner(rooms: Rooms) -> None:
    read = words((await rooms.visitor("ida").get("/innboks")).text)
    assert read.index("Haster") < read.index("Innlagt på sykehus") < read.index("Kan vente")
    told = read[read.index("Innlagt på sykehus") :]
    assert "Bakken, Astrid" in told and "Fra Havnes sykehus HF" in told and "Hjemmetjenesten Øst" in told


async def test_another_unit_does_not_see_it(rooms: Rooms) -> None:
    page = (await rooms.visitor("omar").get("/innboks")).text
    assert "Bakken, Astrid" not in page and "innlagt-oppgave" not in page


async def test_responsibility_is_taken_once_and_told_to_the_one_who_came_second(rooms: Rooms) -> None:
    await rooms.put(task("en-av-to", "astrid", description="Ringe datteren"))
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    hers, other = (await ida.get("/innboks")).text, (await siri.get("/innboks")).text
    path = "/innboks/en-av-to/ta-ansvar"
    answers = await asyncio.gather(
        ida.post(path, data=form(hers, "en-av-to")), siri.post(path, data=form(other, "en-av-to"))
    )
    taken = [a for a in answers if a.status_code == 303]
    late = [a for a in answers if a.status_code != 303]
    assert len(taken) == len(late) == 1 and "Noen andre var først" in late[0].text


async def test_done_is_kept_for_a_day_and_can_be_opened_again(rooms: Rooms) -> None:
    await rooms.put(task("ferdig-snart", "astrid", description="Bestille time"))
    ida = rooms.visitor("ida")
    page = (await ida.get("/innboks")).text
    await ida.post("/innboks/ferdig-snart/ta-ansvar", data=form(page, "ferdig-snart"))
    page = (await ida.get("/innboks")).text
    answer = await ida.post("/innboks/ferdig-snart/ferdig", data=form(page, "ferdig-snart"))
    assert answer.headers["location"] == "/innboks?sagt=ferdig"
    page = (await ida.get("/innboks")).text
    assert 'id="item-ferdig-snart"' not in page and "/innboks/ferdig-snart/apne-igjen" in page


async def test_an_act_answers_htmx_with_the_list_and_the_new_count(rooms: Rooms) -> None:
    await rooms.put(task("med-htmx", "astrid"))
    ida = rooms.visitor("ida")
    page = (await ida.get("/innboks")).text
    answer = await ida.post(
        "/innboks/med-htmx/ta-ansvar", data=form(page, "med-htmx"), headers={"hx-request": "true"}
    )
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "Du har tatt ansvar." in answer.text and 'hx-swap-oob="true"' in answer.text


async def test_nobody_takes_what_is_not_theirs(rooms: Rooms) -> None:
    await rooms.put(task("ikke-omars", "astrid"))
    omar = rooms.visitor("omar")
    token = re.findall(r'name="token" value="([^"]+)"', (await omar.get("/innboks")).text)[0]
    answers = [
        await omar.post(f"/innboks/{id}/ta-ansvar", data={"token": token, "versjon": "1"})
        for id in ("ikke-omars", "finnes-ikke")
    ]
    for answer in answers:
        assert "Du kan ikke endre denne" in answer.text and "Bakken" not in answer.text
    wrong = await omar.post("/innboks/ikke-omars/slett", data={"token": token, "versjon": "1"})
    assert wrong.status_code == 400 and "AKS-WEB-020" in wrong.text


async def test_the_message_officer_sees_whom_an_unmatched_message_is_about(rooms: Rooms) -> None:
    unmatched = task("uten-pasient", "x", code="match-patient", owner={"reference": "Organization/storvik"})
    del unmatched["for"]
    told = [{"type": {"text": "Navn"}, "valueString": "Kåre Ukjent"}]
    await rooms.put({**unmatched, "description": "Innlagt på sykehus, fra Havnes.", "input": told})
    read = words((await rooms.visitor("mats").get("/innboks")).text)
    assert "Innlagt på sykehus, fra Havnes. Navn: Kåre Ukjent" in read and "Uten pasient" in read


async def test_the_gravest_is_shown_however_long_the_list_is(rooms: Rooms) -> None:
    """A page of a search is no place to stop: the one that matters may stand on the next."""
    unit = {"reference": "Organization/storvik-sykehjem", "display": "Storvik sykehjem"}
    far = datetime.now(UTC) + timedelta(days=9)
    many = [
        task(f"lang-{n:03}", "tom", owner={"reference": "Practitioner/nadia"}, at=far) for n in range(130)
    ]
    grave = [
        {**r, "owner": {"reference": "Practitioner/nadia"}} if r["resourceType"] == "Task" else r
        for r in admission(datetime.now(UTC), "tom", "zzz")
    ]
    await rooms.put(*many, *grave, helped("tom") | {"id": "tom-lege", "managingOrganization": unit})
    page = (await rooms.visitor("nadia").get("/innboks")).text
    read = words(page)
    assert page.count("data-row") == 131
    assert read.index("Innlagt på sykehus") < read.index("Kan vente")
    assert '<span class="count" id="waiting">131' in page
