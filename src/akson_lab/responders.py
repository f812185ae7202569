"""Thousands of simulated sources in a few processes: each answers a search with a Bundle of its own, in a time of its own.

    http://127.4.12.7:PORT/s1044/fhir/MedicationStatement/_search       an address of loopback each, as machines would have

Nothing is checked and nothing kept: they are there to be many. What a source is like follows from its number and the seed:
some are slow, some take the question and never answer, the rest answer as a healthy service does (median 60 ms).
"""

import asyncio
import json
import random
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiohttp import web

MEDIAN_S, SPREAD = 0.06, 0.7
SLOW_S = (3.0, 10.0)
NEVER_S = 60.0
CLOSED_PORT = 9
"""Discard: nobody listens there, so a connection is refused."""


class Kind(StrEnum):
    WELL = "well"
    SLOW = "slow"
    DUMB = "dumb"
    """Takes the question and never answers."""
    DEAD = "dead"
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Simulated:
    number: int
    kind: Kind
    base: str

    @property
    def id(self) -> str:
        return f"s{self.number:04d}"


def simulated(number: int, seed: int, port: int, dead: float, slow: float) -> Simulated:
    """`dead` and `slow`: shares. Half of the dead refuse, half say nothing."""
    draw = random.Random(f"{seed}-{number}").random()
    kind = Kind.WELL
    if draw < dead:
        kind = Kind.DEAD if number % 2 else Kind.DUMB
    elif draw < dead + slow:
        kind = Kind.SLOW
    host = f"127.4.{number // 250 + 1}.{number % 250 + 1}"
    at = CLOSED_PORT if kind is Kind.DEAD else port
    return Simulated(number, kind, f"http://{host}:{at}/s{number:04d}/fhir")


def medicines(number: int) -> int:
    """How many it has about anybody it is asked about."""
    return 1 + number % 3


class Responders:
    def __init__(self, seed: int, port: int, dead: float, slow: float) -> None:
        self._seed, self._port, self._dead, self._slow = seed, port, dead, slow
        self._chance = random.Random(seed)

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        await request.read()
        kind = simulated(number, self._seed, self._port, self._dead, self._slow).kind
        if kind is Kind.DUMB:
            await asyncio.sleep(NEVER_S)
        elif kind is Kind.SLOW:
            await asyncio.sleep(self._chance.uniform(*SLOW_S))
        else:
            await asyncio.sleep(min(MEDIAN_S * self._chance.lognormvariate(0, SPREAD), 2.0))
        return web.Response(body=bundle(number), content_type="application/fhir+json")


def bundle(number: int) -> bytes:
    entries: list[dict[str, Any]] = [
        {
            "resource": {
                "resourceType": "MedicationStatement",
                "id": f"s{number}-{n}",
                "status": "active",
                "subject": {"reference": f"Patient/{number}"},
                "medicationCodeableConcept": {"text": f"Legemiddel {number}-{n}"},
                "dosage": [{"text": "1 tablett morgen og kveld"}],
            },
            "search": {"mode": "match"},
        }
        for n in range(medicines(number))
    ]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()


async def serve(port: int, seed: int, dead: float, slow: float) -> None:
    """Until standard input ends; says `ready` first."""
    app = web.Application()
    made = Responders(seed, port, dead, slow)
    app.router.add_post(r"/s{number:\d+}/fhir/{type}/_search", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port, backlog=1024, reuse_port=True).start()  # noqa: S104 - all of loopback
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.buffer.read)
    await runner.cleanup()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(serve(int(given[0]), int(given[1]), float(given[2]), float(given[3])))
