"""How this node proves to an issuer which client it is: `private_key_jwt`, RFC 7523, in HelseID's profile (SK2 to SK5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from akson.identity.jwk import thumbprint
from akson.identity.openid.issuer import Issuer
from akson.world import Random

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = timedelta(seconds=30)
"""HelseID takes at most 60 s; half of it leaves room for clocks that differ."""

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class ClientKey:
    """A private key and how it is used: ES256 on P-256, PS256 on RSA."""

    private: PrivateKey

    @property
    def algorithm(self) -> str:
        return "ES256" if isinstance(self.private, ec.EllipticCurvePrivateKey) else "PS256"

    @cached_property
    def public_jwk(self) -> dict[str, Any]:
        """Without private part; members as RFC 7638 wants them, so that the thumbprint follows."""
        public = self.private.public_key()
        made = (
            jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
            if isinstance(public, ec.EllipticCurvePublicKey)
            else jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        )
        return {name: made[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in made}

    @cached_property
    def thumbprint(self) -> str:
        """RFC 7638, SHA-256: the key's name everywhere."""
        return thumbprint(self.public_jwk)

    def registration(self) -> dict[str, Any]:
        """The JWK that the issuer is given when the client is registered."""
        return self.public_jwk | {"kid": self.thumbprint, "alg": self.algorithm, "use": "sig"}


def assertion(
    issuer: Issuer,
    key: ClientKey,
    *,
    now: datetime,
    random: Random,
    details: Sequence[Mapping[str, Any]] = (),
) -> dict[str, str]:
    """The two form fields. Made anew for each request: its `jti` is used once.

    `details` stand in it as `assertion_details` (FK5): the organisation, or what the trust framework asks.
    """
    at = int(now.timestamp())
    claims = {
        "iss": issuer.client_id,
        "sub": issuer.client_id,
        "aud": issuer.address,
        "iat": at,
        "nbf": at,
        "exp": at + int(LIFETIME.total_seconds()),
        "jti": random.uuid().hex,
        **({"assertion_details": list(details)} if details else {}),
    }
    header = {"typ": "client-authentication+jwt", "kid": key.thumbprint}
    signed = jwt.encode(claims, key.private, algorithm=key.algorithm, headers=header)
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
