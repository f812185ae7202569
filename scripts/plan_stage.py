"""The stage of `make story-plan`: two Akson nodes, another vendor's hospital, a guest's system, and lines that can be cut.

Each reader keeps the plan open as a page does: asks every other second, at a time of her own. Between the nodes is HTTP,
with tokens of the lab's HelseID; a cut is where HTTP leaves a node.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.playing.neighbourhood import Neighbour, Neighbourhood
from akson.record.values import Change
from akson.sharing.network import NoReply, Reply
from akson_lab.nhn.people_tokens import Person
from akson_lab.plan_system import PlanSystem

LOOK_EACH_S = 2.0
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
PATIENT = "13816099990"
HAVNES, FYSIO = "100100673", "300300679"
IDA = Person("01827090057", "Ida Nilsen", "9900001")
GRETE = Person("02827190061", "Grete Lund", "9900003")
LIN = Person("03827190072", "Lin Vik", "9900077")
TORE = Person("04827190083", "Tore Moe", "9900088")
NAMES = {"storvik": "Storvik kommune", "torget": "Torget legesenter"}


class Town(Neighbourhood):
    """Storvik is home; Torget is the GP's office; the hospital's system is another vendor's, and so is the guest's."""

    hospital: PlanSystem
    guest: PlanSystem

    async def _provider(self) -> None:
        await super()._provider()
        self.know(IDA, GRETE)
        self.hospital = PlanSystem("havnes", HAVNES, "Havnes sykehus HF", LIN, self.helseid, patient=PATIENT)
        self.guest = PlanSystem("fysio", FYSIO, "Fysio Moe AS", TORE, self.helseid, patient=PATIENT)
        for one in (self.hospital, self.guest):
            await self._stack.enter_async_context(one)

    def _declared(self, name: str, org: str) -> Neighbour:
        made = super()._declared(name, org)
        made.name = NAMES[name]
        return made

    def write(self, one: Neighbour) -> None:
        super().write(one)
        path = one.settings.data / "sharing.toml"
        far = f'\n[[source]]\nid = "havnes"\norg = "{HAVNES}"\nname = "Havnes sykehus HF"\nbase = "{self.hospital.base}"\n'
        path.write_text(path.read_text("utf-8") + far, "utf-8")


async def put(one: Neighbour, *resources: dict[str, Any]) -> None:
    session = one.node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    await session.commit(
        [Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode()) for r in resources]
    )


def practitioner(id: str, person: Person) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": id,
        "active": True,
        "identifier": [{"system": HPR, "value": person.hpr}, {"system": FNR, "value": person.national_id}],
        "name": [{"text": person.name}],
    }


async def furnish(town: Town) -> None:
    """Per of US-04 is played by the demo's Astrid: she is the citizen who can log in."""
    her = {
        "identifier": [{"system": FNR, "value": PATIENT}],
        "name": [{"family": "Bakken", "given": ["Astrid"]}],
    }
    await put(
        town["storvik"],
        {"resourceType": "Patient", "id": "astrid", **her},
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Hjemmetjenesten Øst"},
        practitioner("ida", IDA),
        {
            "resourceType": "EpisodeOfCare",
            "id": "vedtak",
            "status": "active",
            "patient": {"reference": "Patient/astrid"},
            "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
            "period": {"start": "2026-01-03"},
        },
    )
    await put(
        town["torget"],
        practitioner("grete", GRETE),
        {"resourceType": "Organization", "id": "torget-legesenter", "name": "Torget legesenter"},
        {
            "resourceType": "Patient",
            "id": "liste-17",
            **her,
            "generalPractitioner": [{"reference": "Organization/torget-legesenter"}],
        },
    )


class Reader:
    """One with an open page: asks every other second, as `shared_plan.js` does."""

    name = ""
    version = ""
    text = ""

    def __init__(self, name: str) -> None:
        self.name = name
        self._looking: asyncio.Task[None] | None = None

    def open(self, after_s: float) -> None:
        self._looking = asyncio.create_task(self._forever(after_s), name=self.name)

    async def close(self) -> None:
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _forever(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EACH_S)

    async def look(self) -> None:
        """Asks what is new, and takes it."""


class Screen(Reader):
    """At one of Akson's nodes, through its screens."""

    def __init__(self, name: str, who: str, node: Neighbour, path: str) -> None:
        super().__init__(name)
        self.who, self.node, self.path = who, node, path
        self.typed: list[str] = []
        self.status = 0
        self._client = httpx.AsyncClient(base_url=node.address, headers={"origin": node.address}, timeout=20)

    async def log_in(self) -> None:
        answer = await self._client.post("/logg-inn", data={"hvem": self.who})
        assert answer.status_code == 303, answer.text
        await self.page()

    async def page(self) -> str:
        answer = await self._client.get(self.path)
        self._take(answer)
        return answer.text

    async def look(self) -> None:
        silent = re.search(r'data-silent="(\d+)"', self.text)
        query = {"sett": self.version, "tause": silent[1] if silent else "0"}
        try:
            answer = await self._client.get(f"{self.path}/nytt", params=query)
        except httpx.HTTPError:
            return
        if answer.status_code != 204:
            self._take(answer)

    def _take(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.text = answer.text if answer.status_code == 200 else ""
        found = re.search(r'data-version="([^"]+)"', self.text)
        self.version = found[1] if found else ""

    async def send(self, way: str, marks: str, given: Mapping[str, str], *, page: str = "") -> None:
        """The form at `way` that has `marks` in it, filled in. `page`: as it was when she began to write."""
        await self._sent(way, marks, given, page or await self.page())
        await self.look()

    async def _sent(self, way: str, marks: str, given: Mapping[str, str], page: str) -> None:
        forms = re.findall(rf'<form[^>]*action="{re.escape(self.path + way)}"[^>]*>(.*?)</form>', page, re.S)
        form = next(f for f in forms if marks in f)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        answer = await self._client.post(self.path + way, data={**hidden, **given})
        assert answer.status_code == 303, (answer.status_code, re.sub(r"<[^>]+>", " ", answer.text)[-600:])
        self.typed.append(hidden["id"])

    async def get(self, path: str) -> str:
        return (await self._client.get(path)).text

    async def close(self) -> None:
        await super().close()
        await self._client.aclose()


class Vendor(Reader):
    """At the hospital, through its own system."""

    def __init__(self, name: str, system: PlanSystem, town: Town) -> None:
        super().__init__(name)
        self.system, self.town = system, town

    async def look(self) -> None:
        policy = self.system.says().get("policy", [{"mode": "federated"}])
        nodes = ("storvik",) if policy[0]["mode"] == "central" else ("storvik", "torget")
        for node in nodes:
            await self.system.ask(self.town[node].base)
        self.version = self.system.version


class Cut:
    """Nothing goes between `one` and anybody else, until it is mended: refused where HTTP leaves each node."""

    def __init__(self, town: Town, one: str) -> None:
        self._town, self._one = town, one
        self._real: list[tuple[Any, Any]] = []

    def __enter__(self) -> "Cut":
        for id, node in self._town.neighbours.items():
            self._hold(node, everything=id == self._one)
        return self

    def again(self, node: Neighbour) -> None:
        """A node that has been started anew is cut off as before."""
        self._hold(node, everything=True)

    def _hold(self, node: Neighbour, *, everything: bool) -> None:
        network, away = node.node.network, self._town[self._one].address
        real = network.send
        self._real.append((network, real))

        async def cut(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            if everything or url.startswith(away):
                raise NoReply("cut")
            return await real(url, body, headers)

        network.send = cut  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        for network, real in self._real:
            network.send = real


async def all_see_the_same(readers: Sequence[Reader], limit_s: float = 20.0) -> float:
    """Seconds until every open page shows the same version; `limit_s` when they never do."""
    begun = time.monotonic()
    while time.monotonic() - begun < limit_s:
        if len({reader.version for reader in readers}) == 1 and readers[0].version:
            return time.monotonic() - begun
        await asyncio.sleep(0.05)
    return limit_s


def folder_of(base: Path, mode: str) -> Path:
    made = base / mode
    made.mkdir(parents=True)
    return made
