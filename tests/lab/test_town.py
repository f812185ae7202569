"""The town by itself, over HTTP at high speed: its pages, random days by seed, each fault singly, the person register."""

import asyncio
import json
import urllib.error
import urllib.request
from datetime import date
from typing import Any

import pytest
from tests.exchange.samples import stay
from tests.lab.test_stories import StandIn, lab

from akson_lab.houses.addresses import NURSES, OURS, address
from akson_lab.houses.neighbour import Neighbour
from akson_lab.nhn.person_register import ROOT
from akson_lab.people import resident_of
from akson_lab.referee import Referee
from akson_lab.stories.play import Lab
from akson_lab.town import Town

__all__ = ["StandIn", "lab"]
WAIT_S = 60.0


async def asked(lab: Lab, path: str, body: object = None, method: str = "") -> Any:
    return await asyncio.to_thread(lab.ask, path, body, method)


async def page(address: str) -> str:
    def read() -> str:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.read().decode()

    return await asyncio.to_thread(read)


async def answered(lab: Lab, msg_id: str, house: str = "hospital") -> dict[str, Any]:
    async with asyncio.timeout(WAIT_S):
        while True:
            sent = (await asked(lab, "/lab"))["houses"][house]["sent"]
            if found := next((s for s in sent if s["msg_id"] == msg_id and s["status"]), None):
                return found
            await asyncio.sleep(0.1)


async def test_each_house_has_a_page_of_its_own(lab: Lab) -> None:
    sent = await asked(lab, "/lab/send", {"type": "admission", "house": "hospital", "how": {}})
    await answered(lab, sent["msg_id"])
    for name, told in (await asked(lab, "/lab"))["houses"].items():
        shown = await page(f"{lab.address}/house/{name}")
        assert 'lang="nb"' in shown and "<h2>Arbeidsliste</h2>" in shown and str(told["her"]) in shown
        assert f'href="/house/{name}"' in await page(f"{lab.address}/")
    assert "innlagt" in await page(f"{lab.address}/house/hospital")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await page(f"{lab.address}/house/%3Cscript%3E")


FAULTS = [
    {"kind": "loss", "times": 1},
    {"kind": "delay", "times": 1, "seconds": 1.0},
    {"kind": "duplicate", "times": 1},
    {"kind": "corruption", "times": 1},
    {"kind": "error", "times": 1, "only": "POST /messages"},
    {"kind": "busy", "times": 1, "seconds": 0.1, "only": "POST /messages"},
    {"kind": "silence", "times": 1, "seconds": 0.2, "only": "POST /messages"},
    {"kind": "cut-before", "times": 1, "only": "POST /messages"},
    {"kind": "cut-after", "times": 1, "only": "POST /messages"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f["kind"] for f in FAULTS])
async def test_each_fault_alone_loses_nothing(lab: Lab, fault: dict[str, Any]) -> None:
    await asked(lab, "/lab/fault", fault)
    sent = await asked(lab, "/lab/send", {"type": "admission", "house": "hospital", "how": {}})
    found = await answered(lab, sent["msg_id"])
    assert (await asked(lab, "/lab"))["faults"]["struck"].get(fault["kind"]), "it struck"
    received = (await asked(lab, "/lab"))["houses"]["municipality"]["received"]
    assert found["status"] == "1" or fault["kind"] == "corruption"
    assert len([r for r in received if r["msg_id"] == sent["msg_id"]]) <= 1, "in the books once"


async def test_random_days_are_the_same_by_seed_and_leave_nothing_unanswered() -> None:
    facts, plans = stay(), []
    for _ in range(2):
        async with Town({}, facts, patience_s=0.6, seed=3, speed=0) as town:
            own = Neighbour(
                address(NURSES), facts, (resident_of(facts),), by_itself=False, name="municipality", hers=OURS
            )
            post = town.join("municipality", own, Referee.of_this_machine())
            town.live(days=1, seed=7)
            days = town.days
            assert days is not None
            plans.append([(at - days.ends, kind, who) for at, kind, who in days.planned()])
            town.nhn.clock.pace(43_200)
            async with asyncio.timeout(WAIT_S * 2):
                while not days.over:
                    await asyncio.sleep(0.1)
                town.nhn.clock.pace(1)
                hospital = town.houses["hospital"]
                while any(not s.status for s in hospital.sent.values() if s.to in OURS):
                    await asyncio.sleep(0.1)
            assert len(post.received) >= days.count // 2
    assert plans[0] == plans[1] and plans[0]


async def test_the_person_register_finds_one_or_nobody_and_tells_of_a_death() -> None:
    facts = stay()
    async with Town({}, facts) as town:
        where = f"{town.nhn.persons_address}{ROOT}"
        known = json.loads(await page(f"{where}/personer/{facts.national_id}"))
        assert known["navn"][0]["etternavn"] == facts.family and known["status"][0]["status"] == "bosatt"
        name = f"fornavn={facts.given}&etternavn={facts.family}"
        asked = f"{where}/personer/entydigsoek?{name}&foedselsdato={facts.born:%Y%m%d}"
        found = json.loads(await page(asked))
        assert found["identifikasjonsnummer"][0]["foedselsEllerDNummer"] == facts.national_id
        with pytest.raises(urllib.error.HTTPError, match="404"):
            await page(f"{where}/personer/entydigsoek?etternavn=Ingen")
        before = json.loads(await page(f"{where}/hendelser/feed"))
        town.nhn.persons.die(facts.national_id, date(2026, 11, 27))
        [told] = json.loads(await page(f"{where}/hendelser/feed?seq={len(before) + 1}"))
        assert told["hendelse"]["hendelsetype"] == "personErDoed"
        dead = json.loads(await page(f"{where}/personer/{facts.national_id}"))
        assert dead["doedsfall"][0]["doedsdato"] == "2026-11-27"
