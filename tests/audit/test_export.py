"""Exported events are good FHIR, follow the profiles they claim, and carry no national id."""

import json
import re
from dataclasses import replace
from datetime import datetime

import pytest

from akson.audit.event import AccessEvent
from akson.audit.export import Node, balp, trust_framework
from akson.audit.export.balp import profile_of
from akson.fhir.codec.json import parse
from akson.fhir.validation import TOLD, Profiles, validate

NODE = Node("storvik", "http://127.0.0.1/fhir")
READ = AccessEvent(
    id=bytes(range(16)),
    at=datetime.fromisoformat("2026-11-24T08:12:03.120417+00:00"),
    tenant=1,
    actor_kind="practitioner",
    actor_id="ida",
    actor_name="Ida Nilsen",
    role="nurse",
    hpr="9900001",
    enterprise="990001",
    unit="Hjemmetjenesten Øst",
    patient="astrid",
    action="read",
    purpose="treatment",
    outcome="permit",
    rules=("AKS-RULE-CARE-RELATION",),
    words="Hjemmetjenesten Øst gir deg helsehjelp.",
    policy_version="1",
    resources=("Observation/o1/1", "Observation/o2/1"),
    count=2,
    request="76d148b6",
)
EVENTS = {
    **{
        action: replace(READ, action=action)
        for action in (
            "read",
            "vread",
            "search",
            "history",
            "create",
            "update",
            "delete",
            "receive",
            "export",
            "log",
        )
    },
    "denied": replace(READ, outcome="deny", delivered=False, resources=(), count=0),
    "nobody": replace(READ, action="search", patient="", resources=(), count=0),
    "citizen": replace(
        READ, actor_kind="citizen", actor_id="astrid", hpr="", role="", purpose="patient-request"
    ),
    "bare": replace(READ, request="", words="", actor_name="", hpr="", role="", purpose="odd", resources=()),
}
GROUNDED = {
    "ground": replace(READ, ground="Falt hjemme", purpose="emergency"),
    "attested": replace(READ, decision_ref="23423255", attest=b"x" * 32),
}


@pytest.fixture(scope="module")
def known(shared):
    """Of the shared folder; the tests that need it skip where it is absent."""
    folders = [
        shared / "fhir" / name / "definitions" for name in ("no-domain-auditevent", "ihe-balp", "no-basis")
    ]
    if not all(folder.is_dir() for folder in folders):
        pytest.skip("The profiles of IHE BALP and no-domain AuditEvent are not in the shared folder.")
    return Profiles(parse(path.read_bytes()) for folder in folders for path in sorted(folder.rglob("*.json")))


def wrong(resource, **more):
    assert parse(json.dumps(resource).encode()) == resource
    return [issue.text for issue in validate(resource, **more) if issue.code not in TOLD]


@pytest.mark.parametrize("name", [*EVENTS, *GROUNDED])
def test_good_fhir(name):
    event = {**EVENTS, **GROUNDED}[name]
    assert wrong(balp(event, NODE)) == []


@pytest.mark.parametrize("name", EVENTS)
def test_follows_the_balp_profile_it_claims(name, known):
    resource = balp(EVENTS[name], NODE)
    claimed = resource.get("meta", {}).get("profile", [])
    assert bool(claimed) == (name not in ("denied", "history", "export"))
    assert wrong(resource, profiles=claimed, known=known) == []


@pytest.mark.parametrize("name", GROUNDED)
def test_follows_the_trust_framework_profile(name, known):
    resource = trust_framework(GROUNDED[name], NODE)
    assert wrong(resource, profiles=resource["meta"]["profile"], known=known) == []


def test_profiles_by_action():
    assert [profile_of(EVENTS[n]) for n in ("read", "search", "create", "delete", "nobody", "denied")] == [
        "PatientRead", "PatientQuery", "PatientCreate", "PatientDelete", "Query", "",
    ]  # fmt: skip


def test_only_what_rests_on_a_ground_goes_into_the_trust_framework():
    assert trust_framework(READ, NODE) is None
    assert trust_framework(replace(GROUNDED["ground"], hpr=""), NODE) is None


def test_no_national_id():
    for event in (*EVENTS.values(), *GROUNDED.values()):
        said = json.dumps([balp(event, NODE), trust_framework(event, NODE)])
        assert '2.16.578.1.12.4.1.4.1"' not in said
        assert not re.search(r"(?<!\d)\d{11}(?!\d)", said)


def test_the_profiles_bite(known):
    resource = balp(READ, NODE)
    resource["entity"] = [e for e in resource["entity"] if e["type"]["code"] != "1"]
    assert wrong(resource, profiles=resource["meta"]["profile"], known=known)
    resource = trust_framework(GROUNDED["attested"], NODE)
    del resource["extension"][0]
    assert wrong(resource, profiles=resource["meta"]["profile"], known=known)
