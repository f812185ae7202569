"""The shared plans of this process, and the way to other nodes' plans: `POST CarePlan/$shared-plan` with our attestation.

One token for one reader and one patient, for some minutes: an open page asks every other second, and its asking stands in
the patient's log once. Whom there is to ask says sharing.toml; without it the plans are this node's own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from akson.app.neighbours.declared import Declared, load
from akson.app.neighbours.opening import federation_of, subject_of
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.sharing.federation.federation import Federation
from akson.sharing.keys import Key
from akson.sharing.network import Network, NoReply, Reply
from akson.sharing.plan.exchange import Asked, Told, read_told, written
from akson.sharing.plan.plans import NoAnswer, NotIn, Party, SharedPlans, Ticket
from akson.sharing.values import Source

if TYPE_CHECKING:
    from akson.app.wiring import Node

OPERATION = "CarePlan/$shared-plan"
BUDGET_S = 1.5
ABOUT = "den delte planen"
_JSON = {"accept": "application/fhir+json", "content-type": "application/fhir+json"}
_NUMBER_SYSTEMS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")
_UNSET = Party("000000000", "")
"""A node that nobody has told its number: its plans stay at home."""


def shared_plans(node: "Node") -> SharedPlans:
    told = load(node.settings.data)
    us = Party(told.us.org, told.us.name) if told.us else Party(_UNSET.number, node.settings.node_name)
    federation = federation_of(node, told)
    neighbours = HouseLines(node, federation, told) if federation and told.sources else None
    return SharedPlans(us, node.clock, neighbours)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Fulfils Ticket."""

    key: Key


class HouseLines:
    """Fulfils `akson.sharing.plan.plans.Neighbours`."""

    def __init__(self, node: "Node", federation: Federation, told: Declared) -> None:
        self._node = node
        self._network: Network = node.network
        self._federation = federation
        self._sources: Mapping[str, Source] = {source.org: source for source in told.sources}

    def names(self) -> dict[str, str]:
        return {org: source.name for org, source in self._sources.items()}

    async def ticket(self, session: RecordSession, patient: str, whom: Sequence[str]) -> Ticket | None:
        leave = await session.leave_to_ask(patient)
        number = await _number(session, patient)
        if not number:
            return None
        try:
            subject = await subject_of(self._node.record, session.actor)
        except Problem:
            return None
        decision = await session.ask_elsewhere(leave, whom, ABOUT)
        key = await self._federation.key(session, leave, subject, number, decision)
        return _Shown(key) if key else None

    async def exchange(self, party: str, ticket: Ticket, asked: Asked) -> Told:
        assert isinstance(ticket, _Shown)
        url = f"{self._sources[party].base}/{OPERATION}"
        try:
            async with asyncio.timeout(BUDGET_S):
                reply = await self._sent(url, json.encode(written(asked)), ticket.key)
        except TimeoutError:
            raise NoAnswer("svarte ikke i tide") from None
        except NoReply:
            raise NoAnswer("kunne ikke nås") from None
        if reply.status in (403, 404):
            raise NotIn
        if reply.status != 200:
            raise NoAnswer("kunne ikke svare")
        try:
            return read_told(json.parse(reply.body))
        except (Problem, ValueError):
            raise NoAnswer("svaret kunne ikke leses") from None

    async def _sent(self, url: str, body: bytes, key: Key) -> Reply:
        reply = await self._network.send(url, body, {**_JSON, **key.headers("POST", url)})
        nonce = reply.headers.get("dpop-nonce", "")
        if reply.status == 401 and nonce:
            reply = await self._network.send(url, body, {**_JSON, **key.headers("POST", url, nonce=nonce)})
        return reply


async def _number(session: RecordSession, patient: str) -> str:
    """By which others know her; "" when she has none."""
    body = json.parse((await session.read("Patient", patient)).body or b"{}")
    found = [i for i in body.get("identifier") or () if i.get("system") in _NUMBER_SYSTEMS and i.get("value")]
    return str(found[0]["value"]) if found else ""
