"""The federation of one process, built from sharing.toml; and who of ours is who to others."""

from typing import TYPE_CHECKING

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.neighbours.declared import Declared, HelseId
from akson.app.neighbours.location_door import SCOPE, index_of
from akson.app.staff import NATIONAL_ID_SYSTEMS, identifiers
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.identity import keys
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.machine import MachineTokens
from akson.identity.openid.person_tokens import PersonTokens, Subject
from akson.identity.openid.requests import ClientKeys
from akson.record.door import Record
from akson.sharing.federation.federation import Federation, Us
from akson.sharing.location.finding import Finder
from akson.sharing.location.follower import Follower
from akson.sharing.location.telling import OwnIndex, RemoteIndex

if TYPE_CHECKING:
    from pathlib import Path

    from akson.app.wiring import Node

ISSUER = "deling"
"""Names our keys at the issuer: `client-deling.pem`, `binding-deling.pem`."""
TENANT = 1
"""Whose record is shared: one file speaks for one municipality."""
_SERVICES = {
    "KP02": "Helsetjenester i hjemmet",
    "KA02": "Legevakt",
    "KP01": "Sykehjem",
}
"""Words of 8663 for those that a municipality's own may work in."""


def client_keys(data: "Path") -> ClientKeys:
    """Our client that asks for our people; made when absent."""
    private, binding = keys.issuer_keys(data / "keys", ISSUER)
    return ClientKeys(ClientKey(private), ClientKey(binding))


def issuer_of(told: HelseId, tenant: int) -> Issuer:
    return Issuer(ISSUER, "HelseID", Profile.HELSEID, told.address, told.client_id, tenant)


def federation_of(node: "Node", declared: Declared) -> Federation | None:
    """None when the file does not say by whom our people are vouched for."""
    if declared.us is None or declared.helseid is None:
        return None
    tokens = PersonTokens(
        issuer_of(declared.helseid, TENANT),
        client_keys(node.settings.data),
        declared.helseid.scope,
        wire=node.wire,
        clock=node.clock,
        random=node.random,
    )
    us = declared.us
    service = (us.service, _SERVICES.get(us.service, "Kommunal helsetjeneste"))
    return Federation(
        Us(us.org, us.name, service),
        tokens,
        node.network,
        clock=node.clock,
        budget_s=declared.limits.question,
    )


def finder_of(node: "Node", declared: Declared) -> Finder | None:
    """None where there is no index: everybody is asked."""
    if not declared.location.address or declared.us is None:
        return None
    return Finder(
        declared.location.address,
        declared.us.id,
        declared.sources,
        node.network,
        clock=node.clock,
        secret=node.random.bytes(32),
        budget_s=declared.limits.index,
    )


def follower_of(node: "Node", declared: Declared) -> Follower | None:
    """What tells the index of what changes here; None where there is no index."""
    us, where = declared.us, declared.location
    if us is None or not (where.serves or (declared.helseid is not None and where.address)):
        return None
    return Follower(
        node.record,
        node.location,
        OwnIndex(index_of(node), us.id) if where.serves else _remote(node, declared),
        tenant=TENANT,
        key=node.record.store.derived_key("location-ref"),
    )


def _remote(node: "Node", declared: Declared) -> RemoteIndex:
    assert declared.helseid is not None
    tokens = MachineTokens(
        issuer_of(declared.helseid, TENANT),
        client_keys(node.settings.data),
        f"{declared.helseid.scope.partition('/')[0]}/{SCOPE}",
        wire=node.wire,
        clock=node.clock,
        random=node.random,
    )
    return RemoteIndex(declared.location.address, tokens, node.network)


async def subject_of(record: Record, actor: Actor) -> Subject:
    """Who the actor is to others. Raises Problem PRECONDITION AKS-SHARE-010 when her number is not registered here."""
    type, _, id = actor.reference.partition("/")
    house = record.open(
        Actor(ActorKind.SYSTEM, "sharing", "Deling med andre", actor.tenant), PurposeOfUse.OPERATIONS
    )
    try:
        found = json.parse((await house.read(type, id)).body or b"{}") if type == "Practitioner" else {}
    except Problem as problem:
        if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
            raise
        found = {}
    numbers = identifiers(found, NATIONAL_ID_SYSTEMS) if found else frozenset()
    if len(numbers) != 1:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-SHARE-010",
            "Others cannot be asked on this user's behalf.",
            why="No national id is registered for her here, and others are told who asks.",
            now="Register it with her Practitioner.",
        )
    return Subject(next(iter(numbers)), actor.name, actor.hpr)
