"""Rules that the text of R4 states, case by case: Bundles, contained resources, references, narratives, extensions.

Each case says what is found, as `code path`; nothing where the resource is good. What is only told (TOLD) is stored.
"""

import json

import pytest

from akson.fhir.codec.json import parse
from akson.fhir.validation import TOLD, Profiles, validate

ONE = "urn:uuid:11111111-1111-4111-8111-111111111111"
TWO = "urn:uuid:22222222-2222-4222-8222-222222222222"


def patient(**rest):
    return {"resourceType": "Patient", **rest}


def observation(**rest):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **rest}


def bundle(type, *entries, **rest):
    held = {"entry": list(entries)} if entries else {}
    return {"resourceType": "Bundle", "type": type, **held, **rest}


def entry(url, resource, **rest):
    return {"fullUrl": url, "resource": resource, **rest}


def document(*entries, **composition):
    first = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026",
        "author": [{"display": "x"}],
        "title": "x",
        **composition,
    }
    heading = {"identifier": {"system": "urn:x", "value": "1"}, "timestamp": "2026-01-01T00:00:00Z"}
    return bundle("document", entry(ONE, first), *entries, **heading)


def narrated(inner):
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'
    return patient(text={"status": "generated", "div": div})


def code_system(**said):
    return {
        "resourceType": "CodeSystem",
        "status": "active",
        "content": "complete",
        "property": [{"code": "size", "type": "integer"}],
        "concept": [{"code": "x", "concept": [{"code": "y", "property": [{"code": "size", **said}]}]}],
    }


PUT = {"request": {"method": "PUT", "url": "Patient/1"}, "response": {"status": "200"}}
AT_A = "http://a.example/fhir/"
HELD = [patient(id="a", active=True)]
FOREIGN = {"resourceType": "Encounter", "id": "a", "status": "planned", "class": {"code": "AMB"}}


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        # Addresses in Bundles
        (bundle("collection", entry(AT_A + "Patient/1", patient(id="1"))), []),
        (bundle("collection", entry(TWO, patient(id="1"))), []),
        (bundle("collection", entry("Patient/1", patient(id="1"))), ["value Bundle.entry[0].fullUrl"]),
        (
            bundle("collection", entry(AT_A + "Patient/1", patient(id="2"))),
            ["business-rule Bundle.entry[0].fullUrl"],
        ),
        (
            bundle("collection", entry(AT_A + "Observation/1", patient(id="1"))),
            ["business-rule Bundle.entry[0].fullUrl"],
        ),
        (bundle("collection", *[entry(AT_A + "Patient/1", patient(id="1"))] * 2), ["invariant Bundle"]),
        (
            bundle(
                "history",
                *(entry(AT_A + "Patient/1", patient(id="1", meta={"versionId": v}), **PUT) for v in "12"),
            ),
            [],
        ),
        # First entries
        (document(), []),
        (bundle("document", identifier={"system": "urn:x", "value": "1"}, timestamp="2026-01-01T00:00:00Z"),
         ["required Bundle.entry"]),
        (bundle("message"), ["required Bundle.entry"]),
        (bundle("message", entry(TWO, patient())), ["invariant Bundle"]),
        # What a document points to
        (document(entry(TWO, patient()), subject={"reference": TWO}), []),
        (document(subject={"reference": TWO}), ["not-found Bundle.entry[0].resource.subject.reference"]),
        # Contained resources
        (observation(subject={"reference": "#a"}, contained=HELD), []),
        (observation(subject={"reference": "#a"}), ["invariant Observation.subject.reference"]),
        (observation(contained=HELD), ["invariant Observation.contained[0]"]),
        (observation(subject={"reference": "#a"}, contained=[*HELD, *HELD]),
         ["invariant Observation.contained[1].id"]),
        (observation(subject={"reference": "#a"}, contained=[FOREIGN]),
         ["business-rule Observation.subject.reference"]),
        # References
        (observation(subject={"reference": "Patient/1", "type": "Patient"}), []),
        (observation(subject={"reference": "Patient/1", "type": "Group"}),
         ["business-rule Observation.subject.type"]),
        (observation(subject={"identifier": {"value": "1"}, "type": "Encounter"}),
         ["business-rule Observation.subject.type"]),
        (observation(subject={"reference": "Encounter/1"}), ["structure Observation.subject.reference"]),
        (observation(subject={"reference": AT_A + "Encounter/1"}),
         ["business-rule Observation.subject.reference"]),
        (observation(subject={"reference": AT_A + "Patient/1/_history/2"}), []),
        # Narratives
        (narrated("x"), []),
        (narrated("<img src='a.png' alt='x'/>"), []),
        (narrated(" \n "), ["business-rule Patient.text.div"]),
        (narrated(""), ["business-rule Patient.text.div"]),
        (narrated("<!-- x --><br/>"), ["business-rule Patient.text.div"]),
        # Extensions
        (patient(extension=[{"url": "http://x/e", "extension": [{"url": "part", "valueString": "x"}]}]), []),
        (patient(extension=[{"url": "part", "valueString": "x"}]),
         ["business-rule Patient.extension[0].url"]),
        (patient(_birthDate={"extension": [{"url": "part", "valueString": "x"}]}),
         ["business-rule Patient._birthDate.extension[0].url"]),
        # Identifiers and codes
        (patient(identifier=[{"system": "urn:ietf:rfc:3986", "value": ONE}]), []),
        (patient(identifier=[{"system": "urn:ietf:rfc:3986", "value": "1"}]),
         ["business-rule Patient.identifier[0].value"]),
        (patient(identifier=[{"system": "urn:oid:2.16.578.x", "value": "1"}]),
         ["business-rule Patient.identifier[0].system"]),
        (patient(maritalStatus={"coding": [{"system": "urn:oid:2.16.578.01", "code": "1"}]}),
         ["business-rule Patient.maritalStatus.coding[0].system"]),
        # Properties of concepts
        (code_system(valueInteger=1), []),
        (code_system(valueString="1"),
         ["business-rule CodeSystem.concept[0].concept[0].property[0].value"]),
    ],
)  # fmt: skip
def test_rule(resource, found):
    issues = validate(parse(json.dumps(resource).encode()), known=Profiles())
    assert sorted(f"{i.code} {i.expression}" for i in issues) == sorted(found)


def test_what_is_only_told_does_not_hide_what_is_refused():
    issues = validate(observation(subject={"reference": "Patient/1", "type": "Group"}, valueString="x",
                                  dataAbsentReason={"text": "x"}))  # fmt: skip
    assert [i.code in TOLD for i in issues] == [True, False]
