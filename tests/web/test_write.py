"""«Ny melding»: Ida writes the report on Astrid, sees where each part came from, and sends it once."""

import html
import re
from typing import Any

import httpx
import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.exchange.building.recipes import may_answer
from akson.exchange.opening import open_message
from akson.fhir.codec import json
from akson.fhir.search.parsing import parse
from akson.store.outbox_rows import Asked
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


PDF, PNG = b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def all_fields(shown: str, type: str) -> dict[str, str]:
    """Every box of the page filled in, as a person would."""
    given = form(shown)
    for name, choice in re.findall(
        r'<select[^>]*name="felt-(\w+)">.*?<option value="([^"]+)"', shown, re.DOTALL
    ):
        given[f"felt-{name}"] = choice
    for name in re.findall(r'<textarea[^>]*name="felt-(\w+)"', shown):
        given[f"felt-{name}"] = f"Fra {type}: {name}."
    for name, kind in re.findall(r'<input[^>]*name="felt-(\w+)" type="([\w-]+)"', shown):
        given[f"felt-{name}"] = {"date": "2026-12-01", "datetime-local": "2026-11-26T04:30"}.get(kind, name)
    return {**given, "gjor": "send", "bekreft": "ja"}


@pytest.mark.parametrize("type", may_answer(""))
async def test_every_type_is_sent_by_hand_with_a_copy_and_a_file(rooms: Rooms, type: str) -> None:
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, type=type, til="990202"), type)
    answer = await ida.post(
        PATH, data={**given, "ny-kopi": "990301"}, files=[("filer", ("Sårbilde.png", PNG, "image/png"))]
    )
    assert answer.status_code == 303, words(answer.text)
    rows = await rooms.sent.listed(Asked(msg_id=given["id"]))
    assert sorted(row.receiver for row in rows) == ["990202", "990301"], "each receiver has a row of its own"
    assert [row.copy for row in sorted(rows, key=lambda r: r.receiver)] == [False, True]
    opened = open_message(await rooms.sent.document(rows[0].id))
    assert not opened.faults and opened.message().type.code == type
    assert opened.envelope is not None
    assert [(a.description, a.mime_type, a.data) for a in opened.envelope.attachments] == [
        ("Sårbilde.png", "image/png", PNG)
    ]
    id = answer.headers["location"].partition("#m-")[2]
    shown = await ida.get(f"/pasient/astrid/meldinger/{id}")
    assert "Sårbilde.png" in shown.text and "Kopimottaker" in shown.text
    kept = await ida.get(f"/pasient/astrid/meldinger/{id}/vedlegg/1")
    assert kept.content == PNG and kept.headers["content-type"] == "image/png"


async def test_files_stay_chosen_until_it_is_sent_and_go_when_she_says_so(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, **REPORT), "x") | {"gjor": "se"}
    files = [("filer", ("a.pdf", PDF, "application/pdf")), ("filer", ("b.png", PNG, "image/png"))]
    looked = (await ida.post(PATH, data=given, files=files)).text
    assert "a.pdf (PDF, 14 byte)" in looked and "b.png (PNG-bilde, 72 byte)" in looked
    carried = dict(re.findall(r'name="(vedlagt-\d)" value="([^"]*)"', looked))
    again = {**given, **carried, "behold-2": "ja", "gjor": "send"}
    answer = await ida.post(PATH, data=again, files=[("filer", ("", b"", "application/octet-stream"))])
    assert answer.status_code == 303
    id = answer.headers["location"].partition("#m-")[2]
    assert files_of(await sent(rooms), id) == ["b.png"]


def files_of(found: list[Any], id: str) -> list[str]:
    [one] = [c for c in found if c["id"] == id]
    return [p["contentAttachment"]["title"] for p in one["payload"] if "contentAttachment" in p]


HOSTILE = (
    # name, declared type, bytes, what she is told
    ("makro.docm", "application/vnd.ms-word", b"PK", "er ikke PDF, JPEG eller PNG"),
    ("epikrise.pdf", "application/pdf", b"MZ\x90", "er ikke PDF, selv om det heter det"),
    ("side.png", "image/png", b"<html><script>", "er ikke PNG-bilde, selv om det heter det"),
    ("tom.pdf", "application/pdf", b"", "er tomt"),
    ("stor.pdf", "application/pdf", PDF + b"0" * 4_000_000, "er større enn 4 MB"),
    ("<img src=x onerror=alert(1)>.svg", "image/svg+xml", b"<svg/>", "er ikke PDF, JPEG eller PNG"),
)


@pytest.mark.parametrize(("name", "type", "data", "told"), HOSTILE, ids=[h[0] for h in HOSTILE])
async def test_what_is_not_a_file_of_its_kind_is_told_and_never_sent(
    rooms: Rooms, name: str, type: str, data: bytes, told: str
) -> None:
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, **REPORT), "x")
    held = await ida.post(PATH, data=given, files=[("filer", (name, data, type))])
    assert held.status_code == 422 and told in words(held.text) and "<img" not in held.text
    assert not await rooms.sent.listed(Asked(msg_id=given["id"]))
    assert not re.search(r'name="behold-1" value="ja" checked', held.text), "the next press leaves it out"


async def test_too_much_of_it_is_a_page_that_says_so(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, **REPORT), "x")
    huge = await ida.post(
        PATH, data=given, files=[("filer", ("a.pdf", b"0" * (25 << 20), "application/pdf"))]
    )
    assert huge.status_code == 413 and "Vedleggene er for store" in huge.text
    odd = {**given, "vedlagt-1": "a|b|c|d", "behold-1": "ja"}
    assert (await ida.post(PATH, data=odd)).status_code == 400
    alien = await ida.post(
        PATH, data={**given, "token": "x"}, files=[("filer", ("a.pdf", PDF, "application/pdf"))]
    )
    assert alien.status_code == 403


@pytest.mark.parametrize("charset", ["undefined", "\x00", "unicode_escape", "no-such", "utf-16"])
async def test_a_form_in_an_odd_charset_is_a_page_that_says_so(rooms: Rooms, charset: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n\\ud800\r\n--x--'
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answered = await rooms.visitor("ida").post(PATH, content=part, headers={"content-type": kind})
    assert answered.status_code in (400, 403), answered.text
