"""The lab's NHN on loopback, and our clients of it: real HTTP, real tokens, real proofs."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from akson.exchange.nhn.api import NhnApi
from akson.exchange.transport.edi20 import Application, Edi20
from akson.exchange.transport.edi20_memory import Edi20Memory
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.machine import MachineTokens
from akson.identity.openid.requests import ClientKeys
from akson.identity.openid.wire import HttpWire
from akson.world import SystemClock, SystemRandom
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Party

HOSPITAL, NURSES, GP, NOBODY = 990201, 990002, 8150001, 9999999
PARTIES = (
    Party(990200, "Havnes sykehus HF", "Organization", number="983974778"),
    Party(HOSPITAL, "PLO innleggelse somatikk", "Service", parent=990200, service=(8668, "1")),
    Party(990202, "Kirurgisk", "Service", parent=990200, service=(8654, "1")),
    Party(990001, "Storvik kommune", "Organization", number="997651000"),
    Party(NURSES, "Sykepleietjeneste", "Service", parent=990001, service=(8663, "25")),
    Party(8150000, "Havna legesenter", "Organization", number="999944999"),
    Party(GP, "Alexander Dahl", "Person", parent=8150000, hpr="9900001"),
)
MSH, REGISTER = "nhn:msh/api", "nhn:cp-api/access-v2-dpop"
APPLICATION = Application("Akson", "0.1.0")


@dataclass
class House:
    """One who uses NHN: a client at HelseID, and what it has made."""

    nhn: Nhn
    id: str
    keys: ClientKeys
    closing: list[NhnApi | HttpWire] = field(default_factory=list)

    def tokens(self, scope: str) -> MachineTokens:
        issuer = Issuer("helseid", "HelseID", Profile.HELSEID, self.nhn.helseid_address, self.id, 1)
        wire = HttpWire()
        self.closing.append(wire)
        return MachineTokens(issuer, self.keys, scope, wire=wire, clock=SystemClock(), random=SystemRandom())

    def api(self, base: str, scope: str) -> NhnApi:
        made = NhnApi(base, self.tokens(scope), headers=APPLICATION.headers, clock=SystemClock())
        self.closing.append(made)
        return made

    def edi20(self, her_ids: Sequence[int], folder: Path) -> Edi20:
        api = self.api(self.nhn.message_server_address, MSH)
        memory = Edi20Memory(folder, clock=SystemClock())
        return Edi20(api, [str(her) for her in her_ids], memory, APPLICATION)

    async def close(self) -> None:
        for each in self.closing:
            await each.close()


def house(nhn: Nhn, id: str, her_ids: Iterable[int]) -> House:
    """Registered at HelseID with a key of its own."""
    keys = ClientKeys(*(ClientKey(ec.generate_private_key(ec.SECP256R1())) for _ in range(2)))
    scopes = frozenset({MSH, REGISTER})
    nhn.helseid.register(Client(id, keys.client.registration(), scopes, frozenset(her_ids)))
    return House(nhn, id, keys)


@asynccontextmanager
async def running(seed: int = 0) -> AsyncIterator[Nhn]:
    async with Nhn(seed=seed) as nhn:
        nhn.parties.put_all(PARTIES, nhn.clock.now())
        yield nhn
