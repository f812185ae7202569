"""Other communities' documents as screens ask for them: leave, log, token or assertion, question. One for each web worker.

Who of ours asks, and by whom she is vouched for, stands in sharing.toml; whom she asks, in documents.toml.
"""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from akson.app import documents
from akson.app.neighbours.declared import Us as DeclaredUs
from akson.app.neighbours.declared import load
from akson.app.neighbours.opening import TENANT, client_keys, issuer_of, subject_of
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.making import attestation
from akson.identity.attestation.model import PARAMETERS_TYPE
from akson.identity.openid.person_tokens import PersonToken, PersonTokens
from akson.record.session import RecordSession
from akson.sharing.documents.declared import Declared
from akson.sharing.documents.entry import Entry, Person
from akson.sharing.documents.foreign import asking
from akson.sharing.documents.foreign.values import ForeignPart, key_of, whole
from akson.sharing.federation.federation import Federation, Us
from akson.sharing.network import Network, NoReply
from akson.sharing.values import Outcome

if TYPE_CHECKING:
    from akson.app.wiring import Node

ABOUT = "dokumenter"
UNVOUCHED = "Ikke spurt: innloggingstjenesten bekreftet ikke hvem som spør."
UNREACHED = "Dokumentet kunne ikke hentes nå."
DAMAGED = "Dokumentet kom ikke helt fram."


@dataclass
class Vouching:
    """Of one question: the token, and the assertion that is made from it once for all who want one."""

    key: PersonToken
    address: str
    """Where assertions are made."""
    network: Network
    _made: bytes = field(default=b"", repr=False)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def assertion(self) -> bytes:
        """Raises NoReply."""
        async with self._one_at_a_time:
            self._made = self._made or await self._fresh()
        return self._made

    async def _fresh(self) -> bytes:
        nonce = ""
        for _ in range(2):
            reply = await self.network.post(
                self.address, [], self.key.headers("POST", self.address, nonce=nonce)
            )
            nonce = reply.headers.get("dpop-nonce", "")
            if reply.status == 200:
                return reply.body
            if reply.status != 401 or not nonce:
                break
        raise NoReply(f"no assertion: status {reply.status}")


class HouseDocuments:
    """Fulfils `akson.web.shell.documents.Elsewhere`."""

    def __init__(self, node: "Node", told: Declared, federation: Federation, tokens: PersonTokens) -> None:
        self._node = node
        self._told = told
        self._federation = federation
        self._tokens = tokens

    @classmethod
    def of(cls, node: "Node") -> "HouseDocuments | None":
        """None on a node that asks nobody for documents."""
        told, neighbours = documents.standing(node.settings), load(node.settings.data)
        if not told.foreign or neighbours.us is None or neighbours.helseid is None:
            return None
        us: DeclaredUs = neighbours.us
        tokens = PersonTokens(
            issuer_of(neighbours.helseid, TENANT),
            client_keys(node.settings.data),
            told.asking.scope,
            wire=node.wire,
            clock=node.clock,
            random=node.random,
        )
        federation = Federation(Us(us.org, us.name), tokens, node.network, clock=node.clock)
        return cls(node, told, federation, tokens)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self._told.foreign)

    async def find(self, session: RecordSession, person: Person) -> tuple[ForeignPart, ...]:
        """Raises Problem NOT_FOUND for who may not ask, PRECONDITION AKS-SHARE-010 for one of ours without a number."""
        vouched = await self._vouched(session, person, [one.name for one in self._told.foreign])
        if vouched is None:
            return tuple(ForeignPart(one, Outcome.SPARED, why=UNVOUCHED) for one in self._told.foreign)
        node = self._node
        return await asking.ask(self._told.foreign, person, vouched, node.network, node.random)

    async def get(
        self, session: RecordSession, person: Person, source: str, key: str
    ) -> tuple[ForeignPart, Entry, bytes]:
        """Raises NOT_FOUND AKS-DOC-001, OVERLOADED AKS-DOC-051 (not now), 052 (it did not come whole)."""
        foreign = next((one for one in self._told.foreign if one.id == source), None)
        if foreign is None:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-DOC-001", "There is no such document.")
        vouched = await self._vouched(session, person, [foreign.name])
        if vouched is None:
            raise _not_now("051", UNVOUCHED)
        node = self._node
        (part,) = await asking.ask([foreign], person, vouched, node.network, node.random)
        if part.outcome is not Outcome.ANSWERED:
            raise _not_now("051", part.why or UNREACHED)
        entry = next((e for e in part.entries if key_of(e) == key), None)
        if entry is None:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-DOC-001", "There is no such document.")
        try:
            async with asyncio.timeout(asking.BUDGET_S):
                content = await asking.get(foreign, entry, vouched, node.network, node.random)
        except (NoReply, TimeoutError):
            raise _not_now("051", UNREACHED) from None
        if not whole(entry, content):
            raise _not_now("052", DAMAGED)
        return part, entry, content

    async def _vouched(self, session: RecordSession, person: Person, names: list[str]) -> Vouching | None:
        leave = await session.leave_to_ask(person.id)
        subject = await subject_of(self._node.record, session.actor)
        decision = await session.ask_elsewhere(leave, names, ABOUT)
        statement = self._federation.statement(session, leave, subject, person.number)
        details = [{"type": PARAMETERS_TYPE, **attestation(statement, self._node.clock.now())}]
        try:
            async with asyncio.timeout(asking.BUDGET_S):
                token = await self._tokens.of(subject, decision, details)
        except (Problem, TimeoutError):
            return None
        return Vouching(token, self._told.asking.saml, self._node.network)


def _not_now(number: str, why: str) -> Problem:
    return Problem(ProblemKind.OVERLOADED, f"AKS-DOC-{number}", "The document could not be got.", why=why)
