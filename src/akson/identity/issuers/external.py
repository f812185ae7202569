"""Access tokens of issuers outside this node: verified, and turned into an Actor of this tenant.

    at+jwt → signature, times, audience → claims (helseid.py) → attestation, if any → whom that is here → Caller

Verified once and remembered by SHA-256 for at most a minute, and never longer than the keys it rests on. What a proof of
possession must fulfil is dpop.py's; how long somebody's authorisation lasts is the directory's.
Spec: RFC 9068; research in HelseID's "Validating Access Tokens".
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.access.scopes import AppScope, read_scopes
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.receiving import Received, Receiver
from akson.identity.directory import Directory
from akson.identity.issuers import helseid
from akson.identity.issuers.helseid import Identity
from akson.identity.issuers.trusted import TrustedIssuer
from akson.identity.jwks import Keys
from akson.identity.jws import Claims, NotAccepted, header_of, opened, whole_seconds
from akson.world import Clock

LEEWAY_S = 5
LIFETIME_MAX_S = 24 * 3_600
REMEMBERED_S = 60
REMEMBERED_TOKENS_MAX = 10_000
JTI_CHARACTERS_MAX = 300

# Authorisations (Volven 9060) that are roles here; others are professionals without a role of their own.
_ROLES = {"LE": "doctor", "SP": "nurse"}


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that holds, and who it says is asking."""

    actor: Actor
    purpose: PurposeOfUse
    ground: str
    key: str
    """Thumbprint of the key that must prove possession."""
    good_until: float = float("inf")
    """Unix seconds; no longer than the attestation."""


class ExternalIssuer:
    """Built once per process for each configured issuer."""

    def __init__(
        self,
        trusted: TrustedIssuer,
        keys: Keys,
        *,
        directory: Directory,
        attestations: Receiver,
        clock: Clock,
    ) -> None:
        self.trusted = trusted
        self._keys = keys
        self._directory = directory
        self._attestations = attestations
        self._clock = clock
        self._scopes = {name: read_scopes(text)[0] for name, text in trusted.scopes.items()}
        self._remembered: dict[bytes, tuple[float, Verified]] = {}

    async def verify(self, token: str) -> Verified:
        """Raises Problem: UNAUTHENTICATED AKS-TOKEN-001 (not accepted), 003 (a claim), 005 (unknown here), AKS-ATTEST-…;
        FORBIDDEN AKS-TOKEN-004 (no scope of ours), 007 (nobody vouches); OVERLOADED AKS-TOKEN-006."""
        now = self._clock.now().timestamp()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._remembered.get(digest)
        if known is not None and now < known[0]:
            return known[1]
        claims = await self.checked(token)
        verified = await self._who(claims, token, now)
        until = min(claims["exp"] + LEEWAY_S, now + REMEMBERED_S, self._keys.good_until, verified.good_until)
        if len(self._remembered) >= REMEMBERED_TOKENS_MAX:
            self._remembered.clear()
        self._remembered[digest] = (until, verified)
        return verified

    async def checked(self, token: str) -> Claims:
        """Claims of a token that holds, whoever it is of. Raises Problem UNAUTHENTICATED AKS-TOKEN-001, OVERLOADED 006."""
        try:
            claims = await self._signed(token)
            self._check(claims, self._clock.now().timestamp())
        except NotAccepted as refused:
            raise _refused(str(refused)) from refused
        return claims

    async def _signed(self, token: str) -> Claims:
        key = await self._keys.find(header_of(token).get("kid"))
        found = opened(
            token, lambda _: key, types=self.trusted.token_types, algorithms=self.trusted.algorithms
        )
        return found.claims

    def _check(self, claims: Claims, now: float) -> None:
        if claims.get("iss") != self.trusted.issuer:
            raise NotAccepted("it is of another issuer")
        audience = claims.get("aud")
        # One audience per token: what is good here must be good nowhere else.
        if audience != self.trusted.audience and audience != [self.trusted.audience]:
            raise NotAccepted("it is for another audience")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= JTI_CHARACTERS_MAX:
            raise NotAccepted("it has no id")
        expires, issued = whole_seconds(claims, "exp"), whole_seconds(claims, "iat")
        begins = whole_seconds(claims, "nbf")
        if expires is None or issued is None:
            raise NotAccepted("it does not say when it was issued and expires")
        if not now < expires + LEEWAY_S or expires - issued > LIFETIME_MAX_S:
            raise NotAccepted("it has expired, or lasts too long")
        if max(issued, begins or 0) > now + LEEWAY_S:
            raise NotAccepted("it is not valid yet")

    async def _who(self, claims: Claims, token: str, now: float) -> Verified:
        identity = helseid.identity(claims)
        scopes = self._granted(identity.scopes)
        received = await self._attestations.receive(claims, identity, self.trusted, token=token, now=now)
        if identity.legal_entity in self.trusted.own:
            actor = await self._own(identity, scopes)
        else:
            actor = self._guest(identity, scopes, received)
        purpose = received.purpose if received else PurposeOfUse.TREATMENT
        if received is None:
            return Verified(actor, purpose, "", identity.key)
        return Verified(actor, purpose, received.decision, identity.key, received.good_until)

    def _granted(self, registered: Sequence[str]) -> tuple[AppScope, ...]:
        found = dict.fromkeys(scope for name in registered for scope in self._scopes.get(name, ()))
        if not found:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-TOKEN-004",
                "The token has no scope of this node.",
                now="Ask the issuer for one of the scopes that were agreed with the municipality.",
            )
        return tuple(found)

    async def _own(self, identity: Identity, scopes: tuple[AppScope, ...]) -> Actor:
        """One of the municipality's own, who asks through another system: her own rights, cut by the scopes."""
        found = await self._directory.practitioner(
            self.trusted.tenant, hpr=identity.hpr, national_id=identity.national_id
        )
        if found is None:
            raise Problem(
                ProblemKind.UNAUTHENTICATED,
                "AKS-TOKEN-005",
                "The user is not known here.",
                why="No active professional of the municipality has this HPR number or national id.",
                now="Ask the municipality to register her.",
            )
        return Actor(
            kind=ActorKind.PRACTITIONER,
            id=found.reference.partition("/")[2],
            name=found.name,
            tenant=self.trusted.tenant,
            role=found.role,
            hpr=found.hpr,
            reference=found.reference,
            organisations=found.organisations,
            unit_name=found.unit_name,
            service=found.service,
            own_patient=found.own_patient,
            level=int(helseid.LEVEL_REQUIRED),
            scopes=scopes,
            client=identity.client,
        )

    def _guest(self, identity: Identity, scopes: tuple[AppScope, ...], received: Received | None) -> Actor:
        """Health personnel of another enterprise. She has no relation here but the one that is attested."""
        if received is None:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-TOKEN-007",
                "Nobody vouches for this access.",
                why="The user works in another enterprise, and the token carries no attestation of it.",
                now="Ask the issuer for a token with nhn:tillitsrammeverk:parameters.",
            )
        return Actor(
            kind=ActorKind.PRACTITIONER,
            # Never the national id: it stands in logs. The issuer's subject alone could be another issuer's too.
            id=_guest_id(self.trusted.issuer, identity),
            name=identity.name,
            tenant=self.trusted.tenant,
            role=_ROLES.get(received.authorisation, ""),
            hpr=identity.hpr,
            unit_name=received.unit_name,
            level=int(helseid.LEVEL_REQUIRED),
            scopes=scopes,
            client=identity.client,
            attested=Attested(
                patients=received.patients,
                purpose=received.purpose,
                decision=received.decision,
                digest=received.digest,
                legal_entity=received.legal_entity,
                point_of_care=received.point_of_care,
            ),
        )


def _guest_id(issuer: str, identity: Identity) -> str:
    if identity.hpr:
        return f"hpr-{identity.hpr}"
    return f"guest-{hashlib.sha256(f'{issuer}|{identity.subject}'.encode()).hexdigest()[:24]}"


def _refused(why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-TOKEN-001",
        "The token is not accepted.",
        why=f"Reason: {why}.",
        now="Get a new one from the issuer.",
    )
