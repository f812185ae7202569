"""The token of an HTTP Authorization header. Spec: RFC 6750."""

from akson.fhir.problem import Problem, ProblemKind


def bearer_token(authorization: str | None) -> str:
    """The token of `Bearer <token>`. Raises Problem UNAUTHENTICATED AKS-IDENTITY-020 when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or " " in token:
        raise Problem(
            ProblemKind.UNAUTHENTICATED,
            "AKS-IDENTITY-020",
            "The request does not say who asks.",
            why="It has no `Authorization: Bearer …` header.",
            now="Send an access token of this node's issuer.",
        )
    return token
