"""Hands the node's parts to the rooms that HTTP leads to: the FHIR door and the screens."""

from typing import TYPE_CHECKING

from akson.app.cast import CAST
from akson.app.supervisor.orders import Stage
from akson.app.wiring import Node

if TYPE_CHECKING:
    from akson.app.asgi import App
    from akson.sharing.moves.moves import Moves
    from akson.sharing.plan.plans import SharedPlans

# Who can be chosen at the demo login, and what a newcomer learns from choosing them.
HINTS: dict[str, str] = {
    "ida": "har relasjon til Astrid",
    "omar": "har ingen relasjon til Astrid og blir avvist",
    "grete": "Astrids fastlege",
    "astrid": "ser hvem som har åpnet journalen hennes",
    "marit": "har fullmakt fra moren Astrid",
    "hanne": "mor til Emil, som snart fyller 12",
    "per": "kontrollerer tilgangsloggen, vurderer nødtilgang",
    "mats": "ser hvordan det står til med meldingene, og tar seg av dem som ikke kom fram",
    "kari": "ser tjenester og meldinger, men ingen helseopplysninger",
    "lise": "leder i Hjemmetjenesten Øst, fordeler oppgaver",
    "eva": "koordinator, gir saker videre til enhetene",
    "rolf": "fører inn fullmakter og sperringer",
    "nadia": "lege på legevakten, har nødtilgang",
    "siri": "vikar i hjemmetjenesten",
    "arne": "administrator uten innsyn i journaler",
}
STORY = (
    "Astrid Bakken (84) er innlagt på Havnes sykehus. Logg inn som Ida og åpne meldingen i innboksen; "
    "logg så inn som Omar og søk etter henne, eller åpne /pasient/astrid. Astrids tilgangslogg viser begge."
)


def fhir_door(node: Node, plans: "SharedPlans | None" = None) -> "App":
    """/fhir, with access tokens of the node's own issuer and of those it trusts."""
    from akson import api
    from akson.app import documents
    from akson.app.api_issuers import callers
    from akson.app.apps import authorization_server
    from akson.app.neighbours.declared import load
    from akson.app.storage.fence import fence_of
    from akson.sharing.summary.document import Maker

    us = documents.standing(node.settings).community
    return api.build(
        node.record,
        callers=callers(node),
        smart=authorization_server(node),
        base_url=node.settings.base_url,
        terminology=node.words,
        profiles=node.settings.profiles,
        rates=node.rates,
        plans=None if node.wrap else plans,
        wrap=node.wrap,
        summaries=Maker(us.name, us.organisation),
        fence=fence_of(node, load(node.settings.data)),
    )


def mhd_door(node: Node) -> "App":
    """/mhd: documents, for the same callers as /fhir."""
    from akson.app import documents
    from akson.app.api_issuers import callers
    from akson.app.mhd_door import MhdDoor

    told = documents.standing(node.settings)
    return MhdDoor(node.record, callers(node), told.community, node.rates, node.settings.base_url)


def xds_door(node: Node) -> "App":
    """/xds: documents by SOAP, for whom documents.toml believes."""
    from akson.app import documents
    from akson.app.directory import RecordDirectory
    from akson.app.xds_door import XdsDoor, trusted_in
    from akson.sharing.documents.xds.callers import SamlCallers

    told = documents.standing(node.settings)
    callers = SamlCallers(
        trusted_in(node.settings.data, told),
        RecordDirectory(node.record),
        own=told.community.organisation,
        clock=node.clock,
    )
    return XdsDoor(node.record, callers, told.community, node.rates, node.random)


def witness_door(node: Node) -> "App | None":
    """/witness/, when this node witnesses others."""
    from akson.app.witness_door import WitnessDoor, witness_of

    name = node.settings.witness_name
    return (
        WitnessDoor(witness_of(node.settings.data / "witness", name, node.clock), "/witness")
        if name
        else None
    )


def screens(
    node: Node, stage: Stage, plans: "SharedPlans | None" = None, moves: "Moves | None" = None
) -> "App":
    """The rest. Only a demo has the demo login; what others may log people in, issuers.toml says."""
    from akson import web
    from akson.analytics.reports.adoption.reports import AdoptionReports
    from akson.app import documents, issuers
    from akson.app.advisers import advisers_of
    from akson.app.apps import authorization_server
    from akson.app.documents_asking import HouseDocuments
    from akson.app.letters import HouseLetters
    from akson.app.neighbours.asking import HouseNeighbours
    from akson.app.post_desk.building import desk
    from akson.app.reception import Reception
    from akson.app.replanning import ReplansApart
    from akson.exchange.reader import PostReader
    from akson.identity.openid.pending import PendingLogins
    from akson.web.shell.house import CastMember, DemoLogin, NodeName, OpenIdLogin
    from akson.world.apart import Apart

    login = None
    if stage is Stage.DEMO:
        login = DemoLogin(tuple(CastMember(CAST[id], hint) for id, hint in HINTS.items()), STORY)
    settings = node.settings
    known = issuers.load(settings.data)
    issuers.check(known, stage, settings.base_url)
    clients = {
        issuer.id: issuers.client(
            issuer, settings.data, settings.base_url, wire=node.wire, clock=node.clock, random=node.random
        )
        for issuer in known
    }
    return web.build(
        node.record,
        sessions=node.sessions,
        clock=node.clock,
        node=NodeName(node.settings.node_name),
        login=login,
        issuers=OpenIdLogin(
            clients,
            PendingLogins(settings.data / "keys" / "logins", clock=node.clock),
            Reception(node.record),
            node.random,
        ),
        apps=authorization_server(node),
        fhir=f"{node.settings.base_url}/fhir" if node.settings.base_url else "",
        rates=node.rates,
        post=desk(node),
        letters=HouseLetters.of(node),
        reads=PostReader(),
        adoption=AdoptionReports(node.adoption),
        adoption_open=bool(settings.adoption_open),
        replans=ReplansApart(Apart()),
        advisers=advisers_of(node),
        rules=node.rules,
        neighbours=HouseNeighbours.of(node),
        elsewhere=HouseDocuments.of(node),
        community=documents.standing(node.settings).community,
        plans=plans,
        moves=moves,
    )
