"""The moves of this process, and the way to the other municipality: its `/sharing/moves/` with our attestation, or our name.

An offer goes as the officer, whom HelseID vouches for, with an attestation for the one person (as every question between
enterprises); what follows (a date, an answer, a withdrawal) says nothing of her and goes as the enterprise, so that nobody
must sit and wait. sharing.toml names the neighbours, and in `[us] intake` the unit that owns what is offered to us.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from akson.app.neighbours.declared import Declared, load
from akson.app.neighbours.opening import TENANT, client_keys, federation_of, issuer_of, subject_of
from akson.care.casework import acts
from akson.care.fhir_json import concept_text
from akson.fhir.problem import Problem
from akson.identity.openid.machine import MachineTokens
from akson.record.acts.ask_elsewhere import Leave
from akson.record.session import RecordSession
from akson.sharing.federation.federation import Federation
from akson.sharing.keys import Key
from akson.sharing.moves import messages
from akson.sharing.moves.arriving import Arrival, id_of
from akson.sharing.moves.lines import NoAnswer, Party, Refused
from akson.sharing.moves.moves import Moves
from akson.sharing.moves.package import Package, Part, Resource
from akson.sharing.network import NoReply, Reply
from akson.sharing.values import Source

if TYPE_CHECKING:
    from akson.app.wiring import Node

SCOPE = "moves"
BUDGET_S = 10
"""A person waits for an offer and sees that it has come; it is larger than a question."""
_JSON = {"accept": "application/json", "content-type": "application/json"}
_SERVICE_TYPES = "urn:oid:2.16.578.1.12.4.1.1.9151"


def moves_of(node: "Node") -> Moves | None:
    """None on a node that nobody has told who it is."""
    told = load(node.settings.data)
    if told.us is None:
        return None
    federation = federation_of(node, told)
    lines = HttpLines(node, federation, told) if federation and told.sources else None
    intake = {"reference": told.us.intake, "display": told.us.intake_name} if told.us.intake else None
    return Moves(
        Party(told.us.org, told.us.name), node.record, node.clock, lines, intake, tenant=TENANT, prepares=applications
    )  # fmt: skip


class HttpLines:
    """Fulfils `akson.sharing.moves.lines.Lines`."""

    def __init__(self, node: "Node", federation: Federation, told: Declared) -> None:
        assert told.helseid is not None
        self._node = node
        self._network = node.network
        self._federation = federation
        self._sources: Mapping[str, Source] = {s.org: s for s in told.sources}
        self._machine = MachineTokens(
            issuer_of(told.helseid, TENANT),
            client_keys(node.settings.data),
            f"{told.helseid.scope.partition('/')[0]}/{SCOPE}",
            wire=node.wire,
            clock=node.clock,
            random=node.random,
        )

    def names(self) -> dict[str, str]:
        return {org: source.name for org, source in self._sources.items()}

    async def offer(
        self, session: RecordSession, leave: Leave, to: str, person: str, decision: str, body: bytes
    ) -> bytes:
        try:
            subject = await subject_of(self._node.record, session.actor)
        except Problem as unknown:
            raise NoAnswer(
                "fødselsnummeret ditt er ikke registrert her, og mottakeren får vite hvem som sender"
            ) from unknown
        key = await self._federation.key(session, leave, subject, person, decision)
        if key is None:
            raise NoAnswer("innloggingstjenesten bekreftet ikke hvem som sender")
        return await self._asked(to, messages.OFFER, body, key)

    async def tell(self, to: str, body: bytes) -> bytes:
        return await self._asked(to, messages.TELL, body, None)

    async def _asked(self, to: str, path: str, body: bytes, key: Key | None) -> bytes:
        source = self._sources.get(to)
        if source is None:
            raise NoAnswer("kommunen står ikke lenger blant dem det kan sendes til")
        url = f"{source.base.removesuffix('/fhir')}{path}"
        try:
            async with asyncio.timeout(BUDGET_S):
                reply = await self._sent(url, body, key)
        except TimeoutError:
            raise NoAnswer("svarte ikke i tide") from None
        except (NoReply, Problem):
            raise NoAnswer("kunne ikke nås") from None
        if reply.status in (400, 403, 413, 422):
            raise Refused("tar ikke imot pakken")
        if reply.status != 200:
            raise NoAnswer("tar ikke imot flyttinger ennå" if reply.status == 404 else "kunne ikke svare")
        return reply.body

    async def _sent(self, url: str, body: bytes, key: Key | None) -> Reply:
        if key is None:
            reply = await self._network.send(url, body, {**_JSON, **await self._machine.headers("POST", url)})
            if reply.status == 401:
                self._machine.forget()
            return reply
        reply = await self._network.send(url, body, {**_JSON, **key.headers("POST", url)})
        nonce = reply.headers.get("dpop-nonce", "")
        if reply.status == 401 and nonce:
            reply = await self._network.send(url, body, {**_JSON, **key.headers("POST", url, nonce=nonce)})
        return reply


def applications(package: Package, arrival: Arrival) -> list[Resource]:
    """Each service she had, as a case here with a deadline: a person decides, and visits follow from her decision."""
    made: list[Resource] = []
    for number, service in enumerate(package.part(Part.SERVICES)):
        name = concept_text(service.get("code")) or "Tjeneste"
        coding = next(
            (c for c in (service.get("code") or {}).get("coding") or () if c.get("system") == _SERVICE_TYPES),
            None,
        )
        application = acts.Application(
            id=id_of(arrival.move, f"service-{number}"),
            task=id_of(arrival.move, f"service-task-{number}"),
            patient={"reference": f"Patient/{arrival.patient}"},
            received=arrival.at,
            asked=f"{name}: hadde tjenesten i {arrival.source}",
            applicant={"display": arrival.source},
            office=arrival.unit,
            owner=arrival.unit,
            service=coding,
        )
        case, task = acts.apply(application)
        rounds = [
            e for e in service.get("extension") or () if str(e.get("url", "")).endswith("/planned-visit")
        ]
        made += [{**case, **({"extension": rounds} if rounds else {})}, task]
    return made
