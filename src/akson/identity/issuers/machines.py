"""Another enterprise's system that asks in its own name: a machine's token of a trusted issuer, bound to its key.

    Authorization: DPoP …  DPoP: …  →  Machine(client="…", org="999977780", scopes=("nhn:deling/location",))

No person stands behind it, so it opens no record: what it may is the door's alone that it came to. Claims in HelseID's
profile; the client's enterprise is a claim of the issuer, never the client's own word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Shown
from akson.identity.dpop import Asked, Proofs
from akson.identity.issuers.external import ExternalIssuer
from akson.identity.issuers.helseid import PARENT, PID, bound_key, scopes_of
from akson.identity.jws import NotAccepted, claims_unverified


@dataclass(frozen=True, slots=True)
class Machine:
    client: str
    org: str
    """Organisation number of the main unit it belongs to."""
    scopes: tuple[str, ...]


class Machines:
    """Built once for each process, beside Callers."""

    def __init__(self, issuers: Sequence[ExternalIssuer], proofs: Proofs) -> None:
        self._issuers = {issuer.trusted.issuer: issuer for issuer in issuers}
        self._proofs = proofs

    async def identify(self, shown: Shown, scope: str) -> Machine:
        """`scope` is what it must have been given, without its audience: `location`.

        Raises UNAUTHENTICATED AKS-TOKEN-001, 002, 003, AKS-DPOP-…; FORBIDDEN AKS-TOKEN-004.
        """
        kind, _, token = (shown.authorization or "").partition(" ")
        issuer = self._issuer_of(token.strip()) if kind.lower() == "dpop" else None
        if issuer is None:
            raise Problem(
                ProblemKind.UNAUTHENTICATED,
                "AKS-TOKEN-002",
                "The token is not of an issuer that this node trusts.",
                now="See docs/how-to/api-issuer.md for how an issuer is made known.",
            )
        token = token.strip()
        claims = await issuer.checked(token)
        self._proofs.verify(shown.dpop, Asked(shown.method, shown.url), token=token, jkt=bound_key(claims))
        scopes = scopes_of(claims)
        org = claims.get(PARENT)
        # A person's token is no machine's: what she may ask for is hers.
        if PID in claims or f"{issuer.trusted.audience}/{scope}" not in scopes or not isinstance(org, str):
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-TOKEN-004",
                "The token gives nothing here.",
                why="It is no system's, or lacks the scope for this.",
                now=f"Ask the issuer for {issuer.trusted.audience}/{scope}.",
            )
        return Machine(str(claims.get("client_id", "")), org, scopes)

    def _issuer_of(self, token: str) -> ExternalIssuer | None:
        try:
            claimed = claims_unverified(token).get("iss")
        except NotAccepted:
            return None
        return self._issuers.get(claimed) if isinstance(claimed, str) else None
