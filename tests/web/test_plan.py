"""Tiltaksplan: problem, goal, measure with its visits, evaluation; each one commit, and shown on the front page."""

import re

from tests.web.conftest import Rooms
from tests.web.stage import helped
from tests.web.test_letters import shown

HER = "har-plan"
PATH = f"/pasient/{HER}/plan"


def form(page: str) -> dict[str, str]:
    found = {n: re.search(rf'name="{n}" value="([^"]*)"', page) for n in ("token", "id")}
    return {n: f[1] for n, f in found.items() if f}


async def test_from_problem_to_evaluation(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    await rooms.put({"resourceType": "Patient", "id": HER, "name": [{"family": "Plan"}]}, helped(HER))
    page = (await ida.get(PATH)).text
    sent = {**form(page), "navn": "Fallfare"}
    assert (await ida.post(f"{PATH}/problem", data=sent)).status_code == 303
    assert (await ida.post(f"{PATH}/problem", data=sent)).status_code == 303, "pressed twice is one act"
    page = (await ida.get(PATH)).text
    assert len(re.findall(r"<h3[^>]*>Fallfare", page)) == 1
    problem = re.search(r'<option value="(Condition/[^"]+)"', page)
    assert problem
    goal = {**form(page), "tekst": "Går trygt på badet", "problem": problem[1], "evalueres": "2026-11-01"}
    assert (await ida.post(f"{PATH}/mal", data=goal)).status_code == 303
    page = (await ida.get(PATH)).text
    assert "Skulle vært evaluert" in shown(page)
    for fault in ({"klokka": "morgen"}, {"minutter": "0"}, {"hva": "  "}, {"til": "2020-01-01"}):
        bad = {**form(page), "hva": "Gangtrening", "klokka": "10:00", "problem": problem[1], **fault}
        answer = await ida.post(f"{PATH}/tiltak", data=bad)
        assert answer.status_code == 422 and "Ingenting er lagret." in shown(answer.text)
    measure = {**form(page), "hva": "Gangtrening", "klokka": "10:00", "problem": problem[1]}
    assert (await ida.post(f"{PATH}/tiltak", data=measure)).status_code == 303
    page = (await ida.get(f"{PATH}?sagt=tiltak")).text
    said = shown(page)
    assert "Hver dag kl. 10:00 · neste besøk" in said and "besøkene er lagt inn" in said
    front = shown((await ida.get(f"/pasient/{HER}")).text)
    assert "Fallfare" in front and "Går trygt på badet" in front
    fields = {n: re.search(rf'name="{n}" value="([^"]*)"', page) for n in ("mal", "tiltak")}
    assert fields["mal"] and fields["tiltak"]
    done = {
        **form(page),
        "mal": fields["mal"][1],
        "versjon": "1",
        "utfall": "achieved",
        "tekst": "Går uten støtte.",
    }
    assert (await ida.post(f"{PATH}/evaluer", data=done)).status_code == 303
    assert (await ida.post(f"{PATH}/evaluer", data=done)).status_code == 412, "somebody was first"
    over = {**form(page), "tiltak": fields["tiltak"][1], "versjon": "1", "hvorfor": "Målet er nådd"}
    assert (await ida.post(f"{PATH}/tiltak/avslutt", data=over)).status_code == 303
    said = shown((await ida.get(PATH)).text)
    assert (
        "Nådd. Går uten støtte." in said and "Avsluttet: Målet er nådd" in said and "neste besøk" not in said
    )


async def test_the_visits_stand_among_those_of_the_day(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    await rooms.put(
        {"resourceType": "Patient", "id": "kveld", "name": [{"family": "Kveld"}]}, helped("kveld")
    )
    path = "/pasient/kveld/plan"
    page = (await ida.get(path)).text
    measure = {**form(page), "hva": "Kveldstilsyn", "klokka": "23:59"}
    assert (await ida.post(f"{path}/tiltak", data=measure)).status_code == 303
    assert "Kveldstilsyn" in shown((await ida.get("/i-dag")).text)
    dead = {**form((await ida.get("/pasient/avdod/plan")).text), "hva": "Morgenstell", "klokka": "08:00"}
    assert (await ida.post("/pasient/avdod/plan/tiltak", data=dead)).status_code == 303
    assert "neste besøk" not in shown((await ida.get("/pasient/avdod/plan")).text), (
        "nobody is visited after a death"
    )


async def test_who_has_no_relation_gets_nothing(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    token = form((await omar.get("/innboks")).text)["token"]
    assert (await omar.get("/pasient/astrid/plan")).status_code == 404
    for act in ("problem", "mal", "tiltak"):
        sent = {"token": token, "id": "x", "navn": "x", "tekst": "x", "hva": "x", "klokka": ""}
        assert (await omar.post(f"/pasient/astrid/plan/{act}", data=sent)).status_code == 404
