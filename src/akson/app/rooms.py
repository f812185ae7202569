"""Hands the node's parts to the rooms that HTTP leads to: the FHIR door and the screens."""

from typing import TYPE_CHECKING

from akson.app.cast import CAST
from akson.app.supervisor.orders import Stage
from akson.app.wiring import Node

if TYPE_CHECKING:
    from akson.app.asgi import App

# Who can be chosen at the demo login, and what a newcomer learns from choosing them.
HINTS: dict[str, str] = {
    "ida": "har relasjon til Astrid",
    "omar": "har ingen relasjon til Astrid og blir avvist",
    "grete": "Astrids fastlege",
    "astrid": "ser hvem som har åpnet journalen hennes",
    "marit": "har fullmakt fra moren Astrid",
    "hanne": "mor til Emil, som snart fyller 12",
    "per": "kontrollerer tilgangsloggen, vurderer nødtilgang",
    "mats": "tar seg av meldinger uten mottaker",
    "kari": "ser tjenester og meldinger, men ingen helseopplysninger",
    "nadia": "lege på legevakten, har nødtilgang",
    "siri": "vikar i hjemmetjenesten",
    "arne": "administrator uten innsyn i journaler",
}
STORY = (
    "Astrid Bakken (84) er innlagt på Havnes sykehus. Logg inn som Ida og åpne meldingen i innboksen; "
    "logg så inn som Omar og søk etter henne, eller åpne /pasient/astrid. Astrids tilgangslogg viser begge."
)


def fhir_door(node: Node) -> "App":
    """/fhir, with access tokens of the node's own issuer."""
    from akson import api
    from akson.identity.bearer import authenticator
    from akson.terminology import Terminology

    return api.build(
        node.record,
        authenticate=authenticator(node.issuer.verify),
        base_url=node.settings.base_url,
        terminology=Terminology.of_this_installation(node.settings.data),
        profiles=node.settings.profiles,
    )


def screens(node: Node, stage: Stage) -> "App":
    """The rest. Only a demo has the demo login."""
    from akson import web
    from akson.web.shell.house import CastMember, DemoLogin, NodeName

    login = None
    if stage is Stage.DEMO:
        login = DemoLogin(tuple(CastMember(CAST[id], hint) for id, hint in HINTS.items()), STORY)
    return web.build(
        node.record,
        sessions=node.sessions,
        clock=node.clock,
        node=NodeName(node.settings.node_name),
        login=login,
    )
