"""Målinger: typed, stopped, confirmed, saved with its items, corrected with both trails; for those who may alone."""

import re
import uuid

from tests.web.conftest import Rooms
from tests.web.test_letters import shown

WHO = "langnavn"
PATH = f"/pasient/{WHO}/maalinger"
GRAVE = {
    "resp": "26",
    "spo2": "91",
    "o2": "L",
    "sys": "100",
    "dia": "60",
    "puls": "112",
    "acvpu": "A",
    "temp": "38,4",
}


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def form(ida, path: str = PATH) -> dict[str, str]:  # type: ignore[no-untyped-def]
    page = (await ida.get(path)).text
    return {"token": field(page, "token"), "id": field(page, "id")}


async def test_a_full_news2_is_saved_in_one_commit_with_advice_and_an_item(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    sent = {**await form(ida), **GRAVE}
    answer = await ida.post(PATH, data=sent)
    assert answer.status_code == 303 and answer.headers["akson-typed"] == "8"
    page = (await ida.get(answer.headers["location"])).text
    said = shown(page)
    for words in ("NEWS2 11 – akutt, lege straks", "Varsle lege straks: akutt vurdering.", "Varsle lege",
                  "Oppgave i innboksen: NEWS2 11.", "kontinuerlig"):  # fmt: skip
        assert words in said, words
    again = await ida.post(PATH, data=sent)
    assert again.status_code == 303, "pressed twice is one set"
    assert (await ida.get(PATH)).text.count("NEWS2 11</span>") == 1
    front = shown((await ida.get(f"/pasient/{WHO}")).text)
    assert "NEWS2 11" in front and "Varsle lege straks" in front


async def test_what_cannot_be_stops_and_keeps_what_was_typed(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    answer = await ida.post(PATH, data={**await form(ida), **GRAVE, "spo2": "930"})
    said = shown(answer.text)
    assert answer.status_code == 422 and "SpO₂ 930 er utenfor 50–100 %. Sjekk verdien." in said
    assert field(answer.text, "resp") == "26"


async def test_what_is_rare_is_asked_about_once_and_for_those_values(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    sent = {**await form(ida), "puls": "190"}
    asked = await ida.post(PATH, data=sent)
    assert asked.status_code == 422 and "Puls 190 /min er uvanlig. Stemmer det?" in shown(asked.text)
    confirmed = field(asked.text, "bekreft")
    assert (await ida.post(PATH, data={**sent, "puls": "195", "bekreft": confirmed})).status_code == 422
    assert (await ida.post(PATH, data={**sent, "bekreft": confirmed})).status_code == 303


async def test_nothing_typed_saves_nothing(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    answer = await ida.post(PATH, data=await form(ida))
    assert answer.status_code == 422 and "Skriv minst én måling før du lagrer." in shown(answer.text)


async def test_a_limit_that_is_passed_gives_one_item_however_often(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    base = await form(ida)
    assert (await ida.post(f"{PATH}/grense", data={**base, "felt": "vekt", "hoy": "70"})).status_code == 422
    set_to = await ida.post(
        f"{PATH}/grense", data={**base, "felt": "vekt", "hoy": "70", "bestemt": "Grete Lund"}
    )
    assert set_to.status_code == 303
    for weight in ("71", "72"):
        assert (await ida.post(PATH, data={**await form(ida), "vekt": weight})).status_code == 303
    inbox = shown((await ida.get("/innboks")).text)
    assert "Vekt 71 kg, over grensen 70 kg." in inbox and "Vekt 72 kg" not in inbox
    page = (await ida.get(PATH)).text
    assert "høyst 70 kg" in shown(page) and "bestemt av Grete Lund" in shown(page)
    limit = field(page, "grense")
    assert (await ida.post(f"{PATH}/grense/fjern", data={**base, "grense": limit})).status_code == 303
    assert "høyst 70 kg" not in shown((await ida.get(PATH)).text)


async def test_scale_two_says_who_decided_it(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    base = await form(ida, "/pasient/tom/maalinger")
    path = "/pasient/tom/maalinger/skala"
    assert (await ida.post(path, data={**base, "skala": "2"})).status_code == 422
    assert (await ida.post(path, data={**base, "skala": "2", "bestemt": "Grete Lund"})).status_code == 303
    page = (await ida.get("/pasient/tom/maalinger")).text
    assert "bestemt av Grete Lund" in shown(page) and "83:3 85:2 87:1 :0|" in page
    back = await ida.post(path, data={**base, "id": str(uuid.uuid4()), "skala": "1", "bestemt": "Grete Lund"})
    assert back.status_code == 303 and "83:3" not in (await ida.get("/pasient/tom/maalinger")).text


async def test_a_correction_keeps_both_trails_and_counts_again(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    path = "/pasient/avdod/maalinger"
    await ida.post(path, data={**await form(ida, path), **GRAVE})
    page = (await ida.get(path)).text
    link = re.search(r'href="(/pasient/avdod/maalinger\?rett=[^"]*felt=resp)#rett"', page)
    assert link, "each value can be corrected"
    fix = (await ida.get(link[1].replace("&amp;", "&"))).text
    part = fix.split('id="rett"', 1)[1].split("</section>", 1)[0]
    sent = {n: field(part, n) for n in ("token", "id", "versjon", "felt")}
    assert (await ida.post(f"{path}/rett", data={**sent, "verdi": "16", "gjor": "rett"})).status_code == 422
    done = await ida.post(
        f"{path}/rett", data={**sent, "verdi": "16", "hvorfor": "Skrev feil", "gjor": "rett"}
    )
    assert done.status_code == 303
    said = shown((await ida.get(path)).text)
    assert "Ida Nilsen · Respirasjon rettet fra 26 til 16. Begrunnelse: Skrev feil" in said
    assert "NEWS2 8" in said, "three points fewer"
    late = await ida.post(f"{path}/rett", data={**sent, "hvorfor": "Feil pasient", "gjor": "trekk"})
    assert late.status_code == 412 or late.status_code == 409
    gone = await ida.post(
        f"{path}/rett", data={**sent, "versjon": "2", "hvorfor": "Feil pasient", "gjor": "trekk"}
    )
    assert gone.status_code == 303
    after = (await ida.get(path)).text
    assert "<del>16 /min</del>" in after and "Trukket tilbake. Begrunnelse: Feil pasient" in shown(after)


async def test_who_has_no_relation_gets_nothing_and_who_sees_no_health_data_is_told_so(rooms: Rooms) -> None:
    omar, kari = rooms.visitor("omar"), rooms.visitor("kari")
    assert (await omar.get("/pasient/astrid/maalinger")).status_code == 404
    ida = rooms.visitor("ida")
    token = field((await omar.get("/innboks")).text, "token")
    before = (await ida.get("/pasient/astrid/maalinger")).text.count('class="value-name"')
    assert (await omar.post("/pasient/astrid/maalinger", data={"token": token, **GRAVE})).status_code == 404
    assert (await ida.get("/pasient/astrid/maalinger")).text.count('class="value-name"') == before
    page = await kari.get("/pasient/astrid/maalinger")
    assert page.status_code == 404 or "Målinger vises ikke for rollen din." in shown(page.text)
