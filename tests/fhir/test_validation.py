"""Good FHIR is let in, and what is wrong is named with its path."""

import gzip

import pytest

from akson.fhir.codec.json import parse
from akson.fhir.definitions import load
from akson.fhir.primitives import PRIMITIVES
from akson.fhir.problem import Problem
from akson.fhir.validation import refuse_invalid, validate
from akson.fhir.xhtml import xhtml


def patient(**elements):
    return {"resourceType": "Patient", **elements}


def observation(**elements):
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **elements}


CORE = "http://hl7.org/fhir/StructureDefinition/"
EXTENSION = {"url": "http://example.org/x", "valueString": "y"}


@pytest.mark.parametrize(
    "resource",
    [
        patient(),
        patient(birthDate="1942-02-28", deceasedBoolean=False),
        patient(name=[{"given": ["Astrid", None], "_given": [None, {"extension": [EXTENSION]}]}]),
        patient(name=[{"_family": {"extension": [EXTENSION]}}]),
        patient(_birthDate={"extension": [EXTENSION]}),
        patient(
            contained=[{"resourceType": "Organization", "id": "o", "name": "x"}],
            managingOrganization={"reference": "#o"},
        ),
        patient(managingOrganization={"reference": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}),
        {"resourceType": "Observation", "status": "final", "code": {"_text": {"extension": [EXTENSION]}}},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient()}]},
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "x", "part": [{"name": "y", "resource": patient()}]}],
        },
    ],
)
def test_good(resource):
    assert validate(resource) == []


@pytest.mark.parametrize(
    ("resource", "code", "expression"),
    [
        ({}, "structure", "resourceType"),
        ({"resourceType": "Pasient"}, "structure", "resourceType"),
        ({"resourceType": "DomainResource"}, "structure", "resourceType"),
        (patient(shoeSize=44), "structure", "Patient.shoeSize"),
        (patient(resourceTypes=1), "structure", "Patient.resourceTypes"),
        (patient(name=[{"use": "nick"}]), "code-invalid", "Patient.name[0].use"),
        (patient(name={"family": "Moe"}), "structure", "Patient.name"),
        (patient(name=[]), "structure", "Patient.name"),
        (patient(name=[{}]), "structure", "Patient.name[0]"),
        (patient(name=[{"id": "1"}]), "structure", "Patient.name[0]"),
        (patient(name=[{"given": ["A", None]}]), "structure", "Patient.name[0].given[1]"),
        (patient(name=[{"given": ["A"], "_given": [None, None]}]), "structure", "Patient.name[0]._given[1]"),
        (patient(name=[{"given": ["A"], "_given": {}}]), "structure", "Patient.name[0]._given"),
        (patient(name=[{"_name": {}}]), "structure", "Patient.name[0]._name"),
        (patient(_name=[{"id": "x"}]), "structure", "Patient._name"),
        (patient(name=["Astrid"]), "structure", "Patient.name[0]"),
        (patient(gender="female "), "value", "Patient.gender"),
        (patient(gender="kvinne"), "code-invalid", "Patient.gender"),
        (patient(gender=None), "structure", "Patient.gender"),
        (patient(birthDate="2023-02-29"), "value", "Patient.birthDate"),
        (patient(birthDate=["2023"]), "structure", "Patient.birthDate"),
        (patient(active="true"), "value", "Patient.active"),
        (patient(multipleBirthInteger=1.5), "value", "Patient.multipleBirth"),
        (patient(deceasedBoolean=True, deceasedDateTime="2020"), "structure", "Patient.deceased"),
        (
            patient(deceasedBoolean=True, _deceasedDateTime={"extension": [EXTENSION]}),
            "structure",
            "Patient.deceased",
        ),
        (patient(extension=[{"url": "x"}]), "invariant", "Patient.extension[0]"),
        (patient(extension=[{"valueString": "x"}]), "required", "Patient.extension[0].url"),
        (patient(extension=[{**EXTENSION, "extension": [EXTENSION]}]), "invariant", "Patient.extension[0]"),
        (patient(extension=[{**EXTENSION, "valueCode": "x"}]), "structure", "Patient.extension[0].value"),
        (
            patient(managingOrganization={"reference": "Patient/1"}),
            "structure",
            "Patient.managingOrganization.reference",
        ),
        (patient(contained=[{"resourceType": "Nope"}]), "structure", "Patient.contained[0].resourceType"),
        (
            patient(contained=[{"resourceType": "Organization", "contained": [patient()]}]),
            "invariant",
            "Patient.contained[0].contained",
        ),
        ({"resourceType": "Observation", "status": "final"}, "required", "Observation.code"),
        (
            {"resourceType": "Observation", "_status": {"extension": [EXTENSION]}, "code": {"text": "x"}},
            "code-invalid",
            "Observation.status",
        ),
        (
            observation(valueQuantity={"value": 1, "code": "mg"}),
            "invariant",
            "Observation.value",
        ),
        (
            observation(effectivePeriod={"start": "2026-02-02", "end": "2026-02-01"}),
            "invariant",
            "Observation.effective",
        ),
        (observation(dataAbsentReason={"text": "x"}, valueString="x"), "invariant", "Observation"),
        (observation(subject={"reference": "#p"}), "invariant", "Observation.subject.reference"),
        (
            observation(contained=[{"resourceType": "Patient", "id": "p"}]),
            "invariant",
            "Observation.contained[0]",
        ),
        (
            observation(category=[{"coding": [{"system": "vital", "code": "x"}]}]),
            "not-found",
            "Observation.category[0].coding[0].system",
        ),
        (
            observation(referenceRange=[{"low": {"value": 1, "comparator": "<"}}]),
            "invariant",
            "Observation.referenceRange[0].low.comparator",
        ),
        (patient(contact=[{"gender": "female"}]), "invariant", "Patient.contact[0]"),
        (patient(identifier=[{"system": "fnr", "value": "1"}]), "not-found", "Patient.identifier[0].system"),
        (
            patient(extension=[{"url": CORE + "patient-birthPlace", "valueString": "x"}]),
            "structure",
            "Patient.extension[0].value",
        ),
        (
            observation(extension=[{"url": CORE + "patient-animal", "extension": [EXTENSION]}]),
            "structure",
            "Observation.extension[0]",
        ),
        (
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"fullUrl": "Patient/1", "resource": patient()}],
            },
            "value",
            "Bundle.entry[0].fullUrl",
        ),
        (
            {
                "resourceType": "Condition",
                "subject": {"reference": "Patient/1"},
                "clinicalStatus": {"coding": [{"code": "active"}]},
            },
            "code-invalid",
            "Condition.clinicalStatus",
        ),
        (
            {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient(gender="x")}]},
            "code-invalid",
            "Bundle.entry[0].resource.gender",
        ),
        (
            patient(text={"status": "generated", "div": "<div><script>x</script></div>"}),
            "value",
            "Patient.text.div",
        ),
    ],
)
def test_wrong(resource, code, expression):
    found = validate(resource)
    assert [(issue.code, issue.expression) for issue in found] == [(code, expression)]
    assert found[0].text.startswith(expression)


def test_all_findings_come_at_once_and_the_gender_list_is_told():
    found = validate(patient(gender="x", birthDate="x", name=[{"use": "x"}]))
    assert len(found) == 3
    assert found[0].text == (
        "Patient.gender must be a code from the value set http://hl7.org/fhir/ValueSet/administrative-gender "
        "(male, female, other, unknown)."
    )


def test_findings_do_not_repeat_what_the_record_holds():
    found = validate(patient(gender="Hemmelig", name=[{"family": ["Hemmelig"]}], birthDate="Hemmelig"))
    assert found
    assert "Hemmelig" not in repr(found)


def test_refusal_carries_the_findings():
    with pytest.raises(Problem) as refused:
        refuse_invalid(patient(gender="x"))
    assert refused.value.id == "AKS-FHIR-400"
    assert refused.value.issues[0].expression == "Patient.gender"


def test_every_type_has_a_check_that_refuses_what_is_not_its_own():
    for name in load().resource_types:
        found = validate({"resourceType": name, "notAnElement": 1})
        assert any(issue.expression == f"{name}.notAnElement" for issue in found), name


@pytest.mark.parametrize(
    "text",
    [
        '<div xmlns="http://www.w3.org/1999/xhtml"><p class="a">Tekst &amp; mer&#160;<br/>x</p></div>',
        '<div xmlns="http://www.w3.org/1999/xhtml"><a href="https://example.org">x</a><!-- note --></div>\n',
        '<div xmlns="http://www.w3.org/1999/xhtml"><img src="data:image/png;base64,AAAA" alt="x"/></div>',
        '<x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>Slik skriver Sentral forskrivningsmodul</x:p></x:div>',
    ],
)
def test_good_narrative(text):
    assert xhtml(text) is None


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<p onclick='x()'>x</p>",
        "<p",
        "<p>x",
        "<b><i>x</b></i>",
        "a & b",
        "a&nbsp;b",
        "<a href='javascript:x()'>x</a>",
        "<a href=' java&#x0A;script:x()'>x</a>",
        "<a href='&#106;avascript:x()'>x</a>",
        "<img src='data:text/html;base64,AAAA'/>",
        "<p a=1>x</p>",
        "<![CDATA[x]]>",
        "<?php x ?>",
        "<!DOCTYPE x>",
        "<iframe src='x'></iframe>",
        "<object data='x'/>",
        "<style>x</style>",
        "<form><input/></form>",
        "</div><div>",
    ],
)
def test_narrative_that_runs_or_is_broken(inner):
    assert xhtml(f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>') is not None


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "<p>x</p>",
        "<div>x</div>",
        '<div xmlns="http://www.w3.org/1999/xhtml">',
        '<div title="http://www.w3.org/1999/xhtml">x</div>',
        '<x:div xmlns="http://www.w3.org/1999/xhtml">x</x:div>',
        '<x:div xmlns:x="http://www.w3.org/1999/xhtml"><p>x</p></x:div>',
        '<div xmlns="http://www.w3.org/1999/xhtml"><x:p>x</x:p></div>',
        '<x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:script>x</x:script></x:div>',
    ],
)
def test_narrative_that_is_no_div(text):
    assert xhtml(text) is not None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("base64Binary", "A" * 100_000 + "!"),
        ("base64Binary", " " * 100_000 + "!"),
        ("code", "a " * 50_000 + " "),
        ("oid", "urn:oid:1" + ".1" * 50_000 + "x"),
        ("xhtml", "<div" + " a='b'" * 20_000),
        ("xhtml", "<" * 50_000),
        ("xhtml", '<div xmlns="http://www.w3.org/1999/xhtml">' + "&" * 50_000),
    ],
)
def test_long_values_take_no_longer_than_their_length(kind, value):
    import time

    start = time.thread_time()
    assert PRIMITIVES[kind](value) is not None
    assert time.thread_time() - start < 0.5


def test_synthea_has_nothing_to_complain_about(shared):
    resources = 0
    for path in sorted((shared / "data/synthea-r4-100").glob("*.json.gz"))[::10]:
        bundle = parse(gzip.decompress(path.read_bytes()))
        assert validate(bundle) == [], path.name
        resources += len(bundle["entry"])
    assert resources > 1_000


def test_warnings_are_for_who_asks():
    odd = patient(modifierExtension=[EXTENSION])
    assert validate(odd) == []
    found = validate(odd, warnings=True)
    assert [(i.severity, i.expression) for i in found] == [
        ("warning", "Patient"),
        ("warning", "Patient.modifierExtension[0]"),
    ]


def test_open_value_sets_are_for_the_terminology_of_the_caller():
    asked = []

    class Words:
        def member_of(self, value, type, value_set, /):
            asked.append((value, type, value_set.rpartition("/")[2]))
            return value != "klingon"

        def exists(self, system, code):
            return None

    spoken = patient(language="klingon")
    assert validate(spoken) == []
    assert [(i.code, i.expression) for i in validate(spoken, terminology=Words())] == [
        ("not-found", "Patient.language")
    ]
    pictured = patient(photo=[{"contentType": "klingon"}])
    assert [(i.code, i.expression) for i in validate(pictured, terminology=Words())] == [
        ("code-invalid", "Patient.photo[0].contentType")
    ]
    assert asked == [("klingon", "code", "all-languages"), ("klingon", "code", "mimetypes")]


@pytest.mark.parametrize(
    "resource",
    [
        patient(name=[{} for _ in range(50_000)]),
        patient(**{f"x{i}": 1 for i in range(50_000)}),
        patient(name=[{"given": ["a"], "_given": [None] * 50_000}]),
        patient(contained=[{"resourceType": "Patient", "id": str(i)} for i in range(10_000)]),
        {
            "resourceType": "Bundle",
            "type": "document",
            "entry": [
                {
                    "fullUrl": "http://x/Composition/0",
                    "resource": {
                        "resourceType": "Composition",
                        "status": "final",
                        "type": {"text": "x"},
                        "date": "2026",
                        "author": [{"reference": "Patient/1"}],
                        "title": "x",
                        "section": [{"entry": [{"reference": f"Patient/{i}"} for i in range(5_000)]}],
                    },
                },
                *({"fullUrl": f"http://x/Patient/{i}", "resource": patient()} for i in range(5_000)),
            ],
        },
    ],
    ids=["wide", "names", "nulls", "contained", "document"],
)
def test_broken_content_costs_no_more_than_its_length(resource):
    import time

    start = time.thread_time()
    assert validate(resource)
    assert time.thread_time() - start < 2
