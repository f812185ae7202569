"""A trust anchor, an enterprise's client and a node that trusts them: real keys, real tokens, a real record."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from akson import api
from akson.app.directory import RecordDirectory
from akson.identity.attestation.receiving import Receiver
from akson.identity.callers import Callers
from akson.identity.dpop import Asked, ProofMaker, Proofs, public_jwk
from akson.identity.issuers.external import ExternalIssuer
from akson.identity.issuers.local import LocalIssuer
from akson.identity.issuers.trusted import NATIONAL, TrustedIssuer
from akson.identity.jwks import Keys, write_keys
from akson.identity.once import OnceMarks
from akson.world import FixedClock, SeededRandom
from tests.record.conftest import House

NOW = datetime.fromisoformat("2026-11-26T12:00:00+00:00")
BASE = "https://akson.test"
ISSUER = "https://helseid-sts.test.nhn.no"
AUDIENCE = "storvik:akson"
OWN = "999977774"
HOSPITAL = "100100673"
DOCTOR = "05898597468"
ASTRID = "12844290185"
"""Numbers of the synthetic population, as in the framework's own examples."""
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGANISATION = "urn:oid:2.16.578.1.12.4.1.4.101"
SCOPES = {f"{AUDIENCE}/read": "user/*.rs", f"{AUDIENCE}/observations": "user/Observation.rs"}

RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_RSA_KEY = rsa.generate_private_key(65537, 2048)
NODE_KEY = ec.generate_private_key(ec.SECP256R1())


def attestation(**more: Any) -> dict[str, Any]:
    return {
        "type": "nhn:tillitsrammeverk:parameters",
        "toa": int(NOW.timestamp()) - 60,
        "practitioner": {
            "identifier": {"id": DOCTOR, "name": "GRØNN VITS", "system": FNR},
            "hpr_nr": {"id": "565501872", "system": HPR},
            "authorization": {"code": "LE", "system": "urn:oid:2.16.578.1.12.4.1.1.9060"},
            "legal_entity": {"id": HOSPITAL, "name": "Havnes sykehus HF", "system": ORGANISATION},
            "point_of_care": {"id": HOSPITAL, "name": "Havnes sykehus HF", "system": ORGANISATION},
        },
        "care_relationship": {
            "healthcare_service": {"code": "S03", "system": "urn:oid:2.16.578.1.12.4.1.1.8655"},
            "purpose_of_use": {"code": "TREAT", "system": "urn:oid:2.16.840.1.113883.1.11.20448"},
            "decision_ref": {"id": "b3d1a1c2-0001", "user_selected": False},
        },
        "patients": [{"identifier": {"id": ASTRID, "system": FNR}}],
    } | more


def claims(**more: Any) -> dict[str, Any]:
    """Of a doctor at the hospital, with an attestation for Astrid. None takes a claim away."""
    now = int(NOW.timestamp())
    found = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "76C46317EFA8EB555E868D645D4EE06E",
        "scope": [f"{AUDIENCE}/read", "openid"],
        "client_id": "2141d734-7604-42ca-a377-27f1b712f4e6",
        "client_amr": "private_key_jwt",
        "sub": "OCW6BpVN57vnbxBUE8WOOTM9FrkCaBixlD2y8FgYCag=",
        "name": "GRØNN VITS",
        "helseid://claims/identity/pid": DOCTOR,
        "helseid://claims/identity/security_level": "4",
        "helseid://claims/identity/network": "helsenett",
        "helseid://claims/hpr/hpr_number": "565501872",
        "helseid://claims/client/claims/orgnr_parent": HOSPITAL,
        "helseid://claims/client/client_name": "Sykehusets journal",
        "helseid://claims/client/client_tenancy": "multi-tenant",
        "authorization_details": [attestation()],
    } | more
    return {name: deepcopy(value) for name, value in found.items() if value is not None}


def own_claims(**more: Any) -> dict[str, Any]:
    """Of Ida, who works in the municipality, through another system of hers."""
    mine = {
        "helseid://claims/identity/pid": "01827090057",
        "helseid://claims/hpr/hpr_number": "9900001",
        "helseid://claims/client/claims/orgnr_parent": OWN,
        "name": "Ida Nilsen",
        "sub": "ida-at-helseid",
        "authorization_details": None,
    }
    return claims(**(mine | more))


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return public_jwk(key.public_key())


def signed(payload: Any, key: Any, alg: str, header: Mapping[str, Any]) -> str:
    """Whatever it says; the library would refuse to write odd claims."""
    kept = {name: value for name, value in header.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(payload).encode(), key, algorithm=alg, headers=kept)


async def no_wait(seconds: float) -> None:
    """Time is the test's own."""


@dataclass
class Node:
    """One worker of a node; `worker()` gives another of the same node, or the same after a restart."""

    house: House
    folder: Path
    clock: FixedClock
    trusted: TrustedIssuer
    nonce_key: bytes = b""
    keys: Keys = field(init=False)
    callers: Callers = field(init=False)
    client: ProofMaker = field(init=False)
    usual: str = ""

    def __post_init__(self) -> None:
        directory = RecordDirectory(self.house.record)
        self.keys = Keys(self.trusted.jwks, clock=self.clock, sleep=no_wait)
        marks = OnceMarks(self.folder / "attestations", clock=self.clock)
        issuer = ExternalIssuer(
            self.trusted,
            self.keys,
            directory=directory,
            attestations=Receiver(directory, marks),
            clock=self.clock,
        )
        proofs = Proofs(
            OnceMarks(self.folder / "proofs", clock=self.clock), clock=self.clock, nonce_key=self.nonce_key
        )
        self.local = LocalIssuer(NODE_KEY, clock=self.clock, random=SeededRandom(1))
        self.callers = Callers(self.local, [issuer], proofs)
        self.client = ProofMaker(
            CLIENT_KEY, clock=self.clock, random=SeededRandom(int(self.clock.now().timestamp()))
        )
        door = api.build(self.house.record, callers=self.callers, base_url=BASE)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url=BASE)  # type: ignore[arg-type]

    def worker(self) -> "Node":
        return Node(self.house, self.folder, self.clock, self.trusted, self.nonce_key)

    def token(
        self,
        said: Mapping[str, Any] | None = None,
        *,
        key: Any = RSA_KEY,
        alg: str = "PS256",
        kid: str | None = "anchor-1",
        typ: str | None = "at+jwt",
        **header: Any,
    ) -> str:
        payload = dict(claims() if said is None else said)
        payload.setdefault("cnf", {"jkt": self.client.jkt})
        return signed(payload, key, alg, {"kid": kid, "typ": typ} | header)

    def proof(self, token: str, path: str, method: str = "GET", **more: Any) -> str:
        return self.client.make(Asked(method, f"{BASE}/fhir/{path}"), token=token, **more)

    async def ask(
        self, path: str, token: str | None = None, proof: str | None = None, method: str = "GET"
    ) -> httpx.Response:
        self.usual = self.usual or self.token()
        token = token or self.usual
        shown = {"Authorization": f"DPoP {token}", "DPoP": proof or self.proof(token, path, method)}
        return await self.http.request(method, f"/fhir/{path}", headers=shown)


CLIENT_KEY = ec.generate_private_key(ec.SECP256R1())


def publish(path: Path, **keys: dict[str, Any]) -> None:
    path.write_bytes(write_keys({kid.replace("_", "-"): key for kid, key in keys.items()}))


def trusting(folder: Path, **more: Any) -> TrustedIssuer:
    publish(folder / "jwks.json", anchor_1=jwk(RSA_KEY))
    given = {"issuer": ISSUER, "audience": AUDIENCE, "profile": NATIONAL, "own": (OWN,), "scopes": SCOPES}
    return TrustedIssuer(jwks=str(folder / "jwks.json"), **(given | more))


async def node(house: House, folder: Path, **more: Any) -> Node:
    """With Astrid, her neighbour Bo, Ida and their numbers."""
    await house.put(
        person("astrid", ASTRID),
        person("bo", "01857090027"),
        {
            "resourceType": "Practitioner",
            "id": "ida",
            "active": True,
            "identifier": [{"system": HPR, "value": "9900001"}],
            "name": [{"family": "Nilsen", "given": ["Ida"]}],
        },
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Hjemmetjenesten Øst"},
        {
            "resourceType": "PractitionerRole",
            "id": "rolle-ida",
            "active": True,
            "practitioner": {"reference": "Practitioner/ida"},
            "organization": {
                "reference": "Organization/hjemmetjenesten-ost",
                "display": "Hjemmetjenesten Øst",
            },
            "code": [{"coding": [{"system": "https://akson.no/fhir/CodeSystem/role", "code": "nurse"}]}],
        },
        {
            "resourceType": "EpisodeOfCare",
            "id": "vedtak-bo",
            "status": "active",
            "patient": {"reference": "Patient/bo"},
            "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
            "period": {"start": "2026-01-03"},
        },
    )
    return Node(house, folder, house.stand_still(NOW), trusting(folder, **more))


def person(id: str, number: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": FNR, "value": number}],
        "name": [{"family": "Bakken", "given": [id.title()]}],
    }


def outcome(answer: httpx.Response) -> str:
    """The stable id of a refusal, or the status."""
    if answer.status_code < 400:
        return str(answer.status_code)
    return answer.json()["issue"][0].get("details", {}).get("coding", [{}])[0].get("code") or json.dumps(
        answer.json()
    )


def fresh(one: Node, seed: int) -> None:
    """The client makes proofs with ids it has not used; by default they follow from the clock."""
    one.client = ProofMaker(CLIENT_KEY, clock=one.clock, random=SeededRandom(seed))


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
