"""FHIR XML: nothing is lost on the way to JSON and back, and nothing hostile comes in."""

from decimal import Decimal

import pytest

from akson.fhir.codec.xml import encode, parse
from akson.fhir.problem import Problem

PATIENT = {
    "resourceType": "Patient",
    "id": "astrid",
    "text": {
        "status": "generated",
        "div": '<div xmlns="http://www.w3.org/1999/xhtml">A &amp; <b>B</b></div>',
    },
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Storvik"}],
    "extension": [{"url": "http://example.org/x", "valueDecimal": Decimal("1.00")}],
    "active": True,
    "name": [
        {
            "id": "n1",
            "given": ["Astrid", None, "M"],
            "_given": [
                None,
                {"extension": [{"url": "http://example.org/x", "valueString": "y"}]},
                {"id": "g"},
            ],
        }
    ],
    "_birthDate": {"extension": [{"url": "http://example.org/x", "valueCode": "z"}]},
    "multipleBirthInteger": 2,
}


def test_there_and_back():
    assert parse(encode(PATIENT)) == PATIENT
    assert str(parse(encode(PATIENT))["extension"][0]["valueDecimal"]) == "1.00"


def test_elements_are_written_in_the_order_of_the_definition():
    written = encode({"active": True, "id": "x", "resourceType": "Patient"})
    assert written.index(b"<id ") < written.index(b"<active ")


def test_text_that_is_no_value_stays_for_validation_to_name():
    body = b'<Patient xmlns="http://hl7.org/fhir"><active value="yes"/><multipleBirthInteger value="01"/></Patient>'
    assert parse(body) == {"resourceType": "Patient", "active": "yes", "multipleBirthInteger": "01"}


@pytest.mark.parametrize(
    ("body", "id"),
    [
        (b"<Patient", "AKS-XML-001"),
        (b"<!DOCTYPE x><Patient xmlns='http://hl7.org/fhir'/>", "AKS-XML-003"),
        (b"<Patient/>", "AKS-FHIR-021"),
        (b"<Pasient xmlns='http://hl7.org/fhir'/>", "AKS-FHIR-020"),
        (b"<Patient xmlns='http://hl7.org/fhir'><shoe value='1'/></Patient>", "AKS-FHIR-021"),
        (b"<Patient xmlns='http://hl7.org/fhir'><active value='true' x='1'/></Patient>", "AKS-FHIR-021"),
        (b"<Patient xmlns='http://hl7.org/fhir'>x</Patient>", "AKS-FHIR-021"),
        (
            b"<Patient xmlns='http://hl7.org/fhir'><active value='true'/><active value='true'/></Patient>",
            "AKS-FHIR-021",
        ),
    ],
)
def test_refused(body, id):
    with pytest.raises(Problem) as refused:
        parse(body)
    assert refused.value.id == id


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient", "shoe": 1},
        {"resourceType": "Pasient"},
        {"resourceType": "Patient", "name": [{"family": "\x01"}]},
        {"resourceType": "Patient", "text": {"status": "generated", "div": "<div>&nbsp;</div>"}},
    ],
)
def test_what_xml_cannot_say(resource):
    with pytest.raises(Problem) as refused:
        encode(resource)
    assert refused.value.id == "AKS-FHIR-023"
