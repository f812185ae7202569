"""K-01: forty and more ways in which an attestation is not what it should be; none opens anything, each has its own id."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.identity.callers import Shown
from tests.api import trust
from tests.api.trust import BASE, NOW, OTHER_RSA_KEY, Node, attestation, claims, fresh, node, outcome
from tests.record.conftest import House, house

__all__ = ["house"]

SECONDS = int(NOW.timestamp())
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> dict[str, Any]:
    """The good attestation with one thing other than it should be."""
    found = deepcopy(attestation())
    change(found)
    return found


def at(path: str, value: Any) -> Change:
    """Sets what stands at `care_relationship.purpose_of_use.code`; None takes it away."""

    def change(statement: dict[str, Any]) -> None:
        *above, last = path.split(".")
        here: Any = statement
        for name in above:
            here = here[int(name)] if name.isdecimal() else here[name]
        if value is None:
            del here[last]
        else:
            here[last] = value

    return change


def patients(*numbers: str) -> Change:
    return at("patients", [{"identifier": {"id": n, "system": trust.FNR}} for n in numbers])


def emergency(*numbers: str) -> Change:
    def change(statement: dict[str, Any]) -> None:
        at("care_relationship.purpose_of_use.code", "BTG")(statement)
        patients(*numbers)(statement)

    return change


# What is wrong -> (change, id of the refusal)
MUTATIONS: dict[str, tuple[Change, str]] = {
    "toa 61 minutes ago": (at("toa", SECONDS - 3_601), "030"),
    "toa a minute ahead": (at("toa", SECONDS + 60), "031"),
    "toa in milliseconds": (at("toa", SECONDS * 1000), "031"),
    "toa missing": (at("toa", None), "011"),
    "toa as text": (at("toa", str(SECONDS)), "011"),
    "toa with a fraction": (at("toa", SECONDS + 0.5), "011"),
    "toa true": (at("toa", True), "011"),
    "toa of the year 2001": (at("toa", 1_000_000_000), "011"),
    "practitioner missing": (at("practitioner", None), "012"),
    "practitioner not identified": (at("practitioner.identifier", None), "012"),
    "another practitioner": (at("practitioner.identifier.id", "01827090057"), "040"),
    "practitioner with a space": (at("practitioner.identifier.id", trust.DOCTOR + " "), "040"),
    "practitioner by help number": (at("practitioner.identifier.system", "urn:oid:2.16.578.1.12.4.1.4.3"), "012"),
    "practitioner's fnr called D-number": (at("practitioner.identifier.system", "urn:oid:2.16.578.1.12.4.1.4.2"), "041"),
    "another's HPR number": (at("practitioner.hpr_nr.id", "9144900"), "042"),
    "HPR number left out": (at("practitioner.hpr_nr", None), "042"),
    "HPR number of letters": (at("practitioner.hpr_nr.id", "LE565501"), "013"),
    "authorisation of another list": (at("practitioner.authorization.system", "urn:oid:2.16.578.1.12.4.1.1.9999"), "014"),
    "legal entity of another enterprise": (at("practitioner.legal_entity.id", "999977774"), "050"),
    "legal entity missing": (at("practitioner.legal_entity", None), "015"),
    "legal entity of eight digits": (at("practitioner.legal_entity.id", "10010067"), "015"),
    "legal entity by HER-id": (at("practitioner.legal_entity.system", "urn:oid:2.16.578.1.12.4.1.2"), "015"),
    "point of care of another enterprise": (at("practitioner.point_of_care.id", "999977774"), "052"),
    "point of care missing": (at("practitioner.point_of_care", None), "016"),
    "department without id": (at("practitioner.department", {"name": "Sengepost"}), "017"),
    "health service of an unknown list": (at("care_relationship.healthcare_service.system", "urn:oid:1.2.3"), "018"),
    "purpose missing": (at("care_relationship.purpose_of_use", None), "019"),
    "purpose HRESCH": (at("care_relationship.purpose_of_use.code", "HRESCH"), "019"),
    "purpose in small letters": (at("care_relationship.purpose_of_use.code", "treat"), "019"),
    "purpose of another system": (at("care_relationship.purpose_of_use.system", "urn:oid:1.2.3"), "019"),
    "neither service nor details": (at("care_relationship.healthcare_service", None), "020"),
    "details without code": (at("care_relationship.purpose_of_use_details", {"system": "urn:oid:1.2"}), "021"),
    "decision missing": (at("care_relationship.decision_ref", None), "022"),
    "decision without id": (at("care_relationship.decision_ref.id", None), "022"),
    "decision with an empty id": (at("care_relationship.decision_ref.id", ""), "022"),
    "decision that is a path": (at("care_relationship.decision_ref.id", "../../etc/passwd"), "060"),
    "decision of 65 characters": (at("care_relationship.decision_ref.id", "x" * 65), "060"),
    "decision with a line break": (at("care_relationship.decision_ref.id", "ok\n"), "060"),
    "user_selected as text": (at("care_relationship.decision_ref.user_selected", "true"), "023"),
    "user_selected as number": (at("care_relationship.decision_ref.user_selected", 1), "023"),
    "user_selected missing": (at("care_relationship.decision_ref.user_selected", None), "023"),
    "care relation missing": (at("care_relationship", None), "025"),
    "care relation twice, by both names": (at("care_relation", attestation()["care_relationship"]), "025"),
    "patients missing": (at("patients", None), "024"),
    "patients as an object": (at("patients", {}), "024"),
    "patient without identifier": (at("patients", [{}]), "024"),
    "patient by an unknown series": (at("patients.0.identifier.system", "urn:oid:2.16.578.1.12.4.1.4.9"), "024"),
    "patient's number of ten digits": (at("patients.0.identifier.id", "1284429018"), "072"),
    "patient's number that is a wildcard": (at("patients.0.identifier.id", "%"), "072"),
    "the same patient twice": (patients(trust.ASTRID, trust.ASTRID), "071"),
    "101 patients": (patients(*(f"{n:011}" for n in range(101))), "070"),
    "emergency for nobody": (emergency(), "073"),
    "emergency for two": (emergency(trust.ASTRID, "01857090027"), "073"),
}  # fmt: skip


async def told(
    one: Node, said: dict[str, Any] | None = None, path: str = "Patient/astrid", **signed: Any
) -> str:
    fresh(one, len(told.__dict__) + hash(repr(said)) + hash(path))
    return outcome(await one.ask(path, one.token(said, **signed)))


async def test_no_mutation_is_accepted(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    found = {}
    for number, (name, (change, _)) in enumerate(MUTATIONS.items()):
        said = claims(authorization_details=[changed(change)], jti=f"jti-{number}")
        found[name] = await told(one, said)
    wanted = {name: f"AKS-ATTEST-{id}" for name, (_, id) in MUTATIONS.items()}
    # A date that PostgreSQL could hold but no clock shows is from the future like any other.
    assert found == wanted
    assert len(MUTATIONS) >= 40
    # The good one opens the record, and so the mutations alone were the reason.
    assert await told(one) == "200"


# What is wrong around it -> (claims, what becomes of it)
AROUND: dict[str, tuple[dict[str, Any], str]] = {
    "also as assertion_details": ({"assertion_details": [attestation()]}, "AKS-ATTEST-002"),
    "two of them": ({"authorization_details": [attestation(), attestation()]}, "AKS-ATTEST-003"),
    "an object": ({"authorization_details": attestation()}, "AKS-ATTEST-001"),
    "a text": ({"authorization_details": "nhn:tillitsrammeverk:parameters"}, "AKS-ATTEST-001"),
    "a list of texts": ({"authorization_details": ["nhn:tillitsrammeverk:parameters"]}, "AKS-ATTEST-001"),
    "of another type": ({"authorization_details": [attestation(type="nhn:other")]}, "AKS-TOKEN-007"),
    "type in capitals": ({"authorization_details": [attestation(type="NHN:TILLITSRAMMEVERK:PARAMETERS")]}, "AKS-TOKEN-007"),
    "none": ({"authorization_details": None}, "AKS-TOKEN-007"),
    "an empty list": ({"authorization_details": []}, "AKS-TOKEN-007"),
    "inside and beside": (
        {"authorization_details": [attestation() | {"attestation": attestation()}]}, "AKS-ATTEST-003"),
    "asked for another organisation": (
        {"authorization_details": [
            attestation(),
            {"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": {
                "system": "urn:oid:1.0.6523", "type": "ENH", "value": "NO:ORGNR:999977774:999977775"}}}},
        ]}, "AKS-ATTEST-004"),
    "the token's enterprise is another": (
        {"helseid://claims/client/claims/orgnr_parent": "974589095"}, "AKS-ATTEST-050"),
    "the token's unit is another": (
        {"helseid://claims/client/claims/orgnr_child": "974589095"}, "AKS-ATTEST-052"),
    "the token's user is another": ({"helseid://claims/identity/pid": "01827090057"}, "AKS-ATTEST-040"),
    "level 3": ({"helseid://claims/identity/security_level": "3"}, "AKS-TOKEN-003"),
}  # fmt: skip


async def test_nothing_around_it_may_be_other_either(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    found = {}
    for number, (name, (more, _)) in enumerate(AROUND.items()):
        found[name] = await told(one, claims(**({"jti": f"around-{number}"} | more)))
    assert found == {name: id for name, (_, id) in AROUND.items()}


async def test_signatures_keys_and_algorithms(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    assert await told(one, claims(jti="1"), key=OTHER_RSA_KEY) == "AKS-TOKEN-001", "another enterprise's key"
    assert await told(one, claims(jti="2"), alg="RS384") == "AKS-TOKEN-001", "algorithm swapped"
    assert await told(one, claims(jti="3", iss="https://other.test")) == "AKS-TOKEN-002", "another issuer"


async def test_an_id_is_used_by_one_attestation(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    assert await told(one) == "200"
    other = claims(authorization_details=[changed(patients("01857090027"))])
    assert await told(one, other, "Patient/bo") == "AKS-ATTEST-080"
    fresh(one.worker(), 9)
    assert await told(one.worker(), other, "Patient/bo") == "AKS-ATTEST-080", "nor on another worker"


async def test_another_patient_is_as_if_she_did_not_exist(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path)
    hidden, missing = [await one.ask(f"Patient/{id}") for id in ("bo", "nobody")]
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    nobody = claims(jti="n", authorization_details=[changed(patients())])
    assert await told(one, nobody) == "AKS-RECORD-404", "without a patient: nothing of any patient (ATT-6)"
    unknown = claims(jti="u", authorization_details=[changed(patients("12854200281"))])
    assert await told(one, unknown) == "AKS-RECORD-404", "a patient we do not have is not told of"


async def test_an_enterprise_vouches_for_itself_alone(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path, profile="enterprise", partners=(trust.HOSPITAL,), own=())
    assert await told(one) == "200"
    neighbour = deepcopy(attestation())
    for unit in ("legal_entity", "point_of_care"):
        neighbour["practitioner"][unit]["id"] = trust.OWN
    parent = {"helseid://claims/client/claims/orgnr_parent": trust.OWN}
    said = claims(jti="2", authorization_details=[neighbour], **parent)
    assert await told(one, said) == "AKS-ATTEST-051"


async def test_a_shorter_age_may_be_configured(house: House, tmp_path: Path) -> None:
    one = await node(house, tmp_path, attestation_age_max_s=300)
    old = claims(jti="6", authorization_details=[attestation(toa=SECONDS - 360)])
    assert await told(one, old) == "AKS-ATTEST-030"
    token = one.token(
        claims(jti="4", exp=SECONDS + 3_600, authorization_details=[attestation(toa=SECONDS - 270)])
    )
    fresh(one, 1)
    assert outcome(await one.ask("Patient/astrid", token)) == "200"
    one.clock.advance(trust.later(31))
    fresh(one, 2)
    assert outcome(await one.ask("Patient/astrid", token)) == "AKS-ATTEST-030", (
        "not remembered beyond its age"
    )


@pytest.mark.parametrize(
    ("code", "purpose"),
    [
        ("TREAT", PurposeOfUse.TREATMENT),
        ("ETREAT", PurposeOfUse.TREATMENT),
        ("COC", PurposeOfUse.CARE_COORDINATION),
        ("BTG", PurposeOfUse.EMERGENCY),
    ],
)
@pytest.mark.parametrize("name", ["care_relation", "care_relationship"])
async def test_purpose_decision_and_digest_reach_the_record(
    house: House, tmp_path: Path, code: str, purpose: PurposeOfUse, name: str
) -> None:
    one = await node(house, tmp_path)
    said = changed(at("care_relationship.purpose_of_use.code", code))
    said[name] = said.pop("care_relationship")
    token = one.token(claims(authorization_details=[said]))
    url = f"{BASE}/fhir/Patient/astrid"
    caller = await one.callers.identify(
        Shown(f"DPoP {token}", one.proof(token, "Patient/astrid"), "GET", url)
    )
    assert (caller.purpose, caller.ground) == (purpose, "b3d1a1c2-0001")
    attested = caller.actor.attested
    assert attested is not None and attested.decision == caller.ground and len(attested.digest) == 64
    assert attested.patients == ("astrid",)
    assert (attested.legal_entity, caller.actor.role) == (trust.HOSPITAL, "doctor")


async def test_the_digest_is_the_same_however_it_is_written(house: House, tmp_path: Path) -> None:
    from akson.identity.attestation.receiving import digest

    said = attestation()
    assert digest(said) == digest(dict(reversed(said.items())))
    assert digest(said) != digest(attestation(toa=1))
