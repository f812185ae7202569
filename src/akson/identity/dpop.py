"""Proof of possession: that who shows a token also holds the key it was given to. Made and verified. Spec: RFC 9449.

    {"typ": "dpop+jwt", "alg": "ES256", "jwk": {…public…}}
    {"jti": "…", "htm": "GET", "htu": "https://akson.example.no/fhir/Patient", "iat": …, "ath": "…", "nonce": "…"}

A proof is good for one request: method, address, token, key, within a minute, once on all workers and after a restart.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from akson.fhir.problem import Problem, ProblemKind
from akson.identity import jwk
from akson.identity.jws import ALGORITHMS, NotAccepted, PublicKey, opened, public_key, whole_seconds
from akson.identity.once import OnceMarks
from akson.world import Clock, Random

PROOF_TYPE = "dpop+jwt"
AGE_MAX_S = 60
AHEAD_MAX_S = 5
PROOF_CHARACTERS_MAX = 4_000
JTI_CHARACTERS_MAX = 200
NONCE_WINDOW_S = 300
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ALWAYS_PLAIN = "-._~!$&'()*+,;=:@/"


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a proof must speak of."""

    method: str
    url: str
    """The whole address as others know it; query and fragment do not count."""


class Proofs:
    """Verifies. `nonce_key`: with it, proofs must carry a nonce of ours, which makes those made beforehand useless."""

    def __init__(self, marks: OnceMarks, *, clock: Clock, nonce_key: bytes = b"") -> None:
        self._marks = marks
        self._clock = clock
        self._nonce_key = nonce_key

    def verify(self, proof: str | None, asked: Asked, *, token: str = "", jkt: str = "") -> str:
        """The thumbprint of the proof's key. `jkt`: the thumbprint that it must be.

        Raises Problem UNAUTHENTICATED AKS-DPOP-001 (none), 002 (not accepted), 003 (used before), 004 (another key),
        005 (our nonce is missing).
        """
        if not proof:
            raise _problem("001", "The request has no proof of possession.", "The header `DPoP` is missing.")
        try:
            claims, key = _opened(proof)
            self._check(claims, asked, token)
            found = thumbprint(key)
        except NotAccepted as refused:
            raise _problem(
                "002", "The proof of possession is not accepted.", f"Reason: {refused}."
            ) from refused
        if jkt and not hmac.compare_digest(found, jkt):
            raise _problem("004", "The token belongs to another key.", "The proof was made with this one.")
        self._check_nonce(claims)
        if not self._marks.first(f"{found}\0{claims['jti']}", until=claims["iat"] + AGE_MAX_S):
            raise _problem(
                "003", "The proof of possession has been used before.", "Each is good for one request."
            )
        return found

    def nonce(self) -> str:
        """What proofs must carry now; "" when none is asked for."""
        return self._nonce_of(self._window()) if self._nonce_key else ""

    def _check(self, claims: dict[str, Any], asked: Asked, token: str) -> None:
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 8 <= len(jti) <= JTI_CHARACTERS_MAX:
            raise NotAccepted("its jti is missing or odd")
        if claims.get("htm") != asked.method:
            raise NotAccepted("it is for another method")
        if normalised(claims.get("htu")) != normalised(asked.url):
            raise NotAccepted("it is for another address")
        issued, now = whole_seconds(claims, "iat"), self._clock.now().timestamp()
        if issued is None or not now - AGE_MAX_S <= issued <= now + AHEAD_MAX_S:
            raise NotAccepted("it was not made just now")
        if token and not hmac.compare_digest(str(claims.get("ath")).encode(), token_hash(token).encode()):
            raise NotAccepted("it is for another token")

    def _check_nonce(self, claims: dict[str, Any]) -> None:
        if not self._nonce_key:
            return
        now = self._window()
        if claims.get("nonce") not in (self._nonce_of(now), self._nonce_of(now - 1)):
            raise _problem("005", "The proof lacks our nonce.", "It stands in the header `DPoP-Nonce`.")

    def _window(self) -> int:
        return int(self._clock.now().timestamp()) // NONCE_WINDOW_S

    def _nonce_of(self, window: int) -> str:
        return jwk.base64url(
            hmac.new(self._nonce_key, b"dpop nonce %d" % window, hashlib.sha256).digest()[:18]
        )


class ProofMaker:
    """Makes proofs with one key: for our calls to others, and for tests."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, clock: Clock, random: Random) -> None:
        self._key = key
        self._clock = clock
        self._random = random
        self._jwk = public_jwk(key.public_key())
        self.jkt = thumbprint(key.public_key())

    def make(self, asked: Asked, *, token: str = "", nonce: str = "") -> str:
        claims: dict[str, Any] = {
            "jti": jwk.base64url(self._random.bytes(16)),
            "htm": asked.method,
            "htu": asked.url.partition("#")[0].partition("?")[0],
            "iat": int(self._clock.now().timestamp()),
        }
        if token:
            claims["ath"] = token_hash(token)
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"typ": PROOF_TYPE, "jwk": self._jwk})


def thumbprint(key: PublicKey) -> str:
    """RFC 7638: SHA-256 of the key's required members in order."""
    return jwk.thumbprint(public_jwk(key))


def public_jwk(key: PublicKey) -> dict[str, str]:
    """The key's public members and nothing else."""
    if isinstance(key, rsa.RSAPublicKey):
        members = RSAAlgorithm.to_jwk(key, as_dict=True)
        return {name: members[name] for name in ("kty", "n", "e")}
    members = ECAlgorithm.to_jwk(key, as_dict=True)
    return {name: members[name] for name in ("kty", "crv", "x", "y")}


def token_hash(token: str) -> str:
    return jwk.base64url(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())


def normalised(url: object) -> str | None:
    """The address for comparing: scheme and host in lower case, no default port, no query, one way of percent signs.

    None when it is no http address, or names a user.
    """
    if not isinstance(url, str) or len(url) > 16_000:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    place = "" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}"
    path = "/".join(quote(unquote(part), safe=_ALWAYS_PLAIN[:-1]) for part in (parts.path or "/").split("/"))
    return f"{scheme}://{parts.hostname}{place}{path}"


def _opened(proof: str) -> tuple[dict[str, Any], PublicKey]:
    if len(proof) > PROOF_CHARACTERS_MAX:
        raise NotAccepted("it is too long")
    shown: list[PublicKey] = []

    def key(header: Any) -> PublicKey:
        shown.append(public_key(header.get("jwk")))
        return shown[0]

    found = opened(proof, key, types=(PROOF_TYPE,), algorithms=ALGORITHMS)
    return dict(found.claims), shown[0]


def _problem(number: str, what: str, why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        f"AKS-DPOP-{number}",
        what,
        why=why,
        now="Make a new proof for this very request with the key that the token was given to.",
    )
