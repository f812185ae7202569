"""DPoP proofs that this node makes when it asks an issuer. RFC 9449; checking the proofs of others does not belong here."""

import hashlib
from datetime import datetime
from typing import Any

import jwt

from akson.identity.jwk import base64url
from akson.identity.openid.assertion import ClientKey
from akson.world import Random


def proof(
    key: ClientKey,
    method: str,
    url: str,
    *,
    now: datetime,
    random: Random,
    nonce: str = "",
    access_token: str = "",
) -> str:
    """For one request to `url` (without query). `nonce` when the server gave one; `access_token` when one is used."""
    claims: dict[str, Any] = {
        "jti": random.uuid().hex,
        "htm": method,
        "htu": url.partition("?")[0].partition("#")[0],
        "iat": int(now.timestamp()),
    }
    if nonce:
        claims["nonce"] = nonce
    if access_token:
        claims["ath"] = base64url(hashlib.sha256(access_token.encode()).digest())
    header = {"typ": "dpop+jwt", "jwk": key.public_jwk}
    return jwt.encode(claims, key.private, algorithm=key.algorithm, headers=header)
