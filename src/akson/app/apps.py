"""The authorization server of apps, built from the node's parts. Which apps there are stands in <data>/clients."""

from typing import TYPE_CHECKING

from akson.access.actor import Actor
from akson.app.directory import RecordDirectory
from akson.app.settings import Settings
from akson.identity.once import OnceMarks
from akson.identity.smart.clients import Clients
from akson.identity.smart.kept import Ended, Kept
from akson.identity.smart.proving import ClientProofs
from akson.identity.smart.server import AuthorizationServer, Shelves
from akson.world import Clock

if TYPE_CHECKING:
    from akson.app.wiring import Node


def clients(settings: Settings) -> Clients:
    return Clients(settings.data / "clients")


def ended(settings: Settings, clock: Clock) -> Ended:
    return Ended(settings.data / "keys" / "apps" / "ended", clock=clock)


def authorization_server(node: "Node") -> AuthorizationServer:
    folder = node.settings.data / "keys" / "apps"
    directory = RecordDirectory(node.record)

    def shelf(name: str) -> Kept:
        return Kept(folder / name, clock=node.clock, random=node.random)

    async def still(actor: Actor) -> bool:
        return await directory.active(actor.tenant, actor.reference)

    known = clients(node.settings)
    return AuthorizationServer(
        node.issuer,
        known,
        ClientProofs(known, OnceMarks(folder / "used", clock=node.clock), clock=node.clock),
        Shelves(shelf("launches"), shelf("codes"), shelf("refreshes"), ended(node.settings, node.clock)),
        still=still,
        over=node.sessions.is_over,
        clock=node.clock,
        random=node.random,
    )
