"""From what a request shows to who calls: bearer tokens of this node, sender-bound tokens of trusted issuers.

    Authorization: Bearer …            the node's own issuer
    Authorization: DPoP …  DPoP: …     an issuer of [[api]], with a proof for this very request

A token of a trusted issuer without a proof is refused, whatever it says. Spec: RFC 6750, RFC 9449.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.access.actor import Actor, PurposeOfUse
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.bearer import bearer_token
from akson.identity.dpop import Asked, Proofs
from akson.identity.issuers.external import ExternalIssuer
from akson.identity.issuers.local import LocalIssuer
from akson.identity.jws import NotAccepted, claims_unverified

_ALGORITHMS = "ES256 PS256 RS256"


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a request tells who asks."""

    authorization: str | None
    dpop: str | None = None
    method: str = "GET"
    url: str = ""
    """The whole address, as others know it."""


@dataclass(frozen=True, slots=True)
class Caller:
    actor: Actor
    purpose: PurposeOfUse | None = None
    """When the caller's organisation has stated one; else what is usual for this kind of actor."""
    ground: str = ""


class Callers:
    """Built once per process by akson.app."""

    def __init__(
        self, local: LocalIssuer, external: Sequence[ExternalIssuer] = (), proofs: Proofs | None = None
    ) -> None:
        assert proofs is not None or not external
        self._local = local
        self._external = {issuer.trusted.issuer: issuer for issuer in external}
        self._proofs = proofs

    async def identify(self, shown: Shown) -> Caller:
        """Raises UNAUTHENTICATED AKS-IDENTITY-…, AKS-TOKEN-…, AKS-DPOP-…, AKS-ATTEST-…; FORBIDDEN AKS-TOKEN-004, 007."""
        scheme, _, rest = (shown.authorization or "").partition(" ")
        if scheme.lower() == "dpop" and self._external:
            return await self._bound(rest.strip(), shown)
        token = bearer_token(shown.authorization)
        try:
            return Caller(self._local.verify(token))
        except Problem:
            if not self._external or self._issuer_of(token) is None:
                raise
        raise Problem(
            ProblemKind.UNAUTHENTICATED,
            "AKS-DPOP-001",
            "The request has no proof of possession.",
            why="Tokens of this issuer are bound to a key.",
            now="Send `Authorization: DPoP …` and a proof in the header `DPoP`.",
        )

    def challenge(self, problem: Problem) -> tuple[tuple[str, str], ...]:
        """The headers that say how to come again, for a 401."""
        bearer = 'Bearer realm="akson"'
        if problem.id.startswith(("AKS-IDENTITY-01", "AKS-TOKEN", "AKS-ATTEST")):
            bearer += ', error="invalid_token"'
        if not self._external or self._proofs is None:
            return (("WWW-Authenticate", bearer),)
        dpop = f'DPoP realm="akson", algs="{_ALGORITHMS}"'
        nonce = self._proofs.nonce()
        if problem.id == "AKS-DPOP-005":
            dpop += ', error="use_dpop_nonce"'
        elif problem.id.startswith("AKS-DPOP"):
            dpop += ', error="invalid_dpop_proof"'
        elif problem.id.startswith(("AKS-TOKEN", "AKS-ATTEST")):
            dpop += ', error="invalid_token"'
        found = (("WWW-Authenticate", dpop), ("WWW-Authenticate", bearer))
        return (*found, ("DPoP-Nonce", nonce)) if nonce else found

    def _issuer_of(self, token: str) -> ExternalIssuer | None:
        """Chosen by what the token says unverified; verified by that issuer alone."""
        try:
            claimed = claims_unverified(token).get("iss")
        except NotAccepted:
            return None
        return self._external.get(claimed) if isinstance(claimed, str) else None

    async def _bound(self, token: str, shown: Shown) -> Caller:
        issuer = self._issuer_of(token)
        if issuer is None or self._proofs is None:
            raise Problem(
                ProblemKind.UNAUTHENTICATED,
                "AKS-TOKEN-002",
                "The token is not of an issuer that this node trusts.",
                now="See docs/how-to/api-issuer.md for how an issuer is made known.",
            )
        verified = await issuer.verify(token)
        self._proofs.verify(shown.dpop, Asked(shown.method, shown.url), token=token, jkt=verified.key)
        return Caller(verified.actor, verified.purpose, verified.ground)
