"""/sharing/copies/<org>/fhir: the FHIR door of a central node to what it keeps for one controller.

Tokens, attestation, rules, log and last guard are those of /fhir: only the tenant is another, and nobody there is own staff.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from akson import api
from akson.app import api_issuers
from akson.app.neighbours.declared import Declared
from akson.app.storage.fence import fence_of
from akson.identity.callers import Callers
from akson.sharing.values import Source

if TYPE_CHECKING:
    from akson.api.door import Door
    from akson.app.asgi import Receive, Scope, Send
    from akson.app.wiring import Node

PREFIX = "/sharing/copies/"
COPY = "@"
"""Stands in the id of a copy, and in no other: `lillefjord@sentral`."""


def copy_of(source: Source, central: Source) -> Source:
    """Where a source's data is asked for at the central node, and what the line there is called."""
    base = f"{central.base.removesuffix('/fhir')}{PREFIX}{source.org}/fhir"
    name = f"{source.name} (kopi hos {central.name})"
    return Source(f"{source.id}{COPY}{central.id}", name, source.org, base, central=True)


class CopiesDoor:
    def __init__(self, doors: "Mapping[str, Door]") -> None:
        self._doors = doors

    @classmethod
    def of(cls, node: "Node", declared: Declared) -> "CopiesDoor":
        """A door for each tenant; none where nothing is kept for others."""
        return cls({org: _door(node, declared, org, n) for org, n in declared.storage.tenants.items()})

    def stands_at(self, path: str) -> bool:
        return path.startswith(PREFIX) and path.removeprefix(PREFIX).partition("/")[0] in self._doors

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        org, _, rest = scope["path"].removeprefix(PREFIX).partition("/")
        raw = scope.get("raw_path") or scope["path"].encode()
        below = raw.removeprefix(f"{PREFIX}{org}".encode())
        await self._doors[org]({**scope, "path": f"/{rest}", "raw_path": below}, receive, send)


def _door(node: "Node", declared: Declared, org: str, tenant: int) -> "Door":
    external, proofs = api_issuers.outside(node, tenant=tenant)
    return api.build(
        node.record,
        callers=Callers(node.issuer, external, proofs),
        base_url=f"{node.settings.base_url}{PREFIX}{org}",
        terminology=node.words,
        profiles=node.settings.profiles,
        rates=node.rates,
        fence=fence_of(node, declared),
    )
