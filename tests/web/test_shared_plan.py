"""Delt plan and Planen: staff and citizen write, two disagree and one chooses, a partner is taken out."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import CAST
from akson.sharing.plan import editing, keeping
from akson.sharing.plan.editing import By
from akson.sharing.plan.joining import joined
from akson.sharing.plan.operation import Author, Kind
from tests.record.conftest import power_of_attorney
from tests.web.conftest import Rooms
from tests.web.stage import helped
from tests.web.test_letters import shown

HER = "per-plan"
PATH = f"/pasient/{HER}/delt-plan"
GP = "200200676"
PER = replace(CAST["astrid"], id="per-plan", name="Per Plan", reference=f"Patient/{HER}")


def visitor(rooms: Rooms, actor: Actor) -> httpx.AsyncClient:
    client = rooms.visitor("ida")
    client.cookies = httpx.Cookies({"akson": rooms.sessions.start(actor)})
    return client


def herself(rooms: Rooms) -> httpx.AsyncClient:
    return visitor(rooms, PER)


def form(page: str, action: str, at: int = 0) -> dict[str, str]:
    """The hidden fields of a form on the page."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.S)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[at]))


def containing(page: str, action: str, words: str) -> dict[str, str]:
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.S)
    (found,) = [f for f in forms if words in f]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found))


async def test_from_an_empty_page_to_a_plan_that_citizen_and_staff_write(rooms: Rooms) -> None:
    await rooms.put(
        {
            "resourceType": "Patient",
            "id": HER,
            "birthDate": "1950-05-05",
            "name": [{"family": "Plan", "given": ["Per"]}],
        },
        helped(HER),
        power_of_attorney(HER, "RelatedPerson/marit"),
    )
    ida, astrid = rooms.visitor("ida"), herself(rooms)
    page = (await ida.get(PATH)).text
    assert "Ingen delt plan ennå." in shown(page) and "Ingen plan ennå" in shown(
        (await astrid.get("/min/plan")).text
    )
    start = {**form(page, f"{PATH}/start"), "sted": "central"}
    assert (await ida.post(f"{PATH}/start", data=start)).status_code == 303
    assert (await ida.post(f"{PATH}/start", data=start)).status_code == 303, "pressed twice is one act"
    page = (await ida.get(PATH)).text
    zone = {
        **containing(page, PATH, 'name="farge" required'),
        "farge": "yellow",
        "tegn": "Mer tungpusten",
        "handling": "Ring oss",
    }
    assert (await ida.post(PATH, data={**zone, "saturation-til": "90"})).status_code == 303
    page = (await ida.get(PATH)).text
    assert "SpO₂ 90 eller mindre" in shown(page) and "Ida Nilsen, Storvik kommune" in shown(page)
    bad = {**containing(page, PATH, "new-measure"), "slag": "measure", "tekst": "Veie", "klokka": "morgen"}
    answer = await ida.post(PATH, data=bad)
    assert answer.status_code == 422 and "Ingenting er lagret." in shown(answer.text)
    measure = {**containing(page, PATH, "new-measure"), "tekst": "Veie", "klokka": "23:58", "minutter": "15"}
    assert (await ida.post(PATH, data=measure)).status_code == 303
    assert "Veie" in shown((await ida.get("/i-dag")).text), "it has become a visit"
    mine = (await astrid.get("/min/plan")).text
    day = {**form(mine, "/min/plan/dag"), "farge": "yellow", "tekst": "Hoven i beina"}
    assert (await astrid.post("/min/plan/dag", data=day)).status_code == 303
    told = shown((await astrid.get("/min/plan?sagt=dag")).text)
    assert "Gjør dette: Ring oss" in told and "Takk." in told
    word = {**form(mine, "/min/plan/kommentar"), "tekst": "Kan dere komme tidligere?"}
    assert (await astrid.post("/min/plan/kommentar", data=word)).status_code == 303
    page = shown((await ida.get(PATH)).text)
    assert "Hoven i beina" in page and "Kan dere komme tidligere?" in page
    marit = visitor(rooms, replace(CAST["marit"], id="marit-per", on_behalf_of=(f"Patient/{HER}",)))
    hers = (await marit.get("/min/plan")).text
    assert "Veie" in shown(hers) and "/min/plan/dag" not in hers
    assert (
        await marit.post("/min/plan/dag", data={**day, "token": form(hers, "/logg-ut").get("token", "")})
    ).status_code in (403, 404)
    await _disagreement(rooms)


async def test_a_measure_becomes_visits_and_changes_with_the_plan(rooms: Rooms) -> None:
    ida, path = rooms.visitor("ida"), "/pasient/deler/delt-plan"
    await rooms.put(
        {"resourceType": "Patient", "id": "deler", "name": [{"family": "Deler"}]}, helped("deler")
    )
    start = {**form((await ida.get(path)).text, f"{path}/start"), "sted": "federated"}
    assert (await ida.post(f"{path}/start", data=start)).status_code == 303
    page = (await ida.get(path)).text
    measure = {
        **containing(page, path, "new-measure"),
        "tekst": "Lytte på lungene",
        "klokka": "23:58",
        "minutter": "15",
    }
    assert (await ida.post(path, data=measure)).status_code == 303
    assert "Lytte på lungene" in shown((await ida.get("/i-dag")).text)
    beside = (await ida.get("/pasient/deler/plan")).text
    assert "I delt plan" in shown(beside) and "/plan/tiltak/avslutt" not in beside
    page = (await ida.get(path)).text
    away = containing(page, path, 'name="bort"')
    assert (await ida.post(path, data=away)).status_code == 303
    assert "Lytte på lungene" not in shown((await ida.get(path)).text)
    visits = await ida.get("/i-dag")
    assert "23:58" not in shown(visits.text) or "avlyst" in shown(visits.text).lower()


async def _disagreement(rooms: Rooms) -> None:
    """The GP's office writes upon the same version as Ida; both stand until she has chosen by a key."""
    ida, astrid = rooms.visitor("ida"), herself(rooms)
    page = (await ida.get(PATH)).text
    invite = {
        **form(page, f"{PATH}/inviter"),
        "navn": "Torget legesenter",
        "nummer": GP,
        "del-zone": "ja",
        "del-goal": "ja",
    }
    assert "Pasienten må ha samtykket" in shown((await ida.post(f"{PATH}/inviter", data=invite)).text)
    assert (await ida.post(f"{PATH}/inviter", data={**invite, "samtykke": "ja"})).status_code == 303
    page = (await ida.get(PATH)).text
    seen = re.search(r'data-version="([^"]+)" data-silent="(\d+)"', page)
    assert seen and "Torget legesenter" in shown(page)
    asked = f"{PATH}/nytt?sett={seen[1]}&tause={seen[2]}"
    log = rooms.record.open(PER, PurposeOfUse.PATIENT_REQUEST)
    before = len(await log.access_log(HER, count=500))
    assert (await ida.get(asked)).status_code == 204
    assert len(await log.access_log(HER, count=500)) == before + 1, "only the reading of the log itself"
    mine = containing(page, PATH, 'name="farge" value="yellow"')
    system = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    plan = joined(await keeping.operations(system, HER))
    grete = Author("9900003", "Grete Lund", "gp", GP, "Torget legesenter")
    theirs = By(grete, GP, datetime.now(UTC), "0e0e0e0e-0000-4000-8000-000000000001")
    content = {"colour": "yellow", "signs": "Hevelse", "do": "Ta 40 mg ekstra"}
    made = editing.edited(plan, "", Kind.ZONE, content, theirs)
    await keeping.take_in(system, HER, [made], {"display": "Øst"})
    assert (await ida.get(asked)).status_code == 200
    assert (
        await ida.post(PATH, data={**mine, "tegn": "Mer tungpusten", "handling": "Ring legen"})
    ).status_code == 303
    page = (await ida.get(PATH)).text
    assert "Velg hva som skal stå: Gul sone" in shown(page) and 'data-key="2"' in page
    assert "De er ikke enige ennå" in shown((await astrid.get("/min/plan")).text)
    choose = containing(page, PATH, 'name="valg" value="1"')
    assert (await ida.post(PATH, data=choose)).status_code == 303
    page = (await ida.get(PATH)).text
    assert "Velg hva som skal stå" not in shown(page)
    out = form((await astrid.get("/min/plan")).text, "/min/plan/ut")
    assert out["hvem"] == GP and (await astrid.post("/min/plan/ut", data=out)).status_code == 303
    assert "Torget legesenter" not in re.sub(r"(?s)^.*Med i planen", "", shown((await ida.get(PATH)).text))


async def test_who_has_no_relation_gets_nothing(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    assert (await omar.get(PATH)).status_code == 404
    assert (await omar.get(f"{PATH}/nytt")).status_code == 404
    token = re.search(r'name="token" value="([^"]+)"', (await omar.get("/innboks")).text)
    assert token
    for act in ("", "/start", "/sted", "/inviter", "/ut"):
        sent = {
            "token": token[1],
            "id": "0e0e0e0e-0000-4000-8000-000000000002",
            "sted": "central",
            "slag": "comment",
            "tekst": "x",
        }
        assert (await omar.post(f"{PATH}{act}", data=sent)).status_code == 404, act
    kari = rooms.visitor("kari")
    assert "vises ikke for rollen din" in shown((await kari.get("/pasient/astrid/delt-plan")).text)
