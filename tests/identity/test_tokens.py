"""Tokens: every Actor survives the way there and back, and every forged, stolen or worn token is refused."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from akson.access.actor import Actor, ActorKind
from akson.access.scopes import read_scopes
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.bearer import bearer_token
from akson.identity.callers import Callers, Shown
from akson.identity.claims import to_actor, to_claims
from akson.identity.issuers.local import ACCESS_TOKEN_TYPE, REMEMBERED_S, LocalIssuer
from akson.identity.sessions import SESSION_TYPE
from akson.world import FixedClock, SeededRandom

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
IDA = CAST["ida"]
GOOD_CLAIMS = to_claims(IDA) | {
    "iss": "urn:akson:local",
    "aud": "urn:akson:local:at+jwt",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 600,
    "jti": "1",
}


def issuer(
    clock: FixedClock | None = None, key: ec.EllipticCurvePrivateKey = KEY, **more: Any
) -> LocalIssuer:
    return LocalIssuer(key, clock=clock or FixedClock(NOW), random=SeededRandom(1), **more)


def token(
    claims: dict[str, Any], *, key: Any = KEY, alg: str = "ES256", typ: str | None = ACCESS_TOKEN_TYPE
) -> str:
    return jwt.encode(claims, key, algorithm=alg, headers={"typ": typ})


def without(name: str) -> str:
    return token({k: v for k, v in GOOD_CLAIMS.items() if k != name})


def raw(header: object, payload: object = GOOD_CLAIMS, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def spliced() -> str:
    """Siri's claims under Ida's signature."""
    header, _, signature = token(GOOD_CLAIMS).split(".")
    return ".".join((header, token(GOOD_CLAIMS | to_claims(CAST["siri"])).split(".")[1], signature))


def signed_with_the_public_key() -> str:
    """The classic: HS256 with the public key as the shared secret."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    public = KEY.public_key().public_bytes(serialization.Encoding.DER, spki)
    unsigned = raw({"alg": "HS256", "typ": "at+jwt"}).rpartition(".")[0]
    mark = hmac.new(public, unsigned.encode(), "sha256").digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


@pytest.mark.parametrize("who", sorted(CAST))
def test_everyone_of_the_cast_comes_back_as_the_same(who: str) -> None:
    one = issuer()
    assert one.verify(one.issue(CAST[who])) == CAST[who]
    assert issuer().verify(one.issue(CAST[who])) == CAST[who], (
        "another process of the node, with the same key"
    )


@given(
    st.builds(
        Actor,
        kind=st.sampled_from(ActorKind),
        id=st.text(min_size=1, max_size=30),
        name=st.text(max_size=30),
        tenant=st.integers(1, 2**31 - 1),
        role=st.text(max_size=30),
        organisations=st.lists(st.text(min_size=1, max_size=30), max_size=5).map(tuple),
        level=st.integers(1, 4),
        on_behalf_of=st.lists(st.text(min_size=1, max_size=30), max_size=5).map(tuple),
    )
)
def test_claims_lose_nothing(actor: Actor) -> None:
    assert to_actor(json.loads(json.dumps(to_claims(actor)))) == actor


def test_scopes_and_the_patient_in_context_come_back() -> None:
    scopes = read_scopes("patient/Observation.rs?category=http://x|a%20b,c patient/Patient.r user/*.cruds")[0]
    app = replace(IDA, scopes=scopes, patient_context="astrid", client="app")
    one = issuer()
    assert one.verify(one.issue(app)) == app
    nothing = replace(IDA, scopes=())
    assert one.verify(one.issue(nothing)) == nothing, "no scope at all is not the same as no app"


def test_the_test_itself_makes_good_tokens() -> None:
    assert issuer().verify(token(GOOD_CLAIMS)) == IDA


ABUSES: dict[str, Callable[[], str]] = {
    "algorithm none": lambda: raw({"alg": "none", "typ": "at+jwt"}),
    "algorithm none, oddly spelt": lambda: raw({"alg": "nOnE", "typ": "at+jwt"}),
    "another audience": lambda: token(GOOD_CLAIMS | {"aud": "urn:akson:local:akson-session+jwt"}),
    "another issuer": lambda: token(GOOD_CLAIMS | {"iss": "urn:akson:other"}),
    "another node's key": lambda: token(GOOD_CLAIMS, key=ec.generate_private_key(ec.SECP256R1())),
    "a session cookie": lambda: issuer().issue(IDA, type=SESSION_TYPE),
    "a session's type in good claims": lambda: token(GOOD_CLAIMS, typ=SESSION_TYPE),
    "a type in capitals": lambda: token(GOOD_CLAIMS, typ="AT+JWT"),
    "claims changed under the signature": spliced,
    "critical header nobody knows": lambda: jwt.encode(
        GOOD_CLAIMS, KEY, algorithm="ES256", headers={"typ": "at+jwt", "crit": ["x"], "x": 1}
    ),
    "deep header": lambda: base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=") + ".e30.e30",
    "empty": lambda: "",
    "empty signature": lambda: raw({"alg": "ES256", "typ": "at+jwt"}),
    "expired": lambda: token(GOOD_CLAIMS | {"exp": int(NOW.timestamp())}),
    "expiry far away in words": lambda: token(GOOD_CLAIMS | {"exp": "9999999999"}),
    "expiry that is a fraction": lambda: token(GOOD_CLAIMS | {"exp": NOW.timestamp() + 600.5}),
    "issued tomorrow": lambda: token(GOOD_CLAIMS | {"iat": int(NOW.timestamp()) + 86_400}),
    "key from the header": lambda: raw(
        {"alg": "ES256", "typ": "at+jwt", "jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        signature=bytes(64),
    ),
    "no audience": lambda: without("aud"),
    "no expiry": lambda: without("exp"),
    "no issuer": lambda: without("iss"),
    "no time of issue": lambda: without("iat"),
    "no token id": lambda: without("jti"),
    "no type": lambda: token(GOOD_CLAIMS, typ=None),
    "not a token": lambda: "hello",
    "other algorithm of the same family": lambda: token(
        GOOD_CLAIMS, key=ec.generate_private_key(ec.SECP384R1()), alg="ES384"
    ),
    "surrogates": lambda: "\udcff.\udcff.\udcff",
    "the public key as a secret": signed_with_the_public_key,
    "too long": lambda: token(GOOD_CLAIMS | {"padding": "x" * 9_000}),
    "zero signature": lambda: raw({"alg": "ES256", "typ": "at+jwt"}, signature=bytes(64)),
}


@pytest.mark.parametrize("abuse", sorted(ABUSES))
def test_abuse_is_refused(abuse: str) -> None:
    with pytest.raises(Problem) as refused:
        issuer().verify(ABUSES[abuse]())
    assert refused.value.kind is ProblemKind.UNAUTHENTICATED
    assert refused.value.id == "AKS-IDENTITY-010"


ODD: dict[str, Any] = {
    "acr": ["level5", "level04", 4, None, ["level4"]],
    "for": ["Patient/astrid", [1], [""], ["x" * 301], ["Patient/p"] * 51, None],
    "kind": ["superuser", "SYSTEM", None, ["system"], {}],
    "name": [1, None, "x" * 301],
    "orgs": [None, {"0": "Organization/x"}, [None]],
    "ref": [1, None],
    "role": [["nurse"], None],
    "scope": [
        7,
        [],
        True,
        "openid",
        "patient/*.rs",
        "system/*.rs",
        "user/*.sr",
        "user/Nonsense.rs",
        "user/*.rs?a=b",
    ],
    "sub": ["", 7, None],
    "client": [None, 7],
    "patient": [None, ["astrid"]],
    "tenant": ["1", 0, -1, 1.0, True, None],
    "unit": [False],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in ODD for value in ODD[name]])
def test_an_odd_claim_is_an_error_never_a_wider_view(name: str, value: Any) -> None:
    with pytest.raises(Problem) as refused:
        to_actor(GOOD_CLAIMS | {name: value})
    assert refused.value.id == "AKS-IDENTITY-011"


@pytest.mark.parametrize("name", sorted(to_claims(IDA)))
def test_a_missing_claim_is_an_error(name: str) -> None:
    with pytest.raises(Problem) as refused:
        issuer().verify(without(name))
    assert refused.value.kind is ProblemKind.UNAUTHENTICATED


def test_a_remembered_token_ends_when_it_ends() -> None:
    clock = FixedClock(NOW)
    one = issuer(clock)
    short = one.issue(IDA, lifetime=timedelta(seconds=10))
    assert one.verify(short) is one.verify(short), "remembered: the signature is checked once"
    clock.advance(timedelta(seconds=10))
    with pytest.raises(Problem):
        one.verify(short)


def test_a_token_is_remembered_for_a_minute_and_then_checked_anew() -> None:
    clock = FixedClock(NOW)
    one = issuer(clock)
    text = one.issue(IDA)
    first = one.verify(text)
    clock.advance(timedelta(seconds=REMEMBERED_S - 1))
    assert one.verify(text) is first
    clock.advance(timedelta(seconds=1))
    assert one.verify(text) is not first


def test_what_is_remembered_as_one_type_is_not_known_as_another() -> None:
    one = issuer()
    cookie = one.issue(IDA, type=SESSION_TYPE)
    assert one.verify(cookie, type=SESSION_TYPE) == IDA
    with pytest.raises(Problem):
        one.verify(cookie)


def test_a_token_lives_a_year_at_most_and_is_never_the_same_twice() -> None:
    one = issuer()
    text = one.issue(IDA, lifetime=timedelta(days=10_000))
    claims = jwt.decode(text, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 366 * 86_400
    assert text != one.issue(IDA, lifetime=timedelta(days=10_000))


def test_a_refusal_says_nothing_of_the_token() -> None:
    text = issuer().issue(replace(IDA, name="Hemmelig Navn"), lifetime=timedelta(seconds=-1))
    with pytest.raises(Problem) as refused:
        issuer().verify(text)
    assert text not in refused.value.sentence() and "Hemmelig" not in refused.value.sentence()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic aWRhOmlkYQ==", "Bearer a b", "bearertoken", "Token x"]
)
def test_a_header_without_a_bearer_token_is_nobody(header: str | None) -> None:
    with pytest.raises(Problem) as refused:
        bearer_token(header)
    assert refused.value.id == "AKS-IDENTITY-020"


async def test_the_scheme_is_read_in_any_case() -> None:
    one = issuer()
    assert (await Callers(one).identify(Shown(f"bEaReR  {one.issue(IDA)}"))).actor == IDA
