"""CDS Hooks as another system meets it: discovery, signed calls, cards, feedback; and whoever may not ask."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from akson.app.advice_door import AdviceDoor
from akson.app.advice_feedback import FeedbackBook
from akson.care.decisionsupport.rules import load
from akson.world import FixedClock
from tests.care.decisionsupport.test_advice import allergy, statement

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
BASE = "https://akson.storvik.example"
EPJ = "https://epj.example.no"
ORDER = f"{BASE}/cds-services/akson-order-sign"
KEY = ec.generate_private_key(ec.SECP384R1())


@pytest.fixture
def door(tmp_path: Path) -> httpx.AsyncClient:
    public = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "epj-1"}
    (tmp_path / "cds").mkdir()
    (tmp_path / "cds" / "epj.jwks").write_text(json.dumps({"keys": [public]}))
    (tmp_path / "cds.toml").write_text(f'[[client]]\nissuer = "{EPJ}"\nkeys = "cds/epj.jwks"\n')
    node: Any = SimpleNamespace(
        settings=SimpleNamespace(data=tmp_path, base_url=BASE), clock=FixedClock(NOW), rules=load()
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(AdviceDoor(node)), base_url=BASE)
    client.headers["x-folder"] = str(tmp_path)
    return client


def token(audience: str = ORDER, *, key: Any = KEY, kid: str = "epj-1", **claims: Any) -> dict[str, str]:
    told = {
        "iss": EPJ,
        "aud": audience,
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=4)).timestamp()),
        "jti": str(uuid.uuid4()),
        **claims,
    }
    told = {name: value for name, value in told.items() if value is not None}
    return {"authorization": f"Bearer {jwt.encode(told, key, 'ES384', headers={'kid': kid, 'typ': 'JWT'})}"}


def request(name: str = "Ibuprofen", atc: str = "M01AE01", **more: Any) -> dict[str, Any]:
    draft = {
        "resourceType": "MedicationRequest",
        "id": "draft",
        "status": "draft",
        "medicationCodeableConcept": {
            "text": name,
            "coding": [{"system": "http://www.whocc.no/atc", "code": atc}],
        },
        "dosageInstruction": [{"text": "1 tabl x 3"}],
    }
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": statement(1, "Warfarin", "B01AA03", "2,5 mg", "etter INR")}],
    }
    return {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {
            "userId": "Practitioner/ida",
            "patientId": "astrid",
            "draftOrders": {"resourceType": "Bundle", "entry": [{"resource": draft}]},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "birthDate": "1942-03-14"},
            "medications": bundle,
            "allergies": {
                "resourceType": "Bundle",
                "entry": [{"resource": allergy(0, "Penicillin", "J01C", "high")}],
            },
            "kidney": None,
        },
        **more,
    }


async def _ask(
    door: httpx.AsyncClient, body: object, headers: Mapping[str, str] | None = None
) -> httpx.Response:
    sent = token() if headers is None else headers
    return await door.post("/cds-services/akson-order-sign", json=body, headers=dict(sent))


async def test_discovery_is_for_anybody_and_names_what_is_needed(door: httpx.AsyncClient) -> None:
    told = (await door.get("/cds-services")).json()["services"]
    assert {one["hook"] for one in told} == {"order-sign", "patient-view"}
    assert all(one["id"] and one["description"] and one["prefetch"] for one in told)


async def test_a_signed_call_is_answered_by_cards(door: httpx.AsyncClient) -> None:
    answer = await _ask(door, request())
    assert answer.status_code == 200, answer.text
    card = answer.json()["cards"][0]
    assert card["indicator"] == "critical" and card["summary"] == "Ibuprofen sammen med Warfarin"
    assert len(card["summary"]) < 140 and card["source"]["url"].startswith("https://doi.org/")
    assert card["overrideReasons"] and uuid.UUID(card["uuid"])
    allergic = await _ask(door, request("Fenoksymetylpenicillin", "J01CE02"))
    assert [one["source"]["topic"]["code"] for one in allergic.json()["cards"]] == ["allergy"]
    fine = await _ask(door, request("Paracetamol", "N02BE01"))
    assert fine.json() == {"cards": []}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic abc"},
        token("https://another.example/cds-services/akson-order-sign"),
        token(iss="https://stranger.example"),
        token(kid="epj-2"),
        token(key=ec.generate_private_key(ec.SECP384R1())),
        token(exp=int((NOW - timedelta(seconds=1)).timestamp())),
        token(exp=int((NOW + timedelta(hours=2)).timestamp())),
        token(exp=None),
        token(jti=None),
    ],
)
async def test_whoever_is_not_known_is_refused_with_nothing_of_the_call(
    door: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await _ask(door, request(), headers)
    assert answer.status_code == 401 and answer.json()["id"] == "AKS-ADVICE-010"
    assert "astrid" not in answer.text.lower() and "warfarin" not in answer.text.lower()


async def test_a_token_counts_once(door: httpx.AsyncClient) -> None:
    once = token()
    assert (await _ask(door, request(), once)).status_code == 200
    assert (await _ask(door, request(), once)).status_code == 401


async def test_what_is_needed_and_not_sent_is_412_and_null_is_none(door: httpx.AsyncClient) -> None:
    short = request()
    del short["prefetch"]["kidney"]
    answer = await _ask(door, short)
    assert answer.status_code == 412 and "kidney" in answer.json()["why"]
    none = request(prefetch=dict.fromkeys(("patient", "medications", "allergies", "kidney")))
    assert (await _ask(door, none)).json() == {"cards": []}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        request(hook="patient-view"),
        request(hookInstance="1"),
        request(context={"userId": "Practitioner/ida"}),
        request(context="astrid"),
    ],
)
async def test_what_is_no_call_is_400(door: httpx.AsyncClient, body: object) -> None:
    answer = await _ask(door, body)
    # What is no JSON object at all is refused by the reader of JSON.
    assert answer.status_code == 400 and answer.json()["id"] in ("AKS-ADVICE-002", "AKS-FHIR-002")


async def test_odd_content_is_judged_by_what_can_be_read(door: httpx.AsyncClient) -> None:
    odd = request()
    odd["prefetch"]["medications"] = {
        "resourceType": "Bundle",
        "entry": [{}, {"resource": 3}, "x", {"resource": {}}],
    }
    assert (await _ask(door, odd)).status_code == 200


async def test_feedback_is_counted_by_rule_and_holds_nobody(door: httpx.AsyncClient, tmp_path: Path) -> None:
    card = (await _ask(door, request())).json()["cards"][0]["uuid"]
    reason = {"reason": {"code": "known", "system": "x"}, "userComment": "Astrid Bakken tåler det"}
    told = {"feedback": [{"card": card, "outcome": "overridden", "overrideReason": reason}]}
    path = "/cds-services/akson-order-sign/feedback"
    answer = await door.post(path, json=told, headers=token(f"{BASE}{path}"))
    assert answer.status_code == 200, answer.text
    kept = tmp_path / "cds" / "feedback.ndjson"
    assert FeedbackBook(kept).counts() == {("nsaid-anticoagulant", "overridden", "known"): 1}
    assert "Astrid" not in kept.read_text()
    stranger = {"feedback": [{"card": str(uuid.uuid4()), "outcome": "accepted"}]}
    assert (await door.post(path, json=stranger, headers=token(f"{BASE}{path}"))).status_code == 200
    wrong = await door.post(
        path, json={"feedback": [{"card": card, "outcome": "x"}]}, headers=token(f"{BASE}{path}")
    )
    assert wrong.status_code == 400


async def test_there_is_nothing_else_here(door: httpx.AsyncClient) -> None:
    for method, path in (
        ("GET", "/cds-services/akson-order-sign"),
        ("POST", "/cds-services"),
        ("POST", "/cds-services/x"),
    ):
        assert (await door.request(method, path, json={})).status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        {"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "62238-1"}]},
         "effectiveDateTime": NOW.isoformat(), "valueQuantity": {"value": "abc"}},
        {"resourceType": "MedicationStatement", "id": "x", "status": "active", "dosage": ["x"]},
    ],
)  # fmt: skip
async def test_what_is_no_fhir_is_400_and_never_500(door: httpx.AsyncClient, odd: dict[str, Any]) -> None:
    body = request()
    body["prefetch"]["medications"] = {"resourceType": "Bundle", "entry": [{"resource": odd}]}
    assert (await _ask(door, body)).status_code == 400


async def test_more_drugs_than_anybody_has_are_413(door: httpx.AsyncClient) -> None:
    body = request()
    rows = [{"resource": statement(n, "Warfarin", "B01AA03", "2,5 mg", "etter INR")} for n in range(200)]
    body["prefetch"]["medications"] = {"resourceType": "Bundle", "entry": rows}
    assert (await _ask(door, body)).status_code == 413


async def test_a_faulty_file_of_clients_lets_nobody_in_and_the_node_opens(tmp_path: Path) -> None:
    (tmp_path / "cds.toml").write_text("[[client]]\nissuer = 3\n")
    node: Any = SimpleNamespace(
        settings=SimpleNamespace(data=tmp_path, base_url=BASE), clock=FixedClock(NOW), rules=load()
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(AdviceDoor(node)), base_url=BASE)
    assert (await client.get("/cds-services")).status_code == 200
    assert (await _ask(client, request())).status_code == 401


async def test_a_node_without_an_address_of_its_own_is_called_on_loopback_alone(tmp_path: Path) -> None:
    node: Any = SimpleNamespace(
        settings=SimpleNamespace(data=tmp_path, base_url=""), clock=FixedClock(NOW), rules=load()
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(AdviceDoor(node)), base_url="https://other.example"
    )
    sent = token("https://other.example/cds-services/akson-order-sign")
    assert (await _ask(client, request(), sent)).status_code == 401
