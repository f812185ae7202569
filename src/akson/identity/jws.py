"""A signed token opened: header and claims, after everything that holds for every kind of token.

One allow-list of algorithms, exact type, no critical extensions, keys that fit the algorithm, strict JSON. Which key is the
caller's choice, never the token's: `jku`, `x5u`, `x5c` and `jwk` of the header are not looked at here. Spec: RFC 7515, 8725.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

TOKEN_CHARACTERS_MAX = 16_000
RSA_BITS_MIN = 2_048
RSA_BITS_MAX = 8_192
ALGORITHMS = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
"""What can be verified at all; each place allows some of them."""
_CURVE_OF = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
_CURVES = {"P-256": "secp256r1", "P-384": "secp384r1", "P-521": "secp521r1"}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
Claims: TypeAlias = Mapping[str, Any]


class NotAccepted(Exception):
    """Why a token is refused, in words for the caller's Problem. Holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class Opened:
    header: Claims
    claims: Claims


def header_of(token: str) -> Claims:
    """The header, unverified: for choosing a key. Raises NotAccepted."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise NotAccepted("it is too long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as unreadable:
        raise NotAccepted("it cannot be read") from unreadable
    return header


def claims_unverified(token: str) -> Claims:
    """What it says, unverified: for choosing an issuer and nothing else. Raises NotAccepted."""
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise NotAccepted("it is too long")
    try:
        payload = jwt.PyJWS().decode_complete(token, options={"verify_signature": False})["payload"]
    except (jwt.PyJWTError, ValueError, RecursionError) as unreadable:
        raise NotAccepted("it cannot be read") from unreadable
    return _claims(payload)


def opened(
    token: str,
    key: Callable[[Claims], PublicKey],
    *,
    types: Collection[str | None],
    algorithms: Sequence[str],
) -> Opened:
    """Header and claims of a token whose signature holds. `key` gives the key for a header. Raises NotAccepted."""
    header = header_of(token)
    if header.get("typ") not in types:
        raise NotAccepted("it is of another type")
    algorithm = header.get("alg")
    if algorithm not in algorithms or algorithm not in ALGORITHMS:
        raise NotAccepted("its algorithm is not allowed")
    if "crit" in header:
        raise NotAccepted("it demands an extension that is not known")
    verifier = key(header)
    if not fits(verifier, algorithm):
        raise NotAccepted("its algorithm is not one of the key's")
    try:
        found = jwt.PyJWS().decode_complete(token, verifier, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError) as wrong:
        raise NotAccepted("its signature does not hold") from wrong
    return Opened(header, _claims(found["payload"]))


def fits(key: PublicKey, algorithm: str) -> bool:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVE_OF.get(algorithm) == key.curve.name
    return algorithm[:2] in ("PS", "RS") and RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX


def public_key(jwk: object) -> PublicKey:
    """The key of a JWK. Raises NotAccepted for what is no public RSA or EC key, or says anything private."""
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        raise NotAccepted("the key is not a public one")
    kind = jwk.get("kty")
    try:
        if kind == "RSA" and len(str(jwk.get("n", ""))) <= RSA_BITS_MAX // 4:
            key = RSAAlgorithm.from_jwk({"kty": kind, "n": jwk["n"], "e": jwk["e"]})
        elif kind == "EC" and jwk.get("crv") in _CURVES:
            key = ECAlgorithm.from_jwk({name: jwk[name] for name in ("kty", "crv", "x", "y")})
        else:
            raise NotAccepted("the key is of a kind that is not used")
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as wrong:
        raise NotAccepted("the key cannot be read") from wrong
    if isinstance(key, rsa.RSAPublicKey) and not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        raise NotAccepted("the key is too short")
    assert isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey)
    return key


def _claims(payload: bytes) -> Claims:
    """Strict: two equal names, NaN and lone surrogates are read differently by different readers."""
    try:
        claims = json.loads(payload.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(claims, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as odd:
        raise NotAccepted("what it says is not plain JSON") from odd
    if not isinstance(claims, dict):
        raise NotAccepted("it says no claims")
    return claims


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(_text: str) -> object:
    raise ValueError("no number")


def whole_seconds(claims: Claims, name: str) -> int | None:
    """A time claim, or None when it is absent. Raises NotAccepted when it is not whole seconds."""
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**40:
        raise NotAccepted(f"its {name} is not whole seconds")
    return value
