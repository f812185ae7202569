"""A browser's key and its proofs, made as `static/session.js` makes them."""

import uuid
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from akson.world import Clock


class BrowserKey:
    def __init__(self, clock: Clock) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.clock = clock

    @property
    def jwk(self) -> dict[str, Any]:
        made = jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {name: made[name] for name in ("kty", "crv", "x", "y")}

    def proof(
        self, method: str, path: str, session: str, *, first: bool = False, header: Any = None, **claims: Any
    ) -> str:
        told = {
            "jti": str(uuid.uuid4()),
            "iat": int(self.clock.now().timestamp()),
            "htm": method,
            "htu": path,
            "sid": session,
        }
        head = {"typ": "akson-proof+jwt"} | ({"jwk": self.jwk} if first else {}) | (header or {})
        return jwt.encode(told | claims, self.private, algorithm="ES256", headers=head)
