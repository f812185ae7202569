"""An Actor as claims of a token, and back. A missing or odd claim is an error, never a wider view."""

from collections.abc import Mapping
from typing import Any

from akson.access.actor import Actor, ActorKind
from akson.access.scopes import AppScope, read_scopes, write_scopes
from akson.fhir.problem import Problem, ProblemKind

_TEXTS = ("name", "role", "hpr", "ref", "unit", "service", "own", "patient", "client")
_LISTS = ("orgs", "for")
_CLAIM_CHARACTERS_MAX = 300
_CLAIM_ENTRIES_MAX = 50


def to_claims(actor: Actor) -> dict[str, Any]:
    """Every field of the Actor, spelt out: the token is self-contained and the node keeps no session table.

    What another enterprise attests is no part of it: that is believed from its own token alone.
    """
    assert actor.attested is None, "an attested actor gets no token of ours"
    return {
        "sub": actor.id,
        "kind": actor.kind.value,
        "tenant": actor.tenant,
        "name": actor.name,
        "role": actor.role,
        "hpr": actor.hpr,
        "ref": actor.reference,
        "orgs": list(actor.organisations),
        "unit": actor.unit_name,
        "service": actor.service,
        "own": actor.own_patient,
        "acr": f"level{actor.level}",
        "for": list(actor.on_behalf_of),
        # Spelt out also when nothing limits: a claim that is lost on the way must not open the record.
        "scope": None if actor.scopes is None else write_scopes(actor.scopes),
        "patient": actor.patient_context,
        "client": actor.client,
    }


def to_actor(claims: Mapping[str, Any]) -> Actor:
    """Raises Problem UNAUTHENTICATED AKS-IDENTITY-011 when any claim is missing or of the wrong shape."""
    try:
        kind = ActorKind(claims["kind"])
    except (KeyError, ValueError, TypeError) as odd:
        raise _odd("kind") from odd
    texts = {name: _text(claims, name) for name in _TEXTS}
    lists = {name: _texts(claims, name) for name in _LISTS}
    tenant = claims.get("tenant")
    if not isinstance(tenant, int) or isinstance(tenant, bool) or tenant < 1:
        raise _odd("tenant")
    actor = Actor(
        kind=kind,
        id=_text(claims, "sub"),
        name=texts["name"],
        tenant=tenant,
        role=texts["role"],
        hpr=texts["hpr"],
        reference=texts["ref"],
        organisations=lists["orgs"],
        unit_name=texts["unit"],
        level=_level(claims),
        on_behalf_of=lists["for"],
        service=texts["service"],
        own_patient=texts["own"],
        scopes=_scopes(claims),
        patient_context=texts["patient"],
        client=texts["client"],
    )
    if not scopes_fit(actor):
        raise _odd("scope")
    return actor


def scopes_fit(actor: Actor) -> bool:
    """Whether these scopes are for such an actor: `patient/` needs a patient, `system/` a service without a user."""
    contexts = {scope.context for scope in actor.scopes or ()}
    if actor.kind is ActorKind.SYSTEM:
        return contexts <= {"system"}
    return "system" not in contexts and ("patient" not in contexts or bool(actor.patient_context))


def _scopes(claims: Mapping[str, Any]) -> tuple[AppScope, ...] | None:
    if "scope" not in claims:
        raise _odd("scope")
    text = claims["scope"]
    if text is None:
        return None
    if not isinstance(text, str):
        raise _odd("scope")
    try:
        scopes, others = read_scopes(text)
    except Problem as odd:
        raise _odd("scope") from odd
    if others:
        raise _odd("scope")
    return scopes


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or len(value) > _CLAIM_CHARACTERS_MAX or (name == "sub" and not value):
        raise _odd(name)
    return value


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name)
    if not isinstance(value, list) or len(value) > _CLAIM_ENTRIES_MAX:
        raise _odd(name)
    if any(not isinstance(v, str) or not v or len(v) > _CLAIM_CHARACTERS_MAX for v in value):
        raise _odd(name)
    return tuple(value)


def _level(claims: Mapping[str, Any]) -> int:
    level = claims.get("acr")
    if level not in ("level1", "level2", "level3", "level4"):
        raise _odd("acr")
    return int(level[-1])


def _odd(claim: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-IDENTITY-011",
        f"The token's claim '{claim}' is missing or not of the agreed shape.",
        now="Get a new token from the issuer.",
    )
