"""Notes: drafted, signed into journal, plan and next message at once, corrected, locked, removed, moved."""

import re
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from tests.web.conftest import Rooms
from tests.web.test_letters import shown
from tests.web.test_plan import form as plan_form

PATH = "/pasient/langnavn/notater"


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def blank(visitor: Any, path: str = PATH) -> dict[str, str]:
    page = (await visitor.get(f"{path}/nytt")).text
    return {"token": field(page, "token"), "notat": field(page, "notat")}


async def newest(visitor: Any, path: str = PATH) -> str:
    found = re.search(rf'href="{path}/([0-9a-f-]{{36}})"', (await visitor.get(path)).text)
    assert found
    return found[1]


async def test_one_entry_fills_journal_plan_and_next_message(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    plan = "/pasient/langnavn/plan"
    for act, more in (("problem", {"navn": "Hjertesvikt"}), ("mal", {"tekst": "Stabil vekt"})):
        page = (await ida.get(plan)).text
        problem = re.search(r'<option value="(Condition/[^"]+)"', page)
        sent = {**plan_form(page), **more, "problem": problem[1] if problem else ""}
        assert (await ida.post(f"{plan}/{act}", data=sent)).status_code == 303
    page = (await ida.get(f"{PATH}/nytt")).text
    problem, goal = (
        re.search(r'value="(Condition/[^"]+)"', page),
        re.search(r'value="([^"]+)">Stabil vekt', page),
    )
    assert problem and goal
    sent = {
        "token": field(page, "token"), "notat": field(page, "notat"), "observation": "Tyngre pust ved stell.",
        "assessment": "Kan være vann i kroppen.", "measure": "Veies daglig.", "evaluation": "Vekten har økt.",
        "problem": problem[1], "iplan": "ja", "tiltaksnavn": "Veie", "klokka": "07:45", "mal": goal[1],
        "utfall": "worsening", "melding": "ja", "gjor": "signer",
    }  # fmt: skip
    for missing in ({"tiltaksnavn": ""}, {"klokka": "tidlig"}, {"utfall": ""}, {"mal": ""}):
        answer = await ida.post(f"{PATH}/nytt", data={**sent, **missing})
        assert answer.status_code == 422 and "Tyngre pust ved stell." in answer.text
    answer = await ida.post(f"{PATH}/nytt", data=sent)
    assert answer.status_code == 303 and "signert-plan" in answer.headers["location"]
    assert (await ida.post(f"{PATH}/nytt", data=sent)).status_code == 303, "pressed twice is one note"
    told = shown((await ida.get(PATH)).text)
    assert (
        told.count("Tyngre pust ved stell.") == 1 and "Med i neste melding" in told and "Hjertesvikt" in told
    )
    said = shown((await ida.get(plan)).text)
    assert "Veie Hver dag kl. 07:45 · neste besøk" in said and "Dårligere. Vekten har økt." in said
    front = shown((await ida.get("/pasient/langnavn")).text)
    assert "Tyngre pust ved stell." in front
    message = await ida.get("/pasient/langnavn/ny-melding?type=HELSEOPPLYSNINGER&til=990202")
    if message.status_code == 200 and "Notater til neste melding" in message.text:
        assert "Tyngre pust ved stell." in message.text


async def test_a_draft_is_kept_and_seen_by_its_author_alone(rooms: Rooms) -> None:
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    path = "/pasient/tom/notater"
    sent = {**await blank(ida, path), "observation": "Halvferdig tanke"}
    for text in ("Halvferdig tanke", "Halvferdig tanke, og litt til"):
        kept = await ida.post(f"{path}/kladd", data={**sent, "observation": text})
        assert (kept.status_code, kept.headers["akson-draft"]) == (204, "kept")
    mine = (await ida.get(path)).text
    assert "Halvferdig tanke, og litt til" in mine and "Bare du ser dem." in mine
    assert (
        "Halvferdig" not in (await siri.get(path)).text
        and "Halvferdig" not in (await ida.get("/pasient/tom")).text
    )
    draft = re.search(r"kladd=([0-9a-f-]{36})", mine)
    assert draft
    assert (await siri.get(f"{path}/{draft[1]}")).status_code == 404
    again = (await ida.get(f"{path}/nytt?kladd={draft[1]}")).text
    assert "Halvferdig tanke, og litt til" in again
    done = {
        "token": sent["token"],
        "notat": field(again, "notat"),
        "observation": "Ferdig tanke",
        "gjor": "signer",
    }
    assert (await ida.post(f"{path}/nytt", data=done)).status_code == 303
    page = (await siri.get(path)).text
    assert "Ferdig tanke" in page and "Halvferdig" not in (await ida.get(path)).text


async def test_a_correction_keeps_what_stood_and_a_lock_ends_corrections(rooms: Rooms) -> None:
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    path = "/pasient/avdod/notater"
    assert (
        await ida.post(
            f"{path}/nytt",
            data={**await blank(ida, path), "observation": "Tok to tabletter", "gjor": "signer"},
        )
    ).status_code == 303
    id = await newest(ida, path)
    page = (await ida.get(f"{path}/{id}/rett")).text
    sent = {"token": field(page, "token"), "versjon": field(page, "versjon"), "observation": "Tok én tablett"}
    assert (await ida.post(f"{path}/{id}/rett", data=sent)).status_code == 422
    assert (await siri.get(f"{path}/{id}/rett")).status_code == 403
    assert (await ida.post(f"{path}/{id}/rett", data={**sent, "hvorfor": "Talte feil"})).status_code == 303
    assert (await ida.post(f"{path}/{id}/rett", data={**sent, "hvorfor": "Talte feil"})).status_code == 412
    seen = shown((await ida.get(f"{path}/{id}")).text)
    for words in (
        "Tok én tablett",
        "1 tidligere versjon",
        "Tok to tabletter",
        "Ida Nilsen · Rettet. Talte feil.",
        "§ 42",
    ):
        assert words in seen, words
    assert (
        await ida.post(f"{path}/{id}", data={"token": sent["token"], "versjon": "2", "gjor": "las"})
    ).status_code == 303
    assert (await ida.get(f"{path}/{id}/rett")).status_code == 403
    assert "Låst" in shown((await ida.get(path)).text)


async def test_a_note_in_the_wrong_record_is_moved_and_names_nobody(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    path = "/pasient/skurk/notater"
    data = {**await blank(ida, path), "observation": "Hører til i en annen journal", "gjor": "signer"}
    assert (await ida.post(f"{path}/nytt", data=data)).status_code == 303
    id = await newest(ida, path)
    base = {"token": data["token"], "versjon": "1"}
    found = await ida.post(f"{path}/{id}/flytt", data={**base, "sok": "Borte"})
    assert 'value="avdod"' in found.text
    assert (await ida.post(f"{path}/{id}/flytt", data={**base, "til": "avdod"})).status_code == 422
    hidden = await ida.post(f"{path}/{id}/flytt", data={**base, "til": "finnes-ikke", "hvorfor": "Feil"})
    assert hidden.status_code == 404
    moved = await ida.post(
        f"{path}/{id}/flytt", data={**base, "til": "avdod", "hvorfor": "Åpnet feil journal"}
    )
    assert moved.status_code == 303
    here, there = (await ida.get(path)).text, (await ida.get("/pasient/avdod/notater")).text
    assert "Hører til i en annen journal" not in here and "Flyttet til riktig journal, flyttenummer" in here
    assert (
        "Hører til i en annen journal" in there
        and "Flyttet hit fra feil journal" in there
        and "§ 44" in there
    )
    number = re.search(r"flyttenummer ([0-9a-f]{8})", here)
    assert number and number[1] in there and "Borte" not in here


async def test_a_removed_note_says_why_and_the_version_before_still_stands_in_the_record(
    rooms: Rooms,
) -> None:
    ida = rooms.visitor("ida")
    data = {**await blank(ida), "observation": "Skrevet ved en feil", "gjor": "signer"}
    assert (await ida.post(f"{PATH}/nytt", data=data)).status_code == 303
    id = await newest(ida)
    base = {"token": data["token"], "versjon": "1", "gjor": "fjern"}
    assert (await ida.post(f"{PATH}/{id}", data=base)).status_code == 422
    assert (await ida.post(f"{PATH}/{id}", data={**base, "hvorfor": "Skrevet to ganger"})).status_code == 303
    page = shown((await ida.get(PATH)).text)
    assert (
        "Skrevet ved en feil" not in page
        and "Fjernet fra journalen. Skrevet to ganger." in page
        and "§ 43" in page
    )
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    before = await session.vread("ClinicalImpression", id, 1)
    assert before.body and b"Skrevet ved en feil" in before.body


async def test_who_has_no_relation_gets_nothing(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    assert (await omar.get("/pasient/astrid/notater")).status_code == 404
    assert (await omar.get("/pasient/astrid/notater/nytt")).status_code == 404
    token = field((await omar.get("/innboks")).text, "token")
    sent = {"token": token, "notat": "x", "observation": "x", "gjor": "signer"}
    assert (await omar.post("/pasient/astrid/notater/nytt", data=sent)).status_code == 404
    assert (await omar.post("/pasient/astrid/notater/kladd", data=sent)).headers["akson-draft"] == "no"
