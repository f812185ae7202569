"""Profiles: slicing, fixed values, value sets, derivation; small profiles of our own, then Norway's with their examples."""

import json

import pytest

from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem
from akson.fhir.validation import TOLD, Profiles, validate
from akson.terminology import Terminology
from akson.terminology.validating import CodesOf

BASE = "http://example.org/StructureDefinition/"


def profile(name, type, *elements, base=None):
    return {
        "resourceType": "StructureDefinition",
        "url": BASE + name,
        "type": type,
        "derivation": "constraint",
        "baseDefinition": BASE + base if base else "http://hl7.org/fhir/StructureDefinition/" + type,
        "differential": {"element": list(elements)},
    }


def element(path, slice=None, **rest):
    return {"path": path, **({"sliceName": slice} if slice else {}), **rest}


def sliced(path, *discriminators, rules="open", **rest):
    return element(
        path,
        slicing={"discriminator": [{"type": t, "path": p} for t, p in discriminators], "rules": rules},
        **rest,
    )


NATIONAL = profile(
    "patient",
    "Patient",
    sliced("Patient.identifier", ("value", "system"), min=1),
    element("Patient.identifier", "national", min=1, max="1"),
    element("Patient.identifier.system", fixedUri="urn:oid:2.16.578.1.12.4.1.4.1"),
    element("Patient.identifier.value", min=1, maxLength=11),
    element("Patient.identifier", "local", min=0, max="1"),
    element("Patient.identifier.system", fixedUri="urn:local"),
    element("Patient.photo", max="0"),
)
STRICT = profile(
    "strict",
    "Patient",
    element("Patient.identifier", "national"),
    element("Patient.identifier.use", min=1, patternCode="official"),
    element("Patient.gender", binding={"strength": "required", "valueSet": BASE + "genders"}),
    element(
        "Patient",
        constraint=[{"key": "x-1", "severity": "error", "human": "Named", "expression": "name.exists()"}],
    ),
    base="patient",
)
OXYGEN = profile(
    "oxygen",
    "Observation",
    sliced("Observation.component", ("pattern", "code"), rules="closed"),
    element("Observation.component", "flow", min=0, max="1"),
    element("Observation.component.code", patternCodeableConcept={"coding": [{"code": "flow"}]}),
    element("Observation.component.valueQuantity", maxValueQuantity={
        "value": 1, "system": "http://unitsofmeasure.org", "code": "L/min",
    }),
    element("Observation.value[x]", type=[{"code": "Quantity"}]),
)  # fmt: skip
GENDERS = {
    "resourceType": "ValueSet",
    "url": BASE + "genders",
    "compose": {
        "include": [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "female"}]}]
    },
}
KNOWN = Profiles([NATIONAL, STRICT, OXYGEN, GENDERS])
FNR = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "1"}
LOCAL = {"system": "urn:local", "value": "a"}


def patient(*identifiers, **rest):
    return {"resourceType": "Patient", "identifier": list(identifiers), **rest}


def oxygen(*components, **rest):
    found = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **rest}
    return {**found, "component": list(components)} if components else found


def flow(value, unit):
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": unit}
    return {"code": {"coding": [{"code": "flow"}]}, "valueQuantity": quantity}


@pytest.mark.parametrize(
    ("name", "resource", "found"),
    [
        ("patient", patient(FNR), []),
        ("patient", patient(LOCAL, FNR, {"system": "urn:other", "value": "x"}), []),
        ("patient", patient(LOCAL), [("required", "Patient.identifier")]),
        ("patient", patient(FNR, FNR), [("structure", "Patient.identifier")]),
        ("patient", patient({**FNR, "value": "1" * 12}), [("value", "Patient.identifier[0].value")]),
        ("patient", patient(FNR, photo=[{"title": "x"}]), [("structure", "Patient.photo")]),
        ("strict", patient({**FNR, "use": "official"}, gender="female", name=[{"text": "A"}]), []),
        (
            "strict",
            patient(FNR, gender="male"),
            [
                ("invariant", "Patient"),
                ("required", "Patient.identifier[0].use"),
                ("code-invalid", "Patient.gender"),
            ],
        ),
        ("oxygen", oxygen(flow(500, "mL/min")), []),
        ("oxygen", oxygen(flow(2_000, "mL/min")), [("value", "Observation.component[0].value")]),
        ("oxygen", oxygen({"code": {"text": "y"}}), [("structure", "Observation.component[0]")]),
        ("oxygen", oxygen(valueString="much"), [("structure", "Observation.value")]),
        ("oxygen", patient(FNR), [("structure", "Patient")]),
    ],
)
def test_profile(name, resource, found):
    issues = validate(resource, profiles=[BASE + name], known=KNOWN)
    assert [(issue.code, issue.expression) for issue in issues] == found


def test_claims_are_held_and_unknown_profiles_are_told():
    claimed = patient(LOCAL, meta={"profile": [BASE + "patient", "http://example.org/unknown"]})
    assert validate(claimed) == []
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claimed}]}
    assert [i.expression for i in validate(bundle, known=KNOWN)] == ["Bundle.entry[0].resource.identifier"]
    with pytest.raises(Problem) as refused:
        validate(claimed, profiles=["http://example.org/unknown"], known=KNOWN)
    assert refused.value.id == "AKS-FHIR-102"


def vital(code, **rest):
    category = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [category]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-11-26",
        **rest,
    }


def amount(value, unit):
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def pressure(code, **rest):
    return {"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **rest}


ABSENT = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}]}


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (vital("8867-4", valueQuantity=amount(72, "/min")), []),
        (vital("8867-4", dataAbsentReason=ABSENT), []),
        (vital("8867-4", valueQuantity=amount(72, "mm[Hg]")), [("value", "Observation.value.code")]),
        (vital("8867-4"), [("invariant", "Observation")]),
        (
            vital("8867-4", valueQuantity=amount(72, "/min"), category=[{"text": "x"}]),
            [("required", "Observation.category")],
        ),
        (
            vital(
                "85354-9",
                component=[
                    pressure("8480-6", valueQuantity=amount(140, "mm[Hg]")),
                    pressure("8462-4", dataAbsentReason=ABSENT),
                ],
            ),
            [],
        ),
        (
            vital("85354-9", component=[pressure("8480-6", valueQuantity=amount(140, "mm[Hg]"))]),
            [("required", "Observation.component"), ("required", "Observation.component")],
        ),
        (
            vital(
                "85354-9",
                component=[
                    pressure("8480-6", valueQuantity=amount(140, "kPa")),
                    pressure("8462-4"),
                ],
            ),
            [
                ("invariant", "Observation.component[1]"),
                ("value", "Observation.component[0].value.code"),
            ],
        ),
        (
            vital(
                "2708-6",
                valueQuantity=amount(96, "%"),
                component=[pressure("3151-8", valueQuantity=amount(2, "L/min"))],
            ),
            [],
        ),
        (vital("8310-5", valueString="warm"), [("structure", "Observation.value")]),
        (vital("1234-5", category=[]) | {"category": [{"text": "no vital sign"}]}, []),
    ],
)
def test_a_vital_sign_follows_its_profile_of_r4_by_its_code(resource, found):
    words = CodesOf(Terminology.of_this_installation())
    issues = validate(resource, known=Profiles(terminology=words), terminology=words)
    assert [(issue.code, issue.expression) for issue in issues] == found
    assert validate(resource) == [], "the record takes in what the base type allows"


def test_a_claim_of_a_profile_that_r4_publishes_is_held():
    claimed = vital("1", meta={"profile": [CORE + "vitalsigns"]})
    assert [(i.code, i.expression) for i in validate(claimed, known=Profiles())] == [
        ("invariant", "Observation")
    ]


CORE = "http://hl7.org/fhir/StructureDefinition/"


def nationality(*parts):
    return {"url": CORE + "patient-nationality", "extension": list(parts)}


MOTHER = {
    "resourceType": "StructureDefinition",
    "url": BASE + "mother",
    "type": "Extension",
    "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
    "differential": {
        "element": [
            element("Extension.extension", max="0"),
            element("Extension.url", fixedUri=BASE + "mother"),
            element("Extension.value[x]", min=1, type=[{"code": "string"}]),
        ]
    },
}


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ({"extension": [{"url": BASE + "mother", "valueString": "Kari"}]}, []),
        ({"extension": [{"url": BASE + "mother", "valueBoolean": True}]}, ["Patient.extension[0].value"]),
        (
            {"name": [{"_family": {"extension": [{"url": BASE + "mother", "valueInteger": 1}]}}]},
            ["Patient.name[0].family.extension[0].value"],
        ),
        ({"extension": [{"url": BASE + "unknown", "valueBoolean": True}]}, []),
        (
            {"extension": [{"url": CORE + "patient-birthPlace", "valueAddress": {"city": "Oslo"}}]},
            [],
        ),
        (
            {"extension": [nationality({"url": "period", "valueString": "x"})]},
            ["Patient.extension[0].extension[0].value"],
        ),
    ],
)  # fmt: skip
def test_an_extension_is_what_its_definition_says_wherever_it_stands(resource, found):
    issues = validate({"resourceType": "Patient", **resource}, known=Profiles([MOTHER]))
    assert [issue.expression for issue in issues] == found


GRUNNDATA = (
    "a slice for gd-fregmetadata whose url the profile then fixes to a mere name, which no example follows"
)
# Examples that break their own profile or R4; each with what it breaks.
WRONG_EXAMPLES = {
    "no-basis-HealthcareService-example.json": "an id with a letter that ids do not have",
    "Vital-signs-weight-v2.json": "a body weight without the category that R4 asks of vital signs",
    "Binary-OktEvent1.json": "a logical model written as a resource",
    "Binary-OktMessage2.json": "a logical model written as a resource",
    "Bundle-trygghetsalarm.json": "an empty identifier",
    "Parameters-getMedication-response-multidose.json": "a document with a total and without an identifier",
    "Questionnaire-AdditionalMessageQuestionnaireSample.json": "a definition that is empty",
    "Questionnaire-QuestionnaireSample.json": "strings where the extension has an id and a code",
    "gd-Person-03121999934-UkjentBosted.json": GRUNNDATA,
    "gd-Person-04021950128-version-2.json": "codes where the extension has integers",
    "gd-Person-04021950128.json": GRUNNDATA,
    "gd-Person-Fred-pajord.json": GRUNNDATA,
    "gd-RelatedPerson-example-2.json": GRUNNDATA,
    "gd-RelatedPerson-example.json": GRUNNDATA,
    "jft-status.json": "no resource",
    "okt-event.json": "no resource",
    "AuditEvent-NOBasisAuditeventInstance1.json": "a purpose without the code its profile wants, a patient likewise",
    "AuditEvent-NOBasisAuditeventInstance2.json": "extensions without a value, a patient that breaks its profile",
}


def test_norwegian_examples_follow_their_profiles(shared):
    wrong = {}
    folders = [
        ("no-basis",),
        ("no-domain-vitalsigns", "no-basis"),
        ("vkp-observation", "no-domain-vitalsigns", "no-basis"),
        ("vkp-r4", "no-basis"),
        ("no-domain-auditevent", "ihe-balp", "no-basis"),
        ("lmdi", "no-basis"),
        ("allergy-demo",),
        ("careplan-zones",),
        ("consent", "helsenorge", "no-basis"),
        ("dodsmelding", "grunndata", "no-basis"),
        ("grunndata", "no-basis"),
        ("helsenorge", "no-basis"),
        ("helsenorge-sdf",),
        ("helsenorge-timelosning", "no-basis"),
        ("ihe-balp",),
        ("kodeverk",),
        ("municipal-oslo", "no-basis"),
        ("nhn-municipal-services", "no-basis"),
        ("nilar", "no-basis"),
        ("no-basis-fsh-test", "no-basis"),
        ("no-basis-head",),
        ("okt", "no-basis"),
        ("retina", "no-basis"),
        ("sfm", "no-basis"),
    ]
    count = 0
    for own, *needed in folders:
        known = Profiles(
            parse(path.read_bytes())
            for folder in (own, *needed)
            for path in sorted((shared / "fhir" / folder / "definitions").rglob("*.json"))
        )
        for url in known.urls():
            known.tree(url)
        for path in sorted((shared / "fhir" / own).rglob("*example*/**/*.json")):
            count += 1
            issues = [issue for issue in validate(json_of(path), known=known) if issue.code not in TOLD]
            if issues:
                wrong[path.name] = [issue.text for issue in issues]
    assert count > 150
    assert wrong.keys() == WRONG_EXAMPLES.keys(), json.dumps(wrong, indent=1)


def json_of(path):
    return parse(path.read_bytes())


class Words:
    """A terminology of one grammar, one value set and one system."""

    def member_of(self, value, type, value_set, /):
        if value_set == "http://hl7.org/fhir/ValueSet/mimetypes":
            return "/" in value
        if value_set == "http://hl7.org/fhir/ValueSet/all-languages":
            return value in ("nb", "nn")
        if value_set == BASE + "loaded" and type == "CodeableConcept":
            return any(coding.get("code") == "in" for coding in value["coding"])
        return None

    def exists(self, system, code):
        return code in ("in", "out") if system == "urn:loaded" else None


def document(**attachment):
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"url": "http://example.org/x", **attachment}}],
    }


def coded(code, system="urn:loaded"):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "dataAbsentReason": {"coding": [{"system": system, "code": code}]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
    }


def told(resource, **rest):
    issues = validate(resource, terminology=Words(), warnings=True, **rest)
    return [(i.severity, i.code, i.expression) for i in issues if "narrative" not in i.text]


def test_required_value_sets_that_r4_does_not_list_are_asked_of_the_terminology():
    assert told(document(contentType="application/pdf")) == []
    place = "DocumentReference.content[0].attachment"
    assert told(document(contentType="pdf")) == [("error", "code-invalid", f"{place}.contentType")]
    assert told(document(language="nb")) == []
    # No code may be outside of this set, though the binding is weaker: told, and no reason to refuse what was sent.
    assert told(document(language="norsk")) == [("error", "not-found", f"{place}.language")]
    capability = {"status": "active", "date": "2026", "kind": "requirements", "fhirVersion": "4.0.1"}
    capability |= {"description": "x", "rest": [{"mode": "server", "documentation": "x"}]}
    assert told({"resourceType": "CapabilityStatement", **capability, "format": ["json"]}) == []


ABSENT_REASON = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def test_extensible_bindings_are_advice():
    assert told(coded("error", ABSENT_REASON)) == []
    assert told(coded("in")) == [("warning", "code-invalid", "Observation.dataAbsentReason")]
    assert told(coded("else", "urn:nobody")) == [("warning", "code-invalid", "Observation.dataAbsentReason")]
    assert told({**coded("in"), "dataAbsentReason": {"text": "mistet"}}) == []
    assert validate(coded("in"), terminology=Words()) == []


def test_a_code_that_a_known_system_does_not_have_is_an_error():
    assert ("error", "not-found", "Observation.dataAbsentReason.coding[0].code") in told(coded("gone"))
    assert validate(coded("gone"), terminology=Words()) == [], "told by $validate alone"


@pytest.mark.parametrize(
    ("strength", "found"),
    [
        ("required", [("error", "code-invalid", "Observation.code")]),
        ("extensible", [("warning", "code-invalid", "Observation.code")]),
        ("preferred", []),
    ],
)
def test_bindings_of_profiles_are_asked_of_the_terminology(strength, found):
    bound = profile(
        "bound", "Observation",
        element("Observation.code", binding={"strength": strength, "valueSet": BASE + "loaded"}),
    )  # fmt: skip
    known = Profiles([bound], Words())

    def asked(code):
        observation = {"resourceType": "Observation", "status": "final", "code": {"coding": [{"code": code}]}}
        return told(observation, known=known, profiles=[BASE + "bound"])

    assert asked("in") == []
    assert asked("out") == found


def test_a_code_nobody_knows_does_not_hide_what_else_is_wrong():
    """Such a code is taken in by the record; the invariants beside it are asked all the same."""
    reading = {**coded("gone", ABSENT_REASON), "valueString": "x"}
    assert {i.code for i in validate(reading)} == {"not-found", "invariant"}
