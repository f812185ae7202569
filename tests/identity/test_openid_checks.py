"""Every lie an issuer, or one between us and it, may tell: none of them lets anybody in (K-04 of the test plan)."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from akson.fhir.problem import Problem
from akson.identity.jwk import base64url
from akson.identity.openid.tokens import LOGOUT_EVENT
from tests.identity.hostile_issuer import (
    EC_KEY,
    GONE,
    HPR,
    IDENTITY,
    KEY,
    ORGANISATION,
    forged,
    lying,
    public,
    signed,
)

OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)
P384 = ec.generate_private_key(ec.SECP384R1())
AT = datetime(2031, 1, 1, 8, tzinfo=UTC)
NOW = int(AT.timestamp())


async def refused(folder: Path, query: dict[str, str] | None = None, **lies: Any) -> str:
    """The id of the refusal. Fails when somebody gets in."""
    async with lying(folder, at=AT, **lies) as deceived:
        with pytest.raises(Problem) as problem:
            await deceived.log_in(**(query or {}))
    return problem.value.id


async def test_an_honest_answer_lets_in(tmp_path: Path) -> None:
    async with lying(tmp_path, at=AT) as deceived:
        person = await deceived.log_in()
    assert (person.name, person.hpr, person.parent) == ("Ida Nilsen", "9900001", "999977774")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://127.0.0.1:1"}, {"iss": GONE}, {"aud": "other"}, {"aud": ["akson", "other"]}, {"aud": GONE},
        {"aud": []},
        {"azp": "other"}, {"nonce": "other"}, {"nonce": GONE}, {"nonce": ""}, {"sub": GONE}, {"sub": ""},
        {"exp": NOW - 60}, {"exp": GONE}, {"exp": "9999999999"}, {"exp": True}, {"exp": float("nan")},
        {"iat": NOW + 600}, {"iat": NOW - 7200}, {"iat": GONE}, {"iat": float("nan")}, {"nbf": NOW + 600}, {"nbf": "now"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"at_hash": 1}, {"at_hash": ""}, {"auth_time": NOW - 3600},
    ],
    ids=str,
)  # fmt: skip
async def test_an_id_token_with_one_wrong_claim(tmp_path: Path, claims: dict[str, Any]) -> None:
    assert await refused(tmp_path, id_token=claims) == "AKS-LOGIN-020"


@pytest.mark.parametrize(
    ("claims", "id"),
    [
        ({f"{IDENTITY}security_level": "3"}, "AKS-LOGIN-021"),
        ({f"{IDENTITY}security_level": 4}, "AKS-LOGIN-021"),
        ({f"{IDENTITY}security_level": GONE}, "AKS-LOGIN-021"),
        ({f"{IDENTITY}security_level": "4 "}, "AKS-LOGIN-021"),
        ({f"{IDENTITY}pid": GONE}, "AKS-LOGIN-022"),
        ({f"{IDENTITY}pid": 12857012345}, "AKS-LOGIN-020"),
        ({f"{IDENTITY}pid": "१२३४५६७८९०१"}, "AKS-LOGIN-020"),
        ({HPR: ["9900001"]}, "AKS-LOGIN-022"),
        ({HPR: "9900001|x"}, "AKS-LOGIN-022"),
    ],
    ids=str,
)
async def test_who_it_is_must_be_said_exactly(tmp_path: Path, claims: dict[str, Any], id: str) -> None:
    assert await refused(tmp_path, id_token=claims) == id


@pytest.mark.parametrize(
    ("claims", "id"),
    [
        ({"aud": "other-api"}, "AKS-LOGIN-020"),
        ({"cnf": {"jkt": "x"}}, "AKS-LOGIN-020"),
        ({"cnf": GONE}, "AKS-LOGIN-020"),
        ({"client_id": "other"}, "AKS-LOGIN-020"),
        ({"sub": "s2"}, "AKS-LOGIN-020"),
        ({f"{IDENTITY}pid": "12857012346"}, "AKS-LOGIN-020"),
        ({"exp": NOW - 60}, "AKS-LOGIN-020"),
        ({f"{ORGANISATION}orgnr_parent": "111111111"}, "AKS-LOGIN-034"),
        ({f"{ORGANISATION}orgnr_child": "111111111"}, "AKS-LOGIN-034"),
        ({f"{ORGANISATION}orgnr_parent": GONE}, "AKS-LOGIN-022"),
        ({f"{ORGANISATION}orgnr_child": "12"}, "AKS-LOGIN-022"),
    ],
    ids=str,
)
async def test_an_access_token_with_one_wrong_claim(tmp_path: Path, claims: dict[str, Any], id: str) -> None:
    assert await refused(tmp_path, access_token=claims) == id


def none(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return forged({"alg": "none", "kid": "one"} | header, claims)


def none_in_capitals(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return forged({"alg": "NoNe", "kid": "one"} | header, claims)


def hs256_with_the_public_key(claims: dict[str, Any], header: dict[str, Any]) -> str:
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = forged({"alg": "HS256", "kid": "one"} | header, claims).rsplit(".", 1)[0]
    return f"{text}.{base64url(hmac.new(pem, text.encode(), hashlib.sha256).digest())}"


def by_another_key(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(claims, OTHER, algorithm="RS256", headers={"kid": "one"} | header)


def by_a_key_of_no_list(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(claims, OTHER, algorithm="RS256", headers={"kid": "two"} | header)


def by_a_key_inside(claims: dict[str, Any], header: dict[str, Any]) -> str:
    inside = {
        "jwk": public(OTHER, kid="one"),
        "jku": "http://127.0.0.1:9/keys",
        "x5u": "http://127.0.0.1:9/x",
    }
    return jwt.encode(claims, OTHER, algorithm="RS256", headers={"kid": "one"} | inside | header)


def by_a_path(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(claims, OTHER, algorithm="RS256", headers={"kid": "../../etc/passwd"} | header)


def without_a_key_name(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(claims, KEY, algorithm="RS256", headers=header)


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return signed(claims, header).rsplit(".", 1)[0] + "."


def changed(claims: dict[str, Any], header: dict[str, Any]) -> str:
    head, _, signature = signed(claims, header).split(".")
    return f"{head}.{base64url(json.dumps(claims | {'sub': 's9'}).encode())}.{signature}"


def critical(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return signed(claims, {"crit": ["x"], "x": 1} | header)


def nested(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return signed({"jwt": signed(claims, {})}, {"cty": "JWT"} | header)


def huge(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return signed(claims | {"x": "a" * 20_000}, header)


@pytest.mark.parametrize(
    "sign",
    [none, none_in_capitals, hs256_with_the_public_key, by_another_key, by_a_key_of_no_list, by_a_key_inside, by_a_path,
     without_a_key_name, unsigned, changed, critical, nested, huge],
    ids=lambda f: f.__name__,
)  # fmt: skip
async def test_a_forged_token(tmp_path: Path, sign: Callable[..., str]) -> None:
    assert await refused(tmp_path, sign=sign) == "AKS-LOGIN-020"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(SHORT, "RS256"), (P384, "ES256"), (EC_KEY, "RS256")],
    ids=["short", "P-384", "mixed"],
)
async def test_a_published_key_that_is_too_weak_or_of_another_kind(
    tmp_path: Path, key: Any, algorithm: str
) -> None:
    def sign(claims: dict[str, Any], header: dict[str, Any]) -> str:
        private = KEY if algorithm == "RS256" and key is EC_KEY else key
        return (
            forged({"alg": algorithm, "kid": "one"} | header, claims, b"x" * 64)
            if private is P384
            else jwt.encode(claims, private, algorithm=algorithm, headers={"kid": "one"} | header)
        )

    assert await refused(tmp_path, sign=sign, jwks=[public(key, kid="one")]) == "AKS-LOGIN-020"


@pytest.mark.parametrize(
    "jwks",
    [
        [],
        [public(KEY, kid="one", use="enc")],
        [public(KEY, kid="one", alg="HS256")],
        [{"kty": "oct", "kid": "one", "k": "AAAA"}],
        [{"kty": "RSA", "kid": "one", "n": "?", "e": "AQAB"}],
        ["x", None, 7],
    ],
    ids=["none", "for encryption", "for HS256", "shared secret", "broken", "no keys at all"],
)
async def test_a_key_set_without_the_right_key(tmp_path: Path, jwks: list[Any]) -> None:
    assert await refused(tmp_path, jwks=jwks) == "AKS-LOGIN-020"


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        ({"id_token": GONE}, "AKS-LOGIN-020"),
        ({"id_token": 7}, "AKS-LOGIN-020"),
        ({"id_token": "a.b"}, "AKS-LOGIN-020"),
        ({"access_token": GONE}, "AKS-LOGIN-002"),
        ({"token_type": "Bearer"}, "AKS-LOGIN-002"),
        ({"token_type": GONE}, "AKS-LOGIN-002"),
    ],
    ids=str,
)
async def test_an_answer_with_something_missing(tmp_path: Path, answer: dict[str, Any], id: str) -> None:
    assert await refused(tmp_path, answer=answer) == id


@pytest.mark.parametrize(
    "header", [{"typ": "at+jwt"}, {"typ": "logout+jwt"}, {"typ": "dpop+jwt"}, {"typ": 7}], ids=str
)
async def test_another_kind_of_token_is_no_id_token(tmp_path: Path, header: dict[str, Any]) -> None:
    assert await refused(tmp_path, id_header=header) == "AKS-LOGIN-020"


@pytest.mark.parametrize(
    ("query", "id"),
    [
        ({"iss": "https://other.example"}, "AKS-LOGIN-011"),
        ({"iss": ""}, "AKS-LOGIN-011"),
        ({"state": "other"}, "AKS-LOGIN-011"),
        ({"state": ""}, "AKS-LOGIN-011"),
        ({"code": ""}, "AKS-LOGIN-002"),
        ({"error": "access_denied"}, "AKS-LOGIN-012"),
        ({"error": "<script>"}, "AKS-LOGIN-013"),
        ({"error": "access_denied", "state": "other"}, "AKS-LOGIN-011"),
    ],
    ids=str,
)
async def test_a_browser_that_comes_back_with_something_else(
    tmp_path: Path, query: dict[str, str], id: str
) -> None:
    assert await refused(tmp_path, query) == id


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": 7},
        {"pushed_authorization_request_endpoint": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": None},
    ],
    ids=str,
)
async def test_metadata_that_leads_elsewhere(tmp_path: Path, metadata: dict[str, Any]) -> None:
    assert await refused(tmp_path, metadata=metadata) == "AKS-LOGIN-002"


@pytest.mark.parametrize("whole", [b"", b"[]", b"{", b"[" * 100_000, b"{}" + b" " * 300_000], ids=len)
async def test_an_answer_that_is_no_answer(tmp_path: Path, whole: bytes) -> None:
    assert await refused(tmp_path, whole=whole) in ("AKS-LOGIN-001", "AKS-LOGIN-002")


async def test_metadata_is_asked_for_once_a_day_and_keys_are_not_hammered(tmp_path: Path) -> None:
    async with lying(tmp_path, at=AT) as deceived:
        for _ in range(3):
            await deceived.log_in()
        assert deceived.issuer.asked["/.well-known/openid-configuration"] == 1
        assert deceived.issuer.asked["/jwks"] == 1
        deceived.issuer.lies.sign = by_a_key_of_no_list
        for _ in range(3):
            with pytest.raises(Problem):
                await deceived.log_in()
        assert deceived.issuer.asked["/jwks"] == 1, "a new key name within a minute is not asked for"
        deceived.clock.advance(timedelta(seconds=61))
        deceived.issuer.lies.jwks.append(public(OTHER, kid="two"))
        await deceived.log_in()
        assert deceived.issuer.asked["/jwks"] == 2, "the issuer has changed its key"


async def test_an_assertion_lives_shortly_and_is_used_once(tmp_path: Path) -> None:
    async with lying(tmp_path, at=AT) as deceived:
        await deceived.log_in()
        await deceived.log_in()
    given = [form["client_assertion"] for form in deceived.issuer.forms]
    claims = [jwt.decode(token, options={"verify_signature": False}) for token in given]
    assert len({c["jti"] for c in claims}) == len(given) == 4
    for token, c in zip(given, claims, strict=True):
        assert (
            c["exp"] - c["iat"] <= 60
            and c["aud"] == deceived.issuer.issuer
            and c["iss"] == c["sub"] == "akson"
        )
        assert jwt.get_unverified_header(token)["typ"] == "client-authentication+jwt"


async def test_a_logout_token_is_told_from_an_id_token(tmp_path: Path) -> None:
    async with lying(tmp_path, at=AT) as deceived:
        right = {
            "iss": deceived.issuer.issuer, "aud": "akson", "iat": NOW, "exp": NOW + 100, "jti": "1",
            "events": {LOGOUT_EVENT: {}}, "sid": "s",
        }  # fmt: skip
        assert await deceived.client.logout_told(signed(right, {"typ": "logout+jwt"})) == ("s", "")
        wrong = [
            right | {"nonce": "n"}, right | {"events": {}}, right | {"aud": "other"}, right | {"exp": NOW - 60},
            {k: v for k, v in right.items() if k != "sid"}, {k: v for k, v in right.items() if k != "jti"},
        ]  # fmt: skip
        for claims in wrong:
            with pytest.raises(Problem, match="not accepted"):
                await deceived.client.logout_told(signed(claims, {}))
        for token in (none(right, {}), by_another_key(right, {}), "", None):
            with pytest.raises(Problem, match="not accepted"):
                await deceived.client.logout_told(token)
