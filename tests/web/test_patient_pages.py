"""The patient's pages: what Ida sees, what Omar does not, and what each role may know."""

import html
import re

import pytest

from tests.web.conftest import Rooms
from tests.web.stage import LONG

PAGES = ("", "/meldinger", "/tilgangslogg")


def words(page: str) -> str:
    """The text of a page as it is read."""
    body = page.split("<main", 1)[-1]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


async def test_ida_sees_who_astrid_is_what_is_dangerous_and_what_is_new(rooms: Rooms) -> None:
    page = (await rooms.visitor("ida").get("/pasient/astrid")).text
    for told in (
        "Bakken,", "kvinne", "84 år", "128542 00281", "Allergi: penicillin – anafylaksi", "Blodfortynnende: apiksaban",
        "Innlagt på Havnes sykehus HF i", "Innlagt på sykehus", "Hjertesvikt", "Furosemid", "NEWS2 5", "Fallrisiko",
        "Oppslaget logges og vises for pasienten",
    ):  # fmt: skip
        assert told in page, told


async def test_a_letter_after_g_leads_to_one_place(rooms: Rooms) -> None:
    page = (await rooms.visitor("ida").get("/pasient/astrid")).text
    letters = re.findall(r'data-go="([^"]+)"', page)
    assert len(letters) > 15 and len(letters) == len(set(letters)), sorted(letters)


async def test_hidden_and_missing_are_the_same_page(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    for page in PAGES:
        hidden = await omar.get(f"/pasient/astrid{page}")
        missing = await omar.get(f"/pasient/finnes-ikke{page}")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content
        assert dict(hidden.headers) == dict(missing.headers)
    assert "Vi finner ikke pasienten, eller du har ikke tilgang." in hidden.text
    assert 'href="/tilgang"' in hidden.text and "Bakken" not in hidden.text


@pytest.mark.parametrize("asked", ["Astrid", "Bakken", "Bakken, Astrid", "12.05.1942", "Astrid 1942-05-12"])
async def test_omar_does_not_find_astrid_and_ida_does(rooms: Rooms, asked: str) -> None:
    hers = await rooms.visitor("ida").get("/sok", params={"q": asked})
    his = await rooms.visitor("omar").get("/sok", params={"q": asked})
    assert "/pasient/astrid" in hers.text
    assert "/pasient/astrid" not in his.text and f"Ingen treff på «{asked}»." in html.unescape(his.text)


async def test_a_national_id_is_found_without_standing_in_an_address(rooms: Rooms) -> None:
    for who, goal in (("ida", "/pasient/astrid"), ("omar", None)):
        visitor = rooms.visitor(who)
        token = (await visitor.get("/sok")).text.split('name="token" value="', 1)[1].split('"', 1)[0]
        answer = await visitor.post("/sok", data={"token": token, "q": "128542 00281"})
        assert answer.headers.get("location") == goal
        assert goal or "Ingen treff" in answer.text


@pytest.mark.parametrize(
    "asked", ["\x00", "a\x00b", "%", "_", "'; drop table x; --", "\\", "*", "ß", "a" * 5000, "99.99.2026"]
)
async def test_no_search_text_breaks_the_page(rooms: Rooms, asked: str) -> None:
    answer = await rooms.visitor("ida").get("/sok", params={"q": asked})
    assert answer.status_code == 200


async def test_words_of_others_are_shown_as_text(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    for path in (
        "/pasient/skurk",
        "/pasient/skurk/meldinger",
        "/pasient/skurk/tilgangslogg",
        "/innboks",
        "/sok?q=%3Cscript",
    ):
        answer = await ida.get(path)
        assert answer.status_code == 200
        assert not re.findall(r"<script(?! src=)|<img|<svg onload|<b>", answer.text), path
        assert "&lt;script&gt;" in answer.text, path
    assert "{{ 7 * 7 }}" in (await ida.get("/pasient/skurk/meldinger")).text


async def test_what_is_not_known_is_said_or_left_out(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    empty = words((await ida.get("/pasient/tom")).text)
    assert "Ingen legemidler er registrert. Det betyr ikke at pasienten ikke bruker noen." in empty
    assert "Ingen målinger ennå." in empty and "None" not in empty
    page = (await ida.get("/pasient/tom")).text
    assert "Uten navn" in page and "Allergier: ikke registrert" in page
    dead = (await ida.get("/pasient/avdod")).text
    assert "Død 07.11.2026" in dead and "1930" in dead
    assert LONG in (await ida.get("/pasient/langnavn")).text


async def test_a_caseworker_is_told_that_health_data_are_not_shown(rooms: Rooms) -> None:
    """Hidden must not read as «there is none», and her visit is no refused attempt."""
    await rooms.put(_case_of_kari())
    kari, astrid = rooms.visitor("kari"), rooms.visitor("astrid")
    page = (await kari.get("/pasient/astrid")).text
    assert "Helseopplysninger vises ikke" in page
    for kept in (
        "Furosemid",
        "penicillin",
        "apiksaban",
        "Hjertesvikt",
        "NEWS2",
        "Ingen legemidler",
        "ikke registrert",
    ):
        assert kept not in page, kept
    log = words((await astrid.get("/min/tilgangslogg")).text)
    assert "Kari Moen saksbehandler, Saksbehandling Så i journalen" in log


def _case_of_kari() -> dict:
    return {
        "resourceType": "EpisodeOfCare",
        "id": "astrid-sak",
        "status": "active",
        "patient": {"reference": "Patient/astrid"},
        "managingOrganization": {"reference": "Organization/storvik-saksbehandling"},
        "period": {"start": "2026-01-03"},
    }


@pytest.mark.parametrize("who", ["arne", "mats", "per"])
async def test_roles_without_duty_see_no_record(rooms: Rooms, who: str) -> None:
    visitor = rooms.visitor(who)
    assert (await visitor.get("/pasient/astrid")).status_code == 404
    assert (await visitor.get("/pasient/astrid/meldinger")).status_code == 404
    assert "/pasient/astrid" not in (await visitor.get("/sok?q=Astrid")).text
    assert (await visitor.get("/innboks")).status_code == 200


async def test_staff_and_citizens_have_each_their_pages(rooms: Rooms) -> None:
    assert (await rooms.visitor("astrid").get("/innboks")).status_code == 403
    assert (await rooms.visitor("astrid").get("/pasient/astrid")).status_code == 403
    assert (await rooms.visitor("ida").get("/min")).status_code == 403
