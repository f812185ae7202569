"""Every resource type of R4 goes in over HTTP and comes out saying the same, digit for digit: HL7's own examples."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from akson.fhir.definitions import load
from tests.api.conftest import Fhir

ENTRIES_EACH = 100
# Five of HL7's own break R4: a reference to a type that the element does not allow, required elements that are missing,
# a structure that is not abstract and has no base (sdf-4).
WRONG = {
    "StructureDefinition/Definition",
    "DeviceMetric/example",
    "MedicationRequest/medrx0301",
    "Questionnaire/qs1",
    "SearchParameter/codesystem-extensions-CodeSystem-workflow",
}


def exactly(text: bytes | str) -> Any:
    """JSON with numbers as they are written: 1.00 is not 1.0."""
    return json.loads(
        text, parse_float=lambda digits: ("decimal", digits), parse_int=lambda digits: ("int", digits)
    )


def said(resource: dict[str, Any]) -> dict[str, Any]:
    """What the author said: without what a server gives."""
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    rest = {k: v for k, v in resource.items() if k not in ("id", "meta")}
    return rest | ({"meta": meta} if meta else {})


def status(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def examples(shared: Path) -> list[bytes]:
    with zipfile.ZipFile(shared / "conformance" / "examples-r4" / "examples-r4.zip") as packed:
        return [packed.read(name) for name in packed.namelist()]


@pytest.mark.shared
async def test_the_official_examples_come_out_as_they_went_in(fhir: Fhir, shared: Path) -> None:
    # AuditEvents are made by the node itself (docs/adr/0106).
    originals = [body for body in examples(shared) if json.loads(body)["resourceType"] != "AuditEvent"]
    refused: list[str] = []
    types = set()
    for begin in range(0, len(originals), ENTRIES_EACH):
        part = originals[begin : begin + ENTRIES_EACH]
        entries = b",".join(
            b'{"resource":%b,"request":{"method":"POST","url":"%b"}}'
            % (body, json.loads(body)["resourceType"].encode())
            for body in part
        )
        sent = b'{"resourceType":"Bundle","type":"batch","entry":[' + entries + b"]}"
        answer = await fhir.ask("POST", "", sent, Prefer="return=representation")
        assert answer.status_code == 200
        for body, came in zip(part, exactly(answer.content)["entry"], strict=True):
            original = exactly(body)
            if not came["response"]["status"].startswith("201"):
                refused.append(
                    f"{original['resourceType']}/{original['id']}: {came['response']['outcome']['issue'][:1]}"
                )
                continue
            types.add(original["resourceType"])
            place = came["response"]["location"].split("/fhir/")[1].split("/_history")[0]
            read = await fhir.ask("GET", place)
            assert said(exactly(read.content)) == said(original), place
    assert {fault.split(":")[0] for fault in refused} == WRONG, "\n".join(refused[:20])
    assert len(types) > 115


async def test_a_type_without_an_example_is_taken_too(fhir: Fhir) -> None:
    """The smallest resource of each type, with every required element from the definitions."""
    for type in sorted({*load().resource_types} - {"AuditEvent"}):
        answer = await fhir.ask("PUT", f"{type}/smallest", smallest(type))
        assert answer.status_code == 201, (type, answer.text)
        read = (await fhir.ask("GET", f"{type}/smallest")).json()
        assert said(read) == said(smallest(type))


# What invariants ask for beyond cardinality.
MORE: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": {
        "verificationStatus": status("allergyintolerance-verification", "entered-in-error")
    },
    "Appointment": {"status": "proposed", "participant": [{"actor": {"display": "x"}, "status": "accepted"}]},
    "AppointmentResponse": {"actor": {"display": "x"}},
    "CapabilityStatement": {"software": {"name": "x"}, "kind": "capability", "rest": [{"mode": "client"}]},
    "Consent": {"policyRule": {"text": "x"}},
    "EventDefinition": {"trigger": [{"type": "named-event", "name": "x"}]},
    "ImmunizationRecommendation": {
        "recommendation": [{"vaccineCode": [{"text": "x"}], "forecastStatus": {"text": "x"}}]
    },
    "InsurancePlan": {"name": "x"},
    "Linkage": {"item": [{"type": "source", "resource": {"display": "x"}}] * 2},
    "Organization": {"name": "x"},
    "StructureDefinition": {
        "abstract": True,
        "type": "Basic",
        "differential": {"element": [{"id": "Basic", "path": "Basic"}]},
    },
    "TerminologyCapabilities": {"software": {"name": "x"}, "kind": "capability"},
}


def smallest(type: str) -> dict[str, Any]:
    return {"resourceType": type, "id": "smallest"} | _required(type, type) | MORE.get(type, {})


def _required(type: str, path: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for element in load().type(type).children.get(path, ()):
        if element.min == 0:
            continue
        kind = element.types[0].code if element.types else "Element"
        name = element.name + (kind[0].upper() + kind[1:] if element.choice else "")
        value = _value(type, element.path, kind, element)
        made[name] = [value] if element.repeats else value
    return made


def _value(type: str, path: str, kind: str, element: Any) -> Any:
    if kind in ("BackboneElement", "Element"):
        return _required(type, path) or {"id": "x"}
    if kind == "code":
        closed = load().codes(element.binding.value_set) if element.binding else None
        return min(closed) if closed else "x"
    plain = {
        "boolean": True,
        "integer": 1,
        "positiveInt": 1,
        "unsignedInt": 1,
        "decimal": 1,
        "date": "2026-11-26",
        "dateTime": "2026-11-26",
        "instant": "2026-11-26T08:00:00Z",
        "time": "08:00:00",
        "base64Binary": "QUFB",
        "uri": "urn:x",
        "url": "http://akson.test/x",
        "canonical": "http://akson.test/x",
        "oid": "urn:oid:1.2.3",
    }
    if kind in plain:
        return plain[kind]
    if kind in ("string", "markdown", "id"):
        return "x"
    if kind == "Reference":
        return {"display": "x"}
    if kind == "Resource":
        return {"resourceType": "Patient"}
    if kind in ("CodeableConcept", "Annotation", "Narrative", "ContactDetail"):
        return {"text": "x"} if kind != "ContactDetail" else {"name": "x"}
    return _required(kind, kind) or {"extension": [{"url": "http://akson.test/x", "valueString": "x"}]}
