"""Tiltaksplan: problem, goal, measure with its visits, evaluation; each one commit, and shown on the front page."""

import asyncio
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


async def test_a_colleague_who_was_first_is_a_conflict_and_nothing_is_missing(rooms: Rooms) -> None:
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    her = "samtidig"
    await rooms.put({"resourceType": "Patient", "id": her, "name": [{"family": "Samtidig"}]}, helped(her))
    path = f"/pasient/{her}/plan"
    page = (await ida.get(path)).text
    measure = {**form(page), "hva": "Gangtrening", "klokka": "10:00"}
    both = await asyncio.gather(*(ida.post(f"{path}/tiltak", data=measure) for _ in range(2)))
    assert [answer.status_code for answer in both] == [303, 303], "pressed twice at once is one act"
    page = (await ida.get(path)).text
    assert page.count('name="tiltak" value="') == 1
    field = re.search(r'name="tiltak" value="([^"]*)"', page)
    assert field
    over = {"tiltak": field[1], "versjon": "1", "hvorfor": "Målet er nådd"}
    pages = [form(page), form((await siri.get(path)).text)]
    assert (await ida.post(f"{path}/tiltak/avslutt", data={**pages[0], **over})).status_code == 303
    late = await siri.post(f"{path}/tiltak/avslutt", data={**pages[1], **over})
    assert late.status_code == 409 and "avsluttet allerede" in shown(late.text)
    # Two who add to the same plan at the same moment: the one who was late is told, and may send it again.
    forms_now = [form((await who.get(path)).text) for who in (ida, siri)]
    added = await asyncio.gather(
        *(
            who.post(f"{path}/problem", data={**one, "navn": name})
            for who, one, name in zip((ida, siri), forms_now, ("Fallfare", "Smerter"), strict=True)
        )
    )
    assert {answer.status_code for answer in added} <= {303, 409, 412} and 303 in {
        a.status_code for a in added
    }
    for answer, who, one, name in zip(added, (ida, siri), forms_now, ("Fallfare", "Smerter"), strict=True):
        if answer.status_code != 303:
            assert (await who.post(f"{path}/problem", data={**one, "navn": name})).status_code == 303
    last = shown((await ida.get(path)).text)
    assert "Fallfare" in last and "Smerter" in last
