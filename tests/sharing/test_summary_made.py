"""$summary over a real record: what it says, to whom, and that IPS would take it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from akson.fhir.codec.json import parse
from akson.fhir.validation import Profiles, validate
from akson.sharing.summary import codes
from akson.sharing.summary.reading import walk
from tests.api.conftest import Fhir, fhir
from tests.record.conftest import NOON, astrid, decision_for, house, pulse

__all__ = ["fhir", "house"]

SUBJECT = {"reference": "Patient/astrid"}
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
ACCESS = "urn:oid:2.16.578.1.12.4.1.1.9603"
ALLERGIES, MEDICINES, PROBLEMS = "48765-2", "10160-0", "11450-4"


def clinical(kind: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{kind}", "code": code}]}


def allergy(id: str, text: str, *codings: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": id,
        "clinicalStatus": clinical("allergyintolerance-clinical", "active"),
        "code": {"text": text, **({"coding": [*codings]} if codings else {})},
        "patient": SUBJECT,
        **more,
    }


def problem(id: str, text: str, status: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": clinical("condition-clinical", status),
        "code": {
            "text": text,
            "coding": [
                {"system": "urn:oid:2.16.578.1.12.4.1.1.7170", "code": "K77", "display": "Hjertesvikt"},
                {"system": codes.SNOMED, "code": "84114007", "display": "Heart failure"},
            ],
        },
        "subject": SUBJECT,
        "onsetDateTime": "2019-05",
        **more,
    }


def medicine(id: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "id": id,
        "status": "active",
        "medicationReference": {"reference": "Medication/furosemid"},
        "subject": SUBJECT,
        "informationSource": {"reference": "Practitioner/ida", "display": "Ida Nilsen"},
        "dosage": [{"text": "1 + 0 + 0 + 0"}],
        **more,
    }


FUROSEMID = {
    "resourceType": "Medication",
    "id": "furosemid",
    "code": {"text": "Furosemid", "coding": [{"system": "http://www.whocc.no/atc", "code": "C03CA01"}]},
    "form": {"text": "tablett"},
    "ingredient": [
        {
            "itemCodeableConcept": {"text": "Furosemid"},
            "strength": {"numerator": {"value": 40, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablett"}},
        }
    ],
}  # fmt: skip


def own_list(reason: str = "", *items: str) -> dict[str, Any]:
    empty = {"emptyReason": {"coding": [{"system": codes.EMPTY_REASON, "code": reason}]}} if reason else {}
    return {
        "resourceType": "List",
        "id": "own",
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": codes.LOINC, "code": MEDICINES}]},
        "subject": SUBJECT,
        "date": "2026-11-20T12:00:00+01:00",
        **({"entry": [{"item": {"reference": item}} for item in items]} if items else {}),
        **empty,
    }


async def someone(fhir: Fhir, *more: dict[str, Any]) -> None:
    name = [{"family": "Bakken", "given": ["Astrid"]}]
    number = [{"system": FNR, "value": "13816099990"}]
    await fhir.house.put(
        astrid(name=name, identifier=number, birthDate="1942-05-12", gender="female"),
        {"resourceType": "Practitioner", "id": "ida", "name": [{"family": "Nilsen", "given": ["Ida"]}]},
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Øst"},
        decision_for("astrid"),
        decision_for("astrid", "storvik-saksbehandling", id="vedtak-2"),
        *more,
    )


async def rich(fhir: Fhir) -> None:
    vital = [clinical("observation-category", "vital-signs")]
    await someone(
        fhir,
        FUROSEMID,
        allergy("a1", "Penicillin", {"system": codes.SNOMED, "code": "91936005"}, criticality="high"),
        problem("c1", "Hjertesvikt"),
        problem("c2", "Lungebetennelse", "resolved"),
        problem("c3", "Kreft", verificationStatus=clinical("condition-ver-status", "refuted")),
        medicine("m1"),
        medicine("m2", status="stopped"),
        own_list("", "MedicationStatement/m1"),
        {**pulse("o1", "astrid", 60), "category": vital, "effectiveDateTime": "2026-11-20T08:00:00+01:00"},
        {**pulse("o2", "astrid", 72), "category": vital},
    )


async def made(fhir: Fhir, who: str = "ida", path: str = "Patient/astrid/$summary") -> dict[str, Any]:
    answer = await fhir.ask("GET", path, who=who)
    assert answer.status_code == 200, answer.text
    return dict(parse(answer.content))


def composition(bundle: dict[str, Any]) -> dict[str, Any]:
    return dict(bundle["entry"][0]["resource"])


def section(bundle: dict[str, Any], code: str) -> dict[str, Any]:
    found = [s for s in composition(bundle)["section"] if s["code"]["coding"][0]["code"] == code]
    assert len(found) == 1, f"{code} stands {len(found)} times"
    return dict(found[0])


def entries(bundle: dict[str, Any], code: str) -> list[dict[str, Any]]:
    held = {e["fullUrl"]: e["resource"] for e in bundle["entry"]}
    return [held[e["reference"]] for e in section(bundle, code).get("entry", [])]


def hold(bundle: dict[str, Any]) -> None:
    """What every summary keeps, whatever is in the record."""
    assert not [i for i in validate(bundle) if i.severity in ("error", "fatal")], validate(bundle)
    assert (bundle["type"], bundle["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    assert bundle["identifier"]["value"] and bundle["timestamp"]
    urls = [e["fullUrl"] for e in bundle["entry"]]
    assert len(urls) == len({*urls}) and all(
        "request" not in e and "response" not in e for e in bundle["entry"]
    )
    assert sum(e["resource"]["resourceType"] == "Composition" for e in bundle["entry"]) == 1, "bdl-ips-1"
    named = {v["reference"] for v in walk(bundle) if isinstance(v.get("reference"), str)}
    assert {n for n in named if not n.startswith("#")} <= {*urls}, "everything it names is in it"
    told = composition(bundle)
    assert {*urls[1:]} - named == set(), "and nothing else is"
    for code in (ALLERGIES, MEDICINES, PROBLEMS):
        one = section(bundle, code)
        assert one["text"]["div"] and bool(one.get("entry")) != bool(one.get("emptyReason")), "ips-comp-1"
    held = dict(zip(urls, (e["resource"]["resourceType"] for e in bundle["entry"]), strict=True))
    assert held[told["subject"]["reference"]] == "Patient"
    assert held[told["author"][0]["reference"]] == "Device", "put together by a program, and says so"
    assert (
        held[told["custodian"]["reference"]]
        == held[told["attester"][0]["party"]["reference"]]
        == "Organization"
    )
    assert "Patient/astrid" not in json.dumps(bundle, default=str), "no address of ours"


async def test_what_she_lives_with_now_in_words_and_in_codes(fhir: Fhir) -> None:
    await rich(fhir)
    bundle = await made(fhir)
    hold(bundle)
    assert [p["code"]["text"] for p in entries(bundle, PROBLEMS)] == ["Hjertesvikt"]
    assert [p["code"]["text"] for p in entries(bundle, "11348-0")] == ["Lungebetennelse"]
    systems = [c["system"] for c in entries(bundle, PROBLEMS)[0]["code"]["coding"]]
    assert systems == ["urn:oid:2.16.578.1.12.4.1.1.7170", codes.SNOMED], "the national code stays beside"
    (line,) = entries(bundle, MEDICINES)
    held = {e["fullUrl"]: e["resource"] for e in bundle["entry"]}
    assert held[line["medicationReference"]["reference"]]["code"]["coding"][0]["code"] == "C03CA01"
    assert line["_effectiveDateTime"]["extension"][0]["valueCode"] == "unknown", "since when nobody has said"
    assert "Furosemid 40 mg" in section(bundle, MEDICINES)["text"]["div"]
    assert "kan være livstruende" in section(bundle, ALLERGIES)["text"]["div"]
    assert [o["valueQuantity"]["value"] for o in entries(bundle, "8716-3")] == [72], "the newest of each"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([], {ALLERGIES: "unavailable", MEDICINES: "unavailable", PROBLEMS: "unavailable"}),
        ([own_list("nilknown")], {MEDICINES: "787481004 no-known-medications"}),
        ([own_list("notasked")], {MEDICINES: "notasked"}),
        ([medicine("m2", status="stopped")], {MEDICINES: "unavailable"}),
        (
            [allergy("a1", "Ingen kjente allergier", {"system": codes.SNOMED, "code": "716186003"})],
            {ALLERGIES: "716186003 no-known-allergies"},
        ),
        ([problem("c1", "Kreft", "resolved")], {PROBLEMS: "unavailable"}),
    ],
)
async def test_none_is_never_confused_with_not_asked(
    fhir: Fhir, held: list[dict[str, Any]], said: dict[str, str]
) -> None:
    await someone(fhir, *held)
    bundle = await made(fhir)
    hold(bundle)
    for code, expected in said.items():
        one = section(bundle, code)
        if "emptyReason" in one:
            assert one["emptyReason"]["coding"][0]["code"] == expected
        else:
            (line,) = entries(bundle, code)
            told = line.get("code") or line["medicationCodeableConcept"]
            assert " ".join(c["code"] for c in told["coding"]) == expected


async def test_what_is_closed_leaves_no_trace(fhir: Fhir) -> None:
    fhir.house.stand_still(NOON + timedelta(days=1))
    await someone(fhir)
    without = await made(fhir)
    closed = {"meta": {"security": [{"system": ACCESS, "code": "NORS"}]}}
    await fhir.house.put(allergy("a1", "Hemmelig", **closed), problem("c1", "Hemmelig", **closed))
    assert await made(fhir) == without, "to the byte"


async def test_a_role_that_sees_no_health_data_is_told_so_and_a_stranger_nothing(fhir: Fhir) -> None:
    await rich(fhir)
    bundle = await made(fhir, "kari")
    assert {
        section(bundle, c)["emptyReason"]["coding"][0]["code"] for c in (ALLERGIES, MEDICINES, PROBLEMS)
    } == {"withheld"}
    hidden = await fhir.ask("GET", "Patient/astrid/$summary", who="omar")
    missing = await fhir.ask("GET", "Patient/nobody/$summary", who="omar")
    assert (hidden.status_code, hidden.content) == (404, missing.content)


async def test_the_same_record_gives_the_same_bytes(fhir: Fhir) -> None:
    await rich(fhir)
    fhir.house.stand_still(NOON + timedelta(days=1))
    first, again = [await fhir.ask("GET", "Patient/astrid/$summary", who="ida") for _ in range(2)]
    assert first.content == again.content
    fhir.house.stand_still(NOON + timedelta(days=2))
    later = await made(fhir)
    assert later["identifier"] != first.json()["identifier"], "another document"
    assert composition(later)["identifier"] == composition(first.json())["identifier"], "that says the same"


async def test_it_is_one_line_in_her_log(fhir: Fhir) -> None:
    await rich(fhir)
    before = len(await fhir.house.log.events_of(1, "astrid", count=100))
    await made(fhir)
    events = await fhir.house.log.events_of(1, "astrid", count=100)
    assert len(events) == before + 1


async def test_post_identifier_and_profile(fhir: Fhir) -> None:
    await rich(fhir)
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "identifier", "valueString": f"{FNR}|13816099990"},
            {"name": "profile", "valueCanonical": f"{codes.COMPOSITION}|2.0.0"},
        ],
    }
    answer = await fhir.ask("POST", "Patient/$summary", parameters, who="ida")
    hold(answer.json())
    assert (await fhir.ask("GET", "Patient/$summary", who="ida")).status_code == 400
    unknown = await fhir.ask("GET", f"Patient/$summary?identifier={FNR}|01857090027", who="ida")
    assert unknown.status_code == 404
    other = await fhir.ask("GET", "Patient/astrid/$summary?profile=http://example.org/other", who="ida")
    assert other.status_code >= 400 and other.json()["issue"][0]["code"] == "not-supported"


async def test_the_guide_itself_would_take_it(fhir: Fhir, shared: Path) -> None:
    """IPS's own StructureDefinitions, where somebody has put them into `shared/fhir/ips`."""
    folder = shared / "fhir" / "ips"
    if not folder.is_dir():
        pytest.skip("the definitions of IPS (hl7.fhir.uv.ips) are not in shared/fhir/ips")
    known = Profiles(parse(path.read_bytes()) for path in sorted(folder.glob("StructureDefinition-*.json")))
    await rich(fhir)
    for bundle in (await made(fhir), await made(fhir, "kari")):
        issues = validate(bundle, known=known)
        assert not [i for i in issues if i.severity in ("error", "fatal")], issues
