"""An issuer's public keys: looked up by `kid`, fetched again when one is new, but never in a hurry.

A `kid` is a name to look up and nothing else: no address in a token (`jku`, `x5u`, `jwk`) is ever followed.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from akson.identity.openid.issuer import ALGORITHMS, Issuer, not_accepted, odd, unreachable
from akson.identity.openid.metadata import Discovery
from akson.identity.openid.wire import NoAnswer, Wire
from akson.world import Clock

KEPT = timedelta(hours=1)
FETCHED_AGAIN_AFTER = timedelta(seconds=60)
"""Tokens with invented key names must not make us hammer the issuer."""
KEYS_MAX = 50
RSA_BITS_MIN = 2048
_FAMILIES = {"RSA": ("PS256", "RS256"), "EC": ("ES256",)}


class SigningKeys:
    def __init__(self, issuer: Issuer, discovery: Discovery, wire: Wire, clock: Clock) -> None:
        self._issuer = issuer
        self._discovery = discovery
        self._wire = wire
        self._clock = clock
        self._fetched: datetime | None = None
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetching = asyncio.Lock()

    async def find(self, kid: object, algorithm: str) -> Any:
        """The public key. Raises Problem AKS-LOGIN-020 when the issuer has none of that name for that algorithm."""
        if not isinstance(kid, str) or not kid:
            raise not_accepted("it names no key")
        key = self._fitting(kid, algorithm) if self._age() < KEPT else None
        if key is None:
            await self._fetch_unless_just_done(kid, algorithm)
            key = self._fitting(kid, algorithm)
        if key is None:
            raise not_accepted("it is signed with a key that the issuer does not publish")
        return key.key

    def _fitting(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        found = self._keys.get(kid)
        return found if found and algorithm in _FAMILIES.get(found.key_type or "", ()) else None

    def _age(self) -> timedelta:
        return self._clock.now() - self._fetched if self._fetched else timedelta.max

    async def _fetch_unless_just_done(self, kid: str, algorithm: str) -> None:
        async with self._fetching:
            if self._fitting(kid, algorithm) and self._age() < KEPT:
                return  # Another login fetched it while this one waited.
            if self._age() < FETCHED_AGAIN_AFTER:
                return
            url = (await self._discovery.metadata()).keys
            try:
                answer = await self._wire.get(url)
            except NoAnswer as failed:
                raise unreachable(self._issuer, f"Its keys could not be fetched: {failed}.") from failed
            if answer.status != 200:
                raise unreachable(self._issuer, f"Its keys were answered with status {answer.status}.")
            self._keys = _read(self._issuer, answer.body)
            self._fetched = self._clock.now()


def _read(issuer: Issuer, body: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """Keys to verify with; what is meant for something else, or is of a kind we do not use, is passed by."""
    listed = body.get("keys")
    if not isinstance(listed, list) or len(listed) > KEYS_MAX:
        raise odd(issuer, "Its key set is no list, or too long.")
    found: dict[str, jwt.PyJWK] = {}
    for given in listed:
        if (
            not isinstance(given, dict)
            or given.get("use", "sig") != "sig"
            or given.get("kty") not in _FAMILIES
        ):
            continue
        kid, algorithm = given.get("kid"), given.get("alg")
        if not isinstance(kid, str) or (algorithm is not None and algorithm not in ALGORITHMS):
            continue
        try:
            key = jwt.PyJWK(given, algorithm or _FAMILIES[given["kty"]][0])
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue
        if _strong(key.key):
            found[kid] = key
    return found


def _strong(key: object) -> bool:
    """A public key of the kinds we take; a key set may hold others, or a private or a short one by mistake."""
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= RSA_BITS_MIN
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
