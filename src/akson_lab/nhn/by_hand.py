"""`python -m akson_lab nhn`: the lab's NHN until it is told to stop, with the parties and clients of a file."""

import asyncio
from typing import Any

from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Ability, Party

EXAMPLE = """{"parties": [{"her": 990001, "name": "Storvik kommune", "type": "Organization", "number": "997651000"},
             {"her": 990002, "name": "Sykepleietjeneste", "type": "Service", "parent": 990001, "service": [8663, "25"],
              "abilities": [{"type": "LOG_INNLAGT", "version": "1.6", "receives": true}]}],
 "clients": [{"id": "storvik", "jwk": {"kty": "EC", …}, "scopes": ["nhn:msh/api"], "her_ids": [990002]}]}"""


async def serve(told: dict[str, Any], ports: tuple[int, int, int], seed: int, speed: float) -> None:
    """`told` is of the shape of EXAMPLE."""
    async with Nhn(seed=seed, speed=speed, ports=ports) as nhn:
        nhn.parties.put_all(map(_party, told.get("parties", ())), nhn.clock.now())
        for each in told.get("clients", ()):
            scopes, her_ids = frozenset(each["scopes"]), frozenset(each["her_ids"])
            nhn.helseid.register(Client(each["id"], each["jwk"], scopes, her_ids))
        print(f"HelseID         {nhn.helseid_address}")
        print(f"Message server  {nhn.message_server_address}   (GET /lab shows its side)")
        print(f"Address register {nhn.register_address}", flush=True)
        await asyncio.Event().wait()


def _party(told: dict[str, Any]) -> Party:
    abilities = tuple(Ability(**each) for each in told.get("abilities", ()))
    service = (int(told["service"][0]), str(told["service"][1])) if told.get("service") else None
    plain = {k: v for k, v in told.items() if k not in ("abilities", "service")}
    return Party(**plain, abilities=abilities, service=service)
