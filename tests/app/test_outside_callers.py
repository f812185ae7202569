"""A running node with two workers: a service registered by command, and a user of a trusted issuer, as they come in."""

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from akson.identity.dpop import Asked, ProofMaker, public_jwk
from akson.identity.jwks import write_keys
from akson.identity.smart.proving import ASSERTION
from akson.world import SystemClock, SystemRandom
from tests.api.trust import FNR, attestation
from tests.app.nodes import RunningNode, akson, node
from tests.ports import free_port

ISSUER_KEY, CLIENT_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
ISSUER = "https://sykehus.example.no/token"
DOCTOR, HOSPITAL = "05898597468", "100100673"


def issuers(folder: Path) -> None:
    keys = {"k1": public_jwk(ISSUER_KEY.public_key())}
    (folder / "hospital.json").write_bytes(write_keys(keys))
    (folder / "issuers.toml").write_text(
        f'[[api]]\nissuer = "{ISSUER}"\naudience = "storvik:akson"\njwks = "hospital.json"\nprofile = "enterprise"\n'
        f'partners = ["{HOSPITAL}"]\n[api.scopes]\n"akson/read" = "user/*.rs"\n'
    )


def asked(
    address: str, headers: dict[str, str], form: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    body = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(address, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read() or b"{}")


def patient_of(one: RunningNode, national_id: str) -> None:
    identifier = {"system": FNR, "value": national_id}
    body = {"resourceType": "Patient", "id": "syk", "identifier": [identifier]}
    headers = {"Authorization": f"Bearer {one.token()}", "Content-Type": "application/fhir+json"}
    request = urllib.request.Request(
        f"{one.address}/fhir/Patient/syk", data=json.dumps(body).encode(), headers=headers, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def hospital_token(jkt: str) -> str:
    now = int(time.time())
    said = {
        "iss": ISSUER, "aud": "storvik:akson", "iat": now, "exp": now + 300, "jti": secrets.token_hex(8),
        "scope": "akson/read", "client_id": "epj", "sub": "lege-1", "name": "GRØNN VITS", "cnf": {"jkt": jkt},
        "helseid://claims/identity/pid": DOCTOR, "helseid://claims/identity/security_level": "4",
        "helseid://claims/hpr/hpr_number": "565501872", "helseid://claims/client/claims/orgnr_parent": HOSPITAL,
        "authorization_details": [attestation(toa=now)],
    }  # fmt: skip
    return jwt.encode(said, ISSUER_KEY, algorithm="ES256", headers={"typ": "at+jwt", "kid": "k1"})


@pytest.mark.crash
def test_services_and_trusted_issuers_reach_a_running_node(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    issuers(data)
    base = f"http://127.0.0.1:{port}"
    with node(data, "--workers", "2", "--port", port, AKSON_BASE_URL=base) as one:
        patient_of(one, "12844290185")
        keys = tmp_path / "jwks.json"
        keys.write_bytes(write_keys({"app-1": public_jwk(CLIENT_KEY.public_key())}))
        given = ("--name", "Teller", "--kind", "service", "--scopes", "system/Patient.rs", "--keys", keys)
        done = akson("client", "add", "teller", *given, "--data", data)
        assert done.returncode == 0, done.stderr
        told = asked(f"{base}/fhir/.well-known/smart-configuration", {})[1]
        now = int(datetime.now(UTC).timestamp())
        assertion = jwt.encode(
            {"iss": "teller", "sub": "teller", "aud": told["token_endpoint"], "exp": now + 60, "jti": secrets.token_hex(8)},
            CLIENT_KEY, algorithm="ES256", headers={"kid": "app-1"},
        )  # fmt: skip
        form = {"grant_type": "client_credentials", "scope": "system/*.rs"}
        form |= {"client_assertion_type": ASSERTION, "client_assertion": assertion}
        status, granted = asked(told["token_endpoint"], {}, form)
        assert status == 200 and granted["scope"] == "system/Patient.rs", granted
        bearer = {"Authorization": f"Bearer {granted['access_token']}"}
        assert asked(f"{base}/fhir/Patient/syk", bearer)[0] == 200
        assert asked(told["token_endpoint"], {}, form)[0] == 401, "an assertion is good once, on both workers"

        maker = ProofMaker(CLIENT_KEY, clock=SystemClock(), random=SystemRandom())
        token = hospital_token(maker.jkt)
        address = f"{base}/fhir/Patient/syk"
        proof = maker.make(Asked("GET", address), token=token)
        shown = {"Authorization": f"DPoP {token}", "DPoP": proof}
        tries = [asked(address, shown) for _ in range(6)]
        assert [status for status, _ in tries] == [200, 401, 401, 401, 401, 401], "on either worker"
        assert asked(address, {"Authorization": f"Bearer {token}"})[0] == 401
        for _ in range(4):
            fresh = {"Authorization": f"DPoP {token}", "DPoP": maker.make(Asked("GET", address), token=token)}
            assert asked(address, fresh)[0] == 200


def test_a_node_with_a_wrong_issuer_does_not_start(tmp_path: Path) -> None:
    issuers(tmp_path)
    done = akson("serve", "--data", tmp_path, "--port", "0")
    assert done.returncode == 1 and "AKS-APP-025" in done.stderr and "base_url" in done.stderr
