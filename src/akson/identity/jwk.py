"""Public keys as JSON Web Keys: their names (RFC 7638), and the alphabet they are written in."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638 with SHA-256, for EC and RSA keys."""
    members = ("crv", "kty", "x", "y") if jwk.get("kty") == "EC" else ("e", "kty", "n")
    text = json.dumps({name: jwk[name] for name in members}, separators=(",", ":"), sort_keys=True)
    return base64url(hashlib.sha256(text.encode()).digest())


def base64url(data: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
