"""Calls of trusted issuers: who gets in, and what of replays, forgeries and worn keys does not (K-03, K-04, K-05, S-11)."""

import asyncio
import base64
import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from akson.access.actor import PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import Facts, Relation, RelationKind
from akson.access.policies import current
from akson.access.policy import decide
from akson.fhir.problem import Problem
from akson.identity.callers import Shown
from akson.identity.dpop import Asked, ProofMaker, public_jwk
from akson.world import SeededRandom
from tests.api import trust
from tests.api.trust import (
    AUDIENCE,
    BASE,
    DOCTOR,
    NOW,
    OTHER_RSA_KEY,
    RSA_KEY,
    Node,
    claims,
    fresh,
    jwk,
    later,
    node,
    outcome,
    own_claims,
)
from tests.record.conftest import House, house

__all__ = ["house"]

ELSEWHERE = ec.generate_private_key(ec.SECP256R1())


async def test_a_doctor_elsewhere_sees_the_patient_attested_and_the_log_tells_why(
    house: House, tmp_path: Path
) -> None:
    one = await node(house, tmp_path)
    assert outcome(await one.ask("Patient/astrid")) == "200"
    assert outcome(await one.ask("Patient/bo")) == "AKS-RECORD-404"
    found = await one.ask("Patient")
    assert [e["resource"]["id"] for e in found.json()["entry"]] == ["astrid"]
    lines = await house.as_("astrid", PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    events = [event for _, event in await house.log.events_of(1, "astrid", count=10) if event.client]
    assert {(e.decision_ref, e.enterprise, e.hpr, len(e.attest)) for e in events} == {
        ("b3d1a1c2-0001", trust.HOSPITAL, "565501872", 32)
    }
    line = next(line for line in lines if line.name == "GRØNN VITS")
    assert "Havnes sykehus HF" in line.words
    assert DOCTOR not in repr(lines), "the citizen's log shows the name and never the number (ATT-8)"


async def test_one_of_our_own_through_another_system_has_her_own_rights(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    token = one.token(own_claims())
    assert outcome(await one.ask("Patient/bo", token)) == "200"
    assert outcome(await one.ask("Patient/astrid", token)) == "AKS-RECORD-404"
    assert outcome(await one.ask("Patient/bo", token, method="DELETE")) == "AKS-RECORD-404"


async def test_a_local_user_cannot_attest_herself_to_more(house: House, tmp_path: Path) -> None:
    """An attestation for Astrid in the token of one of our own opens nothing that her rights do not."""
    one = await node(house, tmp_path)
    mine = trust.attestation()
    mine["practitioner"]["identifier"]["id"] = "01827090057"
    mine["practitioner"]["hpr_nr"]["id"] = "9900001"
    for unit in ("legal_entity", "point_of_care"):
        mine["practitioner"][unit]["id"] = trust.OWN
    token = one.token(own_claims(authorization_details=[mine]))
    assert outcome(await one.ask("Patient/bo", token)) == "200"
    assert outcome(await one.ask("Patient/astrid", token)) == "AKS-RECORD-404"


# K-03 -------------------------------------------------------------------------------------------------------------------


def _maker(one: Node, key: Any = ELSEWHERE) -> ProofMaker:
    return ProofMaker(key, clock=one.clock, random=SeededRandom(77))


def _shown(one: Node, **changed: Any) -> Shown:
    given = {"method": "GET", "url": f"{BASE}/fhir/Patient/astrid"} | changed
    return Shown(given.pop("authorization"), given.pop("dpop"), **given)


def _proof(one: Node, token: str, claims: dict[str, Any] | None = None, **header: Any) -> str:
    """A proof by the right key with some claims or headers changed; None takes one away."""
    good = jwt.decode(one.proof(token, "Patient/astrid"), options={"verify_signature": False})
    said = {k: v for k, v in (good | (claims or {})).items() if v is not None}
    headers = {"typ": "dpop+jwt", "jwk": public_jwk(trust.CLIENT_KEY.public_key())} | header
    return jwt.encode(
        said, trust.CLIENT_KEY, algorithm="ES256", headers={k: v for k, v in headers.items() if v}
    )


def _private_jwk() -> dict[str, Any]:
    return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(trust.CLIENT_KEY))


def _unsigned_proof(one: Node, token: str) -> str:
    _, body, _ = _proof(one, token).split(".")
    none = base64.urlsafe_b64encode(b'{"typ":"dpop+jwt","alg":"none"}').decode().rstrip("=")
    return f"{none}.{body}."


PLACE = f"{BASE}/fhir/Patient/astrid"
USED, OTHER_KEY, WRONG = "AKS-DPOP-003", "AKS-DPOP-004", "AKS-DPOP-002"


def replays(one: Node, token: str, used: str) -> dict[str, tuple[str, Shown]]:
    """name -> (id of the refusal, what is shown). `used` is a proof that has been accepted for GET Patient/astrid."""
    now = int(NOW.timestamp())

    def of(dpop: str | None, *, shown: str = token, scheme: str = "DPoP", **changed: str) -> Shown:
        return Shown(
            **({"authorization": f"{scheme} {shown}", "dpop": dpop, "method": "GET", "url": PLACE} | changed)
        )

    def made(said: dict[str, Any] | None = None, **header: Any) -> Shown:
        return of(_proof(one, token, said, **header))

    elsewhere = _maker(one)
    stolen = one.token(claims(cnf={"jkt": elsewhere.jkt}, jti="stolen"))
    other = one.token(claims(jti="another"))
    return {
        "same proof again": (USED, of(used)),
        "same proof, scheme in capitals": (USED, of(used, scheme="DPOP")),
        "another method": (WRONG, of(used, method="DELETE")),
        "HEAD with a proof for GET": (WRONG, of(used, method="HEAD")),
        "another resource": (WRONG, of(used, url=f"{BASE}/fhir/Patient/bo")),
        "another host": (WRONG, of(used, url="https://other.test/fhir/Patient/astrid")),
        "another scheme": (WRONG, of(used, url="http://akson.test/fhir/Patient/astrid")),
        "another port": (WRONG, of(used, url="https://akson.test:8443/fhir/Patient/astrid")),
        "a longer path": (WRONG, of(used, url=f"{PLACE}/$everything")),
        "a path that differs in case": (WRONG, of(used, url=f"{BASE}/fhir/patient/astrid")),
        "another token": (WRONG, of(used, shown=other)),
        "no token hash": (WRONG, made({"ath": None})),
        "another client's key": (OTHER_KEY, of(elsewhere.make(Asked("GET", PLACE), token=token))),
        "a token bound to a thief's key": (OTHER_KEY, of(_proof(one, stolen), shown=stolen)),
        "the key of the header swapped": (WRONG, made(jwk=public_jwk(ELSEWHERE.public_key()))),
        "the private key shown along": (WRONG, made(jwk=_private_jwk())),
        "no key in the header": (WRONG, made(jwk=None)),
        "no proof": ("AKS-DPOP-001", of(None)),
        "as a bearer token": ("AKS-DPOP-001", of(None, scheme="Bearer")),
        "as a bearer token with the proof": ("AKS-DPOP-001", of(used, scheme="Bearer")),
        "an unsigned proof": (WRONG, of(_unsigned_proof(one, token))),
        "a proof of another type": (WRONG, made(typ="at+jwt")),
        "the token itself as proof": (WRONG, of(token)),
        "a proof without id": (WRONG, made({"jti": None})),
        "a proof without time": (WRONG, made({"iat": None})),
        "a proof from a minute ahead": (WRONG, made({"iat": now + 60})),
        "a proof made 61 s ago": (WRONG, made({"iat": now - 61})),
    }


async def refused(one: Node, shown: Shown) -> str:
    try:
        await one.callers.identify(shown)
    except Problem as problem:
        return problem.id
    return "accepted"


async def test_no_replay_is_accepted(house: House, tmp_path: Path) -> None:
    """K-03: 27 here, and another worker, after a restart, and 61 s later below."""
    one = await node(house, tmp_path)
    token = one.token()
    proof = one.proof(token, "Patient/astrid")
    good = _shown(one, authorization=f"DPoP {token}", dpop=proof)
    assert await refused(one, good) == "accepted"
    tried = replays(one, token, proof)
    found = {name: await refused(one, shown) for name, (_, shown) in tried.items()}
    found["on another worker"] = await refused(one.worker(), good)
    one.clock.advance(later(30))
    found["after a restart"] = await refused(one.worker(), good)
    one.clock.advance(later(31))
    found["61 s later"] = await refused(one, good)
    wanted = {name: id for name, (id, _) in tried.items()}
    wanted |= {
        "on another worker": "AKS-DPOP-003",
        "after a restart": "AKS-DPOP-003",
        "61 s later": "AKS-DPOP-002",
    }
    assert found == wanted and len(found) == 30


async def test_of_two_workers_at_once_one_is_first(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    workers = [one.worker() for _ in range(8)]
    token = one.token()
    good = _shown(one, authorization=f"DPoP {token}", dpop=one.proof(token, "Patient/astrid"))
    found = await asyncio.gather(*(refused(worker, good) for worker in workers))
    assert sorted(found) == ["AKS-DPOP-003"] * 7 + ["accepted"]


async def test_the_same_address_written_otherwise_is_the_same(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    token = one.token()
    for htu in ("HTTPS://AKSON.test:443/fhir/Patient/astrid", f"{BASE}/fhir/Patient/%61strid?x=1#y"):
        shown = _shown(one, authorization=f"DPoP {token}", dpop=_proof(one, token, {"htu": htu}))
        assert await refused(one, shown) == "accepted"
        one.clock.advance(later(1))


async def test_a_node_may_ask_for_its_own_nonce(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    strict = Node(house, tmp_path, one.clock, one.trusted, nonce_key=b"k" * 32)
    answer = await strict.ask("Patient/astrid")
    assert outcome(answer) == "AKS-DPOP-005"
    challenges = answer.headers.get_list("www-authenticate")
    assert any('error="use_dpop_nonce"' in c for c in challenges) and any(
        c.startswith("Bearer") for c in challenges
    )
    nonce = answer.headers["dpop-nonce"]
    token = strict.usual
    again = await strict.ask("Patient/astrid", token, strict.proof(token, "Patient/astrid", nonce=nonce))
    assert outcome(again) == "200"


# K-04 -------------------------------------------------------------------------------------------------------------------


def raw(header: object, payload: object, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def _with_public_key_as_secret(one: Node) -> str:
    import hashlib
    import hmac

    pem = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    said = claims(cnf={"jkt": one.client.jkt})
    unsigned = raw({"alg": "HS256", "typ": "at+jwt", "kid": "anchor-1"}, said).rpartition(".")[0]
    mark = hmac.new(pem, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def _spliced(one: Node) -> str:
    head, _, mark = one.token().split(".")
    other = one.token(claims(cnf={"jkt": one.client.jkt}, name="EN ANNEN"), key=OTHER_RSA_KEY).split(".")[1]
    return f"{head}.{other}.{mark}"


def _twice_named(one: Node) -> str:
    """Two `aud`: readers differ in which of them they take."""
    said = json.dumps(claims(cnf={"jkt": one.client.jkt})).replace('"aud"', '"aud": "elsewhere", "aud"', 1)
    return jwt.PyJWS().encode(
        said.encode(), RSA_KEY, algorithm="PS256", headers={"typ": "at+jwt", "kid": "anchor-1"}
    )


FORGERIES: dict[str, Callable[[Node], str]] = {
    "algorithm none": lambda n: raw({"alg": "none", "typ": "at+jwt", "kid": "anchor-1"}, claims()),
    "algorithm none, oddly spelt": lambda n: raw({"alg": "nOnE", "typ": "at+jwt", "kid": "anchor-1"}, claims()),
    "the public key as a secret": _with_public_key_as_secret,
    "another key under the id of a known one": lambda n: n.token(key=OTHER_RSA_KEY),
    "key address in the header (jku)": lambda n: n.token(key=OTHER_RSA_KEY, kid="x", jku="https://thief.test/jwks"),
    "certificate address in the header (x5u)": lambda n: n.token(key=OTHER_RSA_KEY, kid="x", x5u="https://thief.test/c"),
    "the key itself in the header (jwk)": lambda n: n.token(key=OTHER_RSA_KEY, kid="x", jwk=jwk(OTHER_RSA_KEY)),
    "certificate in the header (x5c)": lambda n: n.token(key=OTHER_RSA_KEY, x5c=["MIIB"]),
    "a key id that is a path": lambda n: n.token(key=OTHER_RSA_KEY, kid="../../../dev/null"),
    "a key id that is SQL": lambda n: n.token(key=OTHER_RSA_KEY, kid="x' or '1'='1"),
    "no key id": lambda n: n.token(kid=None),
    "no type": lambda n: n.token(typ=""),
    "an id token": lambda n: n.token(typ="id+jwt"),
    "a proof as token": lambda n: n.proof("x", "Patient/astrid"),
    "an algorithm that is not on the list": lambda n: n.token(alg="RS512"),
    "claims under another's signature": _spliced,
    "no signature": lambda n: n.token().rpartition(".")[0] + ".",
    "an extension that must be understood": lambda n: n.token(crit=["exp"], exp=1),
    "a token inside a token": lambda n: n.token({"iss": trust.ISSUER, "payload": n.token()}),
    "a name that stands twice": _twice_named,
    "huge": lambda n: n.token(claims(padding="x" * 20_000)),
    "another audience": lambda n: n.token(claims(aud="nhn:phr-repo")),
    "two audiences": lambda n: n.token(claims(aud=[AUDIENCE, "nhn:phr-repo"])),
    "issuer with a slash at the end": lambda n: n.token(claims(iss=trust.ISSUER + "/")),
    "issuer that is a list": lambda n: n.token(claims(iss=[trust.ISSUER])),
    "expired": lambda n: n.token(claims(exp=int(NOW.timestamp()) - 6)),
    "not valid yet": lambda n: n.token(claims(nbf=int(NOW.timestamp()) + 30)),
    "issued tomorrow": lambda n: n.token(claims(iat=int(NOW.timestamp()) + 86_400, exp=int(NOW.timestamp()) + 90_000)),
    "valid for a year": lambda n: n.token(claims(exp=int(NOW.timestamp()) + 31_536_000)),
    "no expiry": lambda n: n.token(claims(exp=None)),
    "expiry that is a text": lambda n: n.token(claims(exp="9999999999")),
    "no id": lambda n: n.token(claims(jti=None)),
    "brackets": lambda n: base64.urlsafe_b64encode(b"[" * 9_000).decode().rstrip("=") + ".e30.e30",
    "not a token": lambda n: "hello",
    "empty": lambda n: "",
}  # fmt: skip


async def test_no_forgery_is_accepted(house: House, tmp_path: Path) -> None:
    """K-04, on the whole way through the door."""
    one = await node(house, tmp_path)
    assert outcome(await one.ask("Patient/astrid")) == "200"
    found = {}
    for name, make in FORGERIES.items():
        token = make(one)
        for scheme in ("DPoP", "Bearer"):
            shown = {"Authorization": f"{scheme} {token}", "DPoP": one.proof(token, "Patient/astrid")}
            answer = await one.http.get("/fhir/Patient/astrid", headers=shown)
            found[name, scheme] = (answer.status_code, outcome(answer)[:9])
            assert token not in answer.text or not token
    assert {status for status, _ in found.values()} == {401}, found
    odd = {name: id for name, (_, id) in found.items() if id not in ("AKS-TOKEN", "AKS-IDENT", "AKS-DPOP-")}
    assert not odd
    assert len(FORGERIES) >= 20


# S-11 -------------------------------------------------------------------------------------------------------------------

ODD_VALUES: tuple[Any, ...] = (
    "",
    "0",
    4,
    True,
    [],
    {},
    ["4"],
    "x" * 400,
    "9999999999",
    "user/*.cruds",
    " ",
    "\u202e",
)
NEVER_ODD = frozenset({"exp", "iat", "nbf"})
"""Whole numbers that are other numbers are valid claims of another time; FORGERIES has theirs."""
POLICY = current()
ACTIONS = ("read", "search", "history", "create", "update", "delete", "log", "erase")
TYPES = ("Patient", "Observation", "Task", "Organization", "Practitioner")


async def test_missing_and_odd_claims_never_widen(house: House, tmp_path: Path) -> None:
    """S-11: 500 tokens with claims and scopes taken away or made odd; each is an error, or opens no more than the whole."""
    one = await node(house, tmp_path)
    whole = (await one.callers.identify(await _of(one, claims()))).actor
    chance = random.Random(11)
    names = [n for n in claims() if n not in NEVER_ODD]
    scopes = [[], [""], ["x"], [f"{AUDIENCE}/observations"], [f"{AUDIENCE}/write"], ["user/*.cruds"], ["system/*.cruds"],
              [f"{AUDIENCE}/read", 7], f"{AUDIENCE}/observations openid", None]  # fmt: skip
    wrongs: list[dict[str, Any]] = [{n: None} for n in names] + [{n: v} for n in names for v in ODD_VALUES]
    wrongs += [{"scope": scope} for scope in scopes]
    pairs = list(itertools.combinations(wrongs, 2))
    wrongs += [a | b for a, b in chance.sample(pairs, 520 - len(wrongs))] if len(wrongs) < 520 else []
    errors = opened = 0
    known = tuple(
        Relation(patient, grantee, RelationKind.REFERRAL, NOW)
        for patient in ("astrid", "bo")
        for grantee in (*whole.grantees, *whole.enterprises)
    )
    worlds = [Facts(patients, known) for patients in ((), ("astrid",), ("bo",), ("astrid", "bo"))]
    for number, wrong in enumerate(wrongs):
        try:
            actor = (
                await one.callers.identify(await _of(one, claims(**({"jti": f"jti-{number}"} | wrong))))
            ).actor
        except Problem as problem:
            errors += 1
            assert problem.id.startswith(("AKS-TOKEN", "AKS-ATTEST", "AKS-DPOP")), (wrong, problem.id)
            continue
        assert actor.kind is whole.kind and actor.level == whole.level and actor.tenant == whole.tenant
        assert actor.attested is not None and whole.attested is not None
        assert set(actor.attested.patients) <= set(whole.attested.patients), wrong
        for purpose, action, type in itertools.product(PurposeOfUse, ACTIONS, TYPES):
            question = Question(action, type, NOW)
            for facts in worlds:
                less = decide(facts, actor, purpose, question, POLICY).permit
                assert not less or decide(facts, whole, purpose, question, POLICY).permit, (
                    wrong,
                    action,
                    type,
                )
                opened += less
    assert len(wrongs) >= 500 and errors > 300 and opened > 0


async def _of(one: Node, said: dict[str, Any]) -> Shown:
    token = one.token(said)
    fresh(one, hash(token))
    return _shown(one, authorization=f"DPoP {token}", dpop=one.proof(token, "Patient/astrid"))
