"""Sources that answer, dawdle, break off, babble and refuse, over real HTTP: what becomes of one question to all of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from akson.sharing.classes import SharedClass
from akson.sharing.federation.asking import SPARED, UNREACHED, Breakers, OneAsking, ask
from akson.sharing.federation.reading import BUSY, FAILED, UNREADABLE
from akson.sharing.network import HttpNetwork
from akson.sharing.values import Outcome, Question, Source
from akson.world import SystemClock
from tests.ports import free_port

PERSON = "13816099990"
QUESTION = Question(PERSON, "MedicationStatement?status=active&status:not=x", SharedClass.MEDICATION)
FOUND = '{"resourceType":"MedicationStatement","id":"m1","dosage":[{"doseAndRate":[{"doseQuantity":{"value":1.50}}]}]}'
BUNDLE = (
    '{"resourceType":"Bundle","type":"searchset","meta":{"lastUpdated":"2026-11-22T07:05:00Z"},"entry":['
    f'{{"resource":{FOUND},"search":{{"mode":"match"}}}},'
    '{"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}}]}'
)


@dataclass
class Street:
    """One responder; each source is a path of it, named by how it behaves."""

    base: str = ""
    seen: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def source(self, how: str) -> Source:
        return Source(how, f"{how.capitalize()} kommune", "999999999", f"{self.base}/{how}")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        how = request.match_info["how"]
        self.addresses.append(str(request.url))
        self.seen.append((how, await request.post()))
        if how == "slow":
            await asyncio.sleep(20)
        if how == "cut" and request.transport is not None:
            request.transport.abort()
        if how == "nonce" and "nonce-1" not in request.headers.get("DPoP", ""):
            told = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "nonce-1"}
            return web.Response(status=401, headers=told)
        if how in ("babble", "page", "next"):
            more = json.dumps({**json.loads(BUNDLE), "link": [{"relation": "next", "url": "x"}]})
            text = {"babble": "<html>", "page": '{"resourceType":"Patient"}', "next": more}[how]
            return web.Response(text=text, content_type="application/fhir+json")
        status = {"refusing": 403, "unknown": 401, "busy": 503, "broken": 500, "nowhere": 404}.get(how, 200)
        return web.Response(text=BUNDLE, status=status, content_type="application/fhir+json")


class Shown:
    """A key for tests of what sources do; how keys are made: test_neighbours_ask.py."""

    decision = "dec-1"

    def headers(self, method: str, url: str, *, nonce: str = "") -> Mapping[str, str]:
        return {"Authorization": "DPoP t", "DPoP": f"proof {method} {url} {nonce}"}


@pytest_asyncio.fixture(loop_scope="session")
async def street() -> AsyncIterator[Street]:
    made = Street()
    app = web.Application()
    app.router.add_post("/{how}/{type}/_search", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def network() -> AsyncIterator[HttpNetwork]:
    made = HttpNetwork()
    yield made
    await made.close()


pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_each_source_gets_its_own_outcome_and_nobody_waits_for_the_slow(
    street: Street, network: HttpNetwork
) -> None:
    hows = (
        "plain", "slow", "cut", "nonce", "babble", "page", "next", "refusing", "unknown", "busy", "broken", "nowhere",
    )  # fmt: skip
    gone = Source("gone", "Borte kommune", "999999998", f"http://127.0.0.1:{free_port()}/fhir")
    sources = [*(street.source(how) for how in hows), gone]
    answer = await ask(
        QUESTION,
        sources,
        key=Shown(),
        network=network,
        breakers=Breakers(),
        clock=SystemClock(),
        budget_s=0.8,
    )
    told = {part.source.id: (part.outcome, part.why) for part in answer.parts}
    assert [part.source for part in answer.parts] == sources
    assert {id for id, (outcome, _) in told.items() if outcome is Outcome.ANSWERED} == {
        "plain",
        "nonce",
        "next",
    }
    assert told["slow"] == (Outcome.SILENT, "Svarte ikke innen 0,8 s.")
    assert told["cut"] == told["gone"] == (Outcome.SILENT, UNREACHED)
    assert told["babble"][1] == told["page"][1] == UNREADABLE
    assert told["busy"] == (Outcome.SILENT, BUSY) and told["broken"] == told["nowhere"] == (
        Outcome.SILENT,
        FAILED,
    )
    assert told["refusing"][0] is told["unknown"][0] is Outcome.REFUSED
    assert not answer.whole and answer.decision == "dec-1"
    assert {part.source.id for part in answer.missing} == {
        "slow", "cut", "gone", "babble", "page", "busy", "broken", "nowhere",
    }  # fmt: skip


async def test_what_a_source_says_is_kept_to_the_byte_with_its_age(
    street: Street, network: HttpNetwork
) -> None:
    answer = await ask(
        QUESTION,
        [street.source("plain"), street.source("next")],
        key=Shown(),
        network=network,
        breakers=Breakers(),
        clock=SystemClock(),
    )
    plain, following = answer.parts
    assert plain.resources == (FOUND.encode(),), (
        "1.50 stays 1.50; what the server says of the search is no data"
    )
    assert plain.as_of is not None and plain.as_of.isoformat() == "2026-11-22T07:05:00+00:00"
    assert not plain.more and following.more and answer.whole


async def test_the_number_stands_in_the_body_and_in_no_address(street: Street, network: HttpNetwork) -> None:
    street.seen.clear()
    await ask(
        QUESTION,
        [street.source("plain")],
        key=Shown(),
        network=network,
        breakers=Breakers(),
        clock=SystemClock(),
    )
    form = street.seen[-1][1]
    assert form["patient.identifier"] == f"urn:oid:2.16.578.1.12.4.1.4.1|{PERSON}"
    assert form["status"] == "active" and form["status:not"] == "x" and form["_count"] == "200"
    assert not any(PERSON in address for address in street.addresses)


async def test_one_that_fails_again_and_again_is_spared_and_named(
    street: Street, network: HttpNetwork
) -> None:
    breakers, sources = Breakers(), [street.source("broken"), street.source("plain")]
    answers = [
        await ask(QUESTION, sources, key=Shown(), network=network, breakers=breakers, clock=SystemClock())
        for _ in range(4)
    ]
    assert [a.parts[0].outcome for a in answers] == [Outcome.SILENT] * 3 + [Outcome.SPARED]
    assert answers[-1].parts[0].why == SPARED and answers[-1].missing[0].source.id == "broken"
    assert all(a.parts[1].outcome is Outcome.ANSWERED for a in answers)


async def test_whoever_goes_takes_her_questions_along(street: Street, network: HttpNetwork) -> None:
    asking = asyncio.create_task(
        ask(
            QUESTION,
            [street.source("slow")],
            key=Shown(),
            network=network,
            breakers=Breakers(),
            clock=SystemClock(),
        )
    )
    while not any(how == "slow" for how, _ in street.seen):
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not [t for t in asyncio.all_tasks() if t.get_name() == "ask-slow" and not t.done()]


async def test_several_questions_at_once_count_an_outage_once(street: Street, network: HttpNetwork) -> None:
    breakers, now = Breakers(), SystemClock()
    for times in range(1, 4):
        watch = OneAsking(breakers)
        await asyncio.gather(
            *(
                ask(
                    QUESTION,
                    [street.source("broken")],
                    key=Shown(),
                    network=network,
                    breakers=watch,
                    clock=now,
                )
                for _ in range(5)
            )
        )
        watch.end(now.now())
        assert breakers.states(now.now())["broken"] == ("open" if times == 3 else "closed")
