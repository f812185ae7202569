"""What profiles say of elements and slices of slices, with resources that follow and that do not.

Spec: https://hl7.org/fhir/R4/elementdefinition.html
"""

import pytest
from making_profiles import BASE, concept, element, observation, patient, profile, sliced

from akson.fhir.validation import Profiles, validate

CASES = []


def case(name, profiles, *judged):
    """The profile called `a` is asked for; `judged` are resources and whether they follow it."""
    known = Profiles(profiles)
    for number, (resource, good) in enumerate(judged):
        CASES.append(pytest.param(known, resource, good, id=f"{name} {number}"))


case(
    "content reference",
    [profile("a", "Questionnaire", element("Questionnaire.item.item.text", min=1))],
    (
        {
            "resourceType": "Questionnaire",
            "status": "active",
            "item": [
                {"linkId": "1", "type": "group", "item": [{"linkId": "2", "type": "display", "text": "x"}]}
            ],
        },
        True,
    ),
    (
        {
            "resourceType": "Questionnaire",
            "status": "active",
            "item": [{"linkId": "1", "type": "group", "item": [{"linkId": "2", "type": "display"}]}],
        },
        False,
    ),
)
case(
    "content reference component.referenceRange",
    [profile("a", "Observation", element("Observation.component.referenceRange.text", min=1))],
    (
        observation(
            component=[{"code": {"text": "x"}, "valueString": "y", "referenceRange": [{"text": "x"}]}]
        ),
        True,
    ),
    (
        observation(
            component=[{"code": {"text": "x"}, "valueString": "y", "referenceRange": [{"low": {"value": 1}}]}]
        ),
        False,
    ),
)
case(
    "fixed cc exact",
    [profile("a", "Observation", element("Observation.code", fixedCodeableConcept=concept("v")))],
    (observation(code=concept("v")), True),
    (observation(code={**concept("v"), "text": "t"}), False),
)
case(
    "min on parent optional",
    [profile("a", "Patient", element("Patient.contact.name", min=1))],
    (patient(active=True), True),
    (patient(contact=[{"gender": "male", "telecom": [{"system": "phone", "value": "1"}]}]), False),
)
case(
    "maxLength/ minValue",
    [
        profile(
            "a",
            "Observation",
            element("Observation.value[x]", type=[{"code": "integer"}], minValueInteger=3, maxValueInteger=5),
        )
    ],
    (observation(valueInteger=4), True),
    (observation(valueInteger=2), False),
    (observation(valueInteger=6), False),
)
case(
    "minValue date",
    [profile("a", "Patient", element("Patient.birthDate", minValueDate="2000-01-01"))],
    (patient(birthDate="2000-01-01"), True),
    (patient(birthDate="1999-12-31"), False),
)
case(
    "constraint on slice",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.telecom", ("value", "system")),
            element(
                "Patient.telecom",
                "tlf",
                constraint=[
                    {
                        "key": "t-1",
                        "severity": "error",
                        "human": "digits",
                        "expression": "value.matches('^[0-9]+$')",
                    }
                ],
            ),
            element("Patient.telecom.system", fixedCode="phone"),
        )
    ],
    (patient(telecom=[{"system": "phone", "value": "123"}, {"system": "email", "value": "x"}]), True),
    (patient(telecom=[{"system": "phone", "value": "x"}]), False),
)
case(
    "max 0 slice",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.telecom", ("value", "system")),
            element("Patient.telecom", "fax", max="0"),
            element("Patient.telecom.system", fixedCode="fax"),
        )
    ],
    (patient(telecom=[{"system": "phone", "value": "1"}]), True),
    (patient(telecom=[{"system": "fax", "value": "1"}]), False),
)
case(
    "ext required",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.extension", ("value", "url")),
            element(
                "Patient.extension",
                "k",
                min=1,
                max="1",
                type=[{"code": "Extension", "profile": ["http://x/k"]}],
            ),
        )
    ],
    (patient(extension=[{"url": "http://x/k", "valueString": "x"}]), True),
    (patient(extension=[{"url": "http://x/l", "valueString": "x"}]), False),
    (patient(extension=[{"url": "http://x/k", "valueString": "x"}] * 2), False),
)
case(
    "ext on primitive",
    [profile("a", "Patient", element("Patient.birthDate.extension", min=1))],
    (patient(birthDate="2000", _birthDate={"extension": [{"url": "http://x/k", "valueString": "x"}]}), True),
    (patient(birthDate="2000"), False),
)
case(
    "modifier ext closed",
    [profile("a", "Patient", element("Patient.modifierExtension", max="0"))],
    (patient(active=True), True),
    (patient(modifierExtension=[{"url": "http://x/k", "valueString": "x"}]), False),
)
case(
    "target profile",
    [
        profile(
            "a",
            "Observation",
            element(
                "Observation.subject",
                min=1,
                type=[
                    {
                        "code": "Reference",
                        "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"],
                    }
                ],
            ),
        )
    ],
    (observation(subject={"reference": "Patient/1"}), True),
    (observation(subject={"reference": "Group/1"}), False),
)
case(
    "agg contained",
    [
        profile(
            "a",
            "Observation",
            element(
                "Observation.subject",
                type=[
                    {
                        "code": "Reference",
                        "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Patient"],
                        "aggregation": ["contained"],
                    }
                ],
            ),
        )
    ],
    (observation(subject={"reference": "Patient/1"}), False),
    (observation(subject={"reference": "#a"}, contained=[patient(id="a", active=True)]), True),
)
case(
    "nested slices",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.component", ("pattern", "code")),
            element("Observation.component", "s", min=1),
            element("Observation.component.code", patternCodeableConcept=concept("s")),
            sliced("Observation.component.interpretation", ("pattern", "$this")),
            element("Observation.component.interpretation", "h", min=1, patternCodeableConcept=concept("H")),
        )
    ],
    (
        observation(component=[{"code": concept("s"), "valueString": "1", "interpretation": [concept("H")]}]),
        True,
    ),
    (observation(component=[{"code": concept("s"), "valueString": "1"}]), False),
    (
        observation(component=[{"code": concept("s"), "valueString": "1", "interpretation": [concept("L")]}]),
        False,
    ),
)
case(
    "shortcut",
    [profile("a", "Observation", element("Observation.valueQuantity.unit", min=1))],
    (observation(valueQuantity={"value": 1, "unit": "x"}), True),
    (observation(valueQuantity={"value": 1}), False),
    (observation(valueString="x"), False),
    (observation(), True),
)
case(
    "two shortcuts",
    [
        profile(
            "a",
            "Observation",
            element("Observation.valueQuantity.unit", min=1),
            element("Observation.valueString", maxLength=2),
        )
    ],
    (observation(valueQuantity={"value": 1, "unit": "x"}), True),
    (observation(valueString="x"), True),
    (observation(valueString="xxx"), False),
    (observation(valueBoolean=True), False),
)
case(
    "prof on datatype",
    [
        profile("hn", "HumanName", element("HumanName.family", min=1)),
        profile(
            "a", "Patient", element("Patient.name", type=[{"code": "HumanName", "profile": [BASE + "hn"]}])
        ),
    ],
    (patient(name=[{"family": "x"}]), True),
    (patient(name=[{"text": "x"}]), False),
)
case(
    "derived twice",
    [
        profile("x", "Patient", element("Patient.name", min=1)),
        profile("y", "Patient", element("Patient.gender", min=1), base=BASE + "x"),
        profile("a", "Patient", element("Patient.birthDate", min=1), base=BASE + "y"),
    ],
    (patient(name=[{"text": "x"}], gender="male", birthDate="2000"), True),
    (patient(gender="male", birthDate="2000"), False),
    (patient(name=[{"text": "x"}], birthDate="2000"), False),
)
case(
    "by id not path order",
    [
        profile(
            "a",
            "Patient",
            {"id": "Patient.identifier:n", "path": "Patient.identifier", "sliceName": "n", "min": 1},
            {"id": "Patient.identifier:n.system", "path": "Patient.identifier.system", "fixedUri": "urn:n"},
            {
                "id": "Patient.identifier",
                "path": "Patient.identifier",
                "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": "open"},
            },
        )
    ],
    (patient(identifier=[{"system": "urn:n", "value": "1"}]), True),
    (patient(identifier=[{"system": "urn:m", "value": "1"}]), False),
)
case(
    "sliced coding in cc",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.code.coding", ("value", "system")),
            element("Observation.code.coding", "l", min=1),
            element("Observation.code.coding.system", fixedUri="http://loinc.org"),
            element("Observation.code.coding.code", min=1),
        )
    ],
    (
        observation(
            code={
                "coding": [{"system": "http://loinc.org", "code": "1"}, {"system": "http://z", "code": "2"}]
            }
        ),
        True,
    ),
    (observation(code={"coding": [{"system": "http://z", "code": "2"}]}), False),
    (observation(code={"text": "x"}), False),
)
case(
    "contained profile",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.contained", ("type", "$this")),
            element("Observation.contained", "p", min=1, type=[{"code": "Patient"}]),
        )
    ],
    (observation(subject={"reference": "#a"}, contained=[patient(id="a", active=True)]), True),
    (observation(), False),
)
case(
    "disc into ref identifier",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.performer", ("value", "identifier.system")),
            element("Observation.performer", "h", min=1),
            element("Observation.performer.identifier.system", fixedUri="urn:h"),
        )
    ],
    (observation(performer=[{"identifier": {"system": "urn:h", "value": "1"}}]), True),
    (observation(performer=[{"display": "x"}]), False),
)
case(
    "choice ofType disc",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.component", ("value", "value.ofType(CodeableConcept)")),
            element("Observation.component", "x", min=1),
            element("Observation.component.value[x]", patternCodeableConcept=concept("v")),
        )
    ],
    (observation(component=[{"code": {"text": "x"}, "valueCodeableConcept": concept("v")}]), True),
    (observation(component=[{"code": {"text": "x"}, "valueString": "v"}]), False),
)


@pytest.mark.parametrize(("known", "resource", "good"), CASES)
def test_profile_element(known, resource, good):
    asked = [BASE + "a"] if known.type_of(BASE + "a") == resource["resourceType"] else []
    issues = validate(resource, profiles=asked, known=known)
    assert (not issues) is good, [issue.text for issue in issues]
