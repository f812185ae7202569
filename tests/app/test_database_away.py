"""PostgreSQL stopped and started under a node: 503 with an id and Retry-After at every door, and all well afterwards."""

import asyncio
from pathlib import Path

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.asgi import House
from akson.app.cast import CAST
from akson.app.settings import load
from akson.app.supervisor.orders import Stage
from akson.app.wiring import Node, open_node
from akson.record.values import Change
from akson.web.shell import forms

ADDRESS = "http://node.test"
FHIR = {"Content-Type": "application/fhir+json"}
AWAY = {"AKS-STORE-014", "AKS-STORE-015", "AKS-AUDIT-010"}
PATIENT = b'{"resourceType": "Patient", "id": "astrid", "name": [{"family": "Bakken", "given": ["Astrid"]}]}'


async def test_every_door_says_503_while_it_is_away_and_answers_when_it_is_back(tmp_path: Path) -> None:
    settings = load(options={"data": tmp_path})
    async with open_node(settings) as standing:
        system = standing.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await system.commit([Change("PUT", "Patient", id="astrid", body=PATIENT)])
        house = House(settings, Stage.DEMO)
        house._open(standing)
        await everything_is_asked(house, standing)


async def everything_is_asked(house: House, standing: Node) -> None:
    token = standing.issuer.issue(CAST["system"])
    cookie = standing.sessions.start(CAST["astrid"])
    said = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house),
        base_url=ADDRESS,
        cookies={"akson": cookie},
        headers={"origin": ADDRESS},
    ) as client:

        async def all_doors() -> dict[str, httpx.Response]:
            return {
                "read": await client.get("/fhir/Patient/astrid", headers=said),
                "search": await client.get("/fhir/Patient?name=astrid", headers=said),
                "write": await client.put("/fhir/Patient/astrid", content=PATIENT, headers=said | FHIR),
                "under a lock": await client.post(
                    "/fhir/Patient", content=PATIENT, headers=said | FHIR | {"If-None-Exist": "family=Bakken"}
                ),
                "page": await client.get("/min"),
                "log": await client.get("/log/checkpoint"),
                "watch": await client.get("/helse"),
            }

        before = {door: answer.status_code for door, answer in (await all_doors()).items()}
        assert set(before.values()) == {200}, before
        await asyncio.to_thread(standing.server._cluster.stop)
        for _ in range(2):  # First the connections that were cut off, then those that cannot be made.
            answers = await all_doors()
            for door, answer in answers.items():
                assert answer.status_code == 503, (door, answer.text)
                assert door == "watch" or int(answer.headers["retry-after"]) > 0
            for door in ("read", "search", "write", "under a lock"):
                outcome = answers[door].json()
                assert outcome["issue"][0]["details"]["coding"][0]["code"] in AWAY
                assert "Astrid" not in answers[door].text
            page = answers["page"].text
            assert "får ikke kontakt med databasen" in page and "ikke borte" in page
        await what_was_typed_stands_on_the_page(house, standing)
        await standing.server.start()
        assert {door: answer.status_code for door, answer in (await all_doors()).items()} == before


async def what_was_typed_stands_on_the_page(house: House, standing: Node) -> None:
    cookie = standing.sessions.start(CAST["ida"])
    typed = "Ringte datteren, hun er bekymret for <mor> og ba om tilsyn i kveld"
    sent = {"token": forms.token(cookie), "grunn": "other", "tekst": typed, "timer": "4"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house),
        base_url=ADDRESS,
        cookies={"akson": cookie},
        headers={"origin": ADDRESS},
    ) as client:
        answer = await client.post("/pasient/astrid/helsehjelp", data=sent)
    assert answer.status_code == 503, answer.text
    kept = typed.replace("<", "&lt;").replace(">", "&gt;")
    assert f'value="{kept}"' in answer.text and "Prøv igjen" in answer.text
    assert 'action="/pasient/astrid/helsehjelp"' in answer.text
