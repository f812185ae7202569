"""«Ny melding»: Ida writes the report on Astrid, sees where each part came from, and sends it once."""

import html
import re
from typing import Any

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.codec import json
from akson.fhir.search.parsing import parse
from tests.web.conftest import Rooms

PATH = "/pasient/astrid/ny-melding"
REPORT = {"type": "INNLEGGELSESRAPPORT", "til": "990202"}


def form(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.rsplit("<form", 1)[-1])
    )


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1])).split())


async def sent(rooms: Rooms) -> list[Any]:
    query = parse("Communication", [("patient", "Patient/astrid"), ("_count", "200")])
    found = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).search(query)
    return [c for v in found.matches if v.body and "identifier" in (c := json.parse(v.body))]


async def page(ida: httpx.AsyncClient, **asked: str) -> str:
    answer = await ida.get(PATH, params=asked)
    assert answer.status_code == 200
    return answer.text


async def test_she_chooses_what_and_to_whom(rooms: Rooms) -> None:
    chosen = words(await page(rooms.visitor("ida")))
    assert "Innleggelsesrapport" in chosen and "Havnes sykehus HF, PLO innleggelse somatikk" in chosen
    assert "Hjemmetjenesten Vest" not in chosen, "own units are no receivers"
    assert "Svar på forespørsel" not in chosen, "nothing is answered"


async def test_the_record_fills_it_in_and_says_what_is_missing(rooms: Rooms) -> None:
    shown = words(await page(rooms.visitor("ida"), **REPORT))
    for told in (
        "Hjertesvikt", "fra problemlisten", "Furosemid", "Penicillin", "Helsetjenester i hjemmet", "fra vedtak",
        "Mangler: Årsak til innleggelse. Skriv under «Årsak til innleggelse».",
        "Storvik kommune, Sykepleietjeneste",
    ):  # fmt: skip
        assert told in shown, told


async def test_it_is_sent_once_and_its_state_follows_receipts(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    given = {**form(await page(ida, **REPORT)), "felt-reason": "Falt <i>i går</i>.", "gjor": "send"}
    held = await ida.post(PATH, data=given)
    assert held.status_code == 422 and "Meldingen er ikke sendt" in held.text
    assert "Falt &lt;i&gt;i går&lt;/i&gt;." in held.text and form(held.text)["id"] == given["id"]
    before = len(await sent(rooms))
    whole = {**given, "felt-summary": "Går med rullator."}
    answers = [await ida.post(PATH, data=whole) for _ in range(2)]
    assert {a.status_code for a in answers} == {303} and len({a.headers["location"] for a in answers}) == 1
    assert len(await sent(rooms)) == before + 1
    messages = words((await ida.get("/pasient/astrid/meldinger")).text)
    assert "I kø" in messages or "Kladd" in messages
    await rooms.outbox.promote()
    row = given["id"]
    told = await rooms.outbox.received_receipt(
        b"<ok/>", receipt_id="r", msg_id=row, sender="990202", status="1"
    )
    assert told == "first"
    assert "Bekreftet av mottaker" in words((await ida.get("/pasient/astrid/meldinger")).text)


async def test_what_was_sent_is_changed_and_cancelled(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    first = {
        **form(await page(ida, **REPORT)),
        "felt-reason": "Feber.",
        "felt-summary": "Sliten.",
        "gjor": "send",
    }
    id = (await ida.post(PATH, data=first)).headers["location"].partition("#m-")[2]
    listed = (await ida.get("/pasient/astrid/meldinger")).text
    assert f"svar={id}&amp;gjor=endre" in listed and f"svar={id}&amp;gjor=kanseller" in listed
    shown = await page(ida, svar=id, gjor="endre")
    assert "Endring: Innleggelsesrapport" in shown and ">Feber.</textarea>" in shown, "what was typed stands"
    changed = {**form(shown), "felt-reason": "Feber.", "felt-summary": "Bedre.", "gjor": "send"}
    assert (await ida.post(PATH, data=changed)).status_code == 303
    gone = await page(ida, svar=id, gjor="kanseller")
    assert "Kansellering: Innleggelsesrapport" in gone
    assert (await ida.post(PATH, data={**form(gone), "gjor": "send"})).status_code == 303
    titles = [json.parse(json.encode(c))["category"][0].get("text", "") for c in await sent(rooms)]
    assert any(title.startswith("Kansellert") for title in titles)


async def test_who_may_not_see_her_writes_nothing(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    for asked in ({}, REPORT):
        hidden = await omar.get(PATH, params=asked)
        missing = await omar.get("/pasient/finnes-ikke/ny-melding", params=asked)
        assert hidden.status_code == missing.status_code == 404 and hidden.content == missing.content


async def test_odd_addresses_give_pages_and_no_message(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    for asked in (
        {"type": "NO_SUCH", "til": "990202"},
        {**REPORT, "til": "1"},
        {**REPORT, "til": "x" * 500},
        {"svar": "finnes-ikke"},
    ):
        answer = await ida.get(PATH, params=asked)
        assert answer.status_code in (404, 422, 400), asked
