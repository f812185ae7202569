"""Slicing: a small profile for each kind of discriminator and rule, with resources that follow and that do not.

Spec: https://hl7.org/fhir/R4/profiling.html#slicing
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
    "exists",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.name", ("exists", "period")),
            element("Patient.name", "old", max="1"),
            element("Patient.name.period", min=1),
            element("Patient.name", "now", min=1),
            element("Patient.name.period", max="0"),
        )
    ],
    (patient(name=[{"family": "x"}]), True),
    (patient(name=[{"family": "x", "period": {"start": "2020"}}]), False),
    (
        patient(
            name=[
                {"family": "x"},
                {"family": "x", "period": {"start": "2020"}},
                {"family": "x", "period": {"start": "2020"}},
            ]
        ),
        False,
    ),
)
case(
    "type slice value",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.value[x]", ("type", "$this"), rules="closed"),
            element("Observation.value[x]", "valueQuantity", type=[{"code": "Quantity"}]),
            element("Observation.value[x].unit", min=1),
        )
    ],
    (observation(valueQuantity={"value": 1, "unit": "x"}), True),
    (observation(valueQuantity={"value": 1}), False),
    (observation(valueString="x"), False),
)
case(
    "type slice 2",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.value[x]", ("type", "$this")),
            element("Observation.value[x]", "valueQuantity", min=0, type=[{"code": "Quantity"}]),
            element("Observation.value[x]", "valueString", type=[{"code": "string"}], maxLength=3),
        )
    ],
    (observation(valueQuantity={"value": 1, "unit": "x"}), True),
    (observation(valueString="abcd"), False),
    (observation(valueBoolean=True), True),
)
case(
    "entry by type",
    [
        profile(
            "a",
            "Bundle",
            sliced("Bundle.entry", ("type", "resource"), rules="closed"),
            element("Bundle.entry", "pat", min=1, max="1"),
            element("Bundle.entry.resource", type=[{"code": "Patient"}]),
            element("Bundle.entry", "obs"),
            element("Bundle.entry.resource", type=[{"code": "Observation"}]),
        )
    ],
    (
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": patient(active=True)}, {"resource": observation()}],
        },
        True,
    ),
    ({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": observation()}]}, False),
    (
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [
                {"resource": patient(active=True)},
                {"resource": {"resourceType": "Group", "type": "person", "actual": True}},
            ],
        },
        False,
    ),
)
NAMED = profile("named", "Patient", element("Patient.name", min=1))
case(
    "entry by profile",
    [
        profile(
            "a",
            "Bundle",
            sliced("Bundle.entry", ("profile", "resource")),
            element("Bundle.entry", "pat", min=1, max="1"),
            element("Bundle.entry.resource", type=[{"code": "Patient", "profile": [BASE + "named"]}]),
        ),
        NAMED,
    ],
    (
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": patient(name=[{"family": "x"}])}, {"resource": patient(active=True)}],
        },
        True,
    ),
    ({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient(active=True)}]}, False),
)
case(
    "resolve type",
    [
        profile(
            "a",
            "Composition",
            sliced("Composition.author", ("type", "resolve()"), rules="open"),
            element(
                "Composition.author",
                "p",
                min=1,
                type=[
                    {
                        "code": "Reference",
                        "targetProfile": ["http://hl7.org/fhir/StructureDefinition/Practitioner"],
                    }
                ],
            ),
        )
    ],
    (
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "x"},
            "date": "2026",
            "title": "x",
            "author": [{"reference": "#a"}],
            "contained": [{"resourceType": "Practitioner", "id": "a", "active": True}],
        },
        True,
    ),
    (
        {
            "resourceType": "Composition",
            "status": "final",
            "type": {"text": "x"},
            "date": "2026",
            "title": "x",
            "author": [{"reference": "#a"}],
            "contained": [{"resourceType": "Patient", "id": "a", "active": True}],
        },
        False,
    ),
)
case(
    "resolve profile",
    [
        profile(
            "a",
            "Composition",
            sliced("Composition.section", ("pattern", "code")),
            element("Composition.section", "meds", min=1),
            element("Composition.section.code", patternCodeableConcept=concept("meds")),
            sliced("Composition.section.entry", ("profile", "resolve()")),
            element(
                "Composition.section.entry",
                "st",
                min=1,
                type=[{"code": "Reference", "targetProfile": [BASE + "med"]}],
            ),
        ),
        profile("med", "MedicationStatement", element("MedicationStatement.effective[x]", min=1)),
    ],
    *[
        (
            {
                "resourceType": "Bundle",
                "type": "document",
                "identifier": {"system": "urn:x", "value": "1"},
                "timestamp": "2026-01-01T00:00:00Z",
                "entry": [
                    {
                        "fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
                        "resource": {
                            "resourceType": "Composition",
                            "meta": {"profile": [BASE + "a"]},
                            "status": "final",
                            "type": {"text": "x"},
                            "date": "2026",
                            "title": "x",
                            "author": [{"display": "x"}],
                            "section": [
                                {
                                    "code": concept("meds"),
                                    "entry": [{"reference": "urn:uuid:22222222-2222-4222-8222-222222222222"}],
                                }
                            ],
                        },
                    },
                    {
                        "fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222",
                        "resource": {
                            "resourceType": "MedicationStatement",
                            "status": "active",
                            "medicationCodeableConcept": {"text": "x"},
                            "subject": {"display": "x"},
                            **e,
                        },
                    },
                ],
            },
            g,
        )
        for e, g in (({"effectiveDateTime": "2026"}, True), ({}, False))
    ],
)
case(
    "extension value disc",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.contact", ("value", "extension('http://x/k').value")),
            element("Patient.contact", "kin", min=1),
            sliced("Patient.contact.extension", ("value", "url")),
            element(
                "Patient.contact.extension",
                "k",
                min=1,
                type=[{"code": "Extension", "profile": ["http://x/k"]}],
            ),
            element("Patient.contact.extension.value[x]", fixedString="kin"),
        )
    ],
    (
        patient(
            contact=[
                {
                    "gender": "male",
                    "name": {"text": "x"},
                    "extension": [{"url": "http://x/k", "valueString": "kin"}],
                }
            ]
        ),
        True,
    ),
    (
        patient(
            contact=[{"name": {"text": "x"}, "extension": [{"url": "http://x/k", "valueString": "other"}]}]
        ),
        False,
    ),
    (patient(contact=[{"name": {"text": "x"}}]), False),
)
case(
    "reslice",
    [
        profile(
            "b",
            "Patient",
            sliced("Patient.identifier", ("value", "system")),
            element("Patient.identifier", "n", min=0, max="2"),
            element("Patient.identifier.system", fixedUri="urn:n"),
        ),
        profile(
            "a",
            "Patient",
            element(
                "Patient.identifier",
                "n",
                slicing={"discriminator": [{"type": "value", "path": "use"}], "rules": "closed"},
            ),
            element("Patient.identifier", "n/off", min=1, max="1"),
            element("Patient.identifier.use", patternCode="official"),
            element("Patient.identifier", "n/tmp", max="1"),
            element("Patient.identifier.use", patternCode="temp"),
            base=BASE + "b",
        ),
    ],
    (patient(identifier=[{"system": "urn:n", "use": "official", "value": "1"}]), True),
    (patient(identifier=[{"system": "urn:n", "use": "temp", "value": "1"}]), False),
    (
        patient(
            identifier=[
                {"system": "urn:n", "use": "official", "value": "1"},
                {"system": "urn:n", "use": "usual", "value": "1"},
            ]
        ),
        False,
    ),
    (
        patient(
            identifier=[
                {"system": "urn:n", "use": "official", "value": "1"},
                {"system": "urn:m", "use": "usual", "value": "1"},
            ]
        ),
        True,
    ),
)
case(
    "openAtEnd",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.identifier", ("value", "system"), rules="openAtEnd"),
            element("Patient.identifier", "n"),
            element("Patient.identifier.system", fixedUri="urn:n"),
        )
    ],
    (patient(identifier=[{"system": "urn:n", "value": "1"}, {"system": "urn:m", "value": "1"}]), True),
    (patient(identifier=[{"system": "urn:m", "value": "1"}, {"system": "urn:n", "value": "1"}]), False),
)
case(
    "ordered",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.identifier", ("value", "system"), ordered=True),
            element("Patient.identifier", "n"),
            element("Patient.identifier.system", fixedUri="urn:n"),
            element("Patient.identifier", "m"),
            element("Patient.identifier.system", fixedUri="urn:m"),
        )
    ],
    (patient(identifier=[{"system": "urn:n", "value": "1"}, {"system": "urn:m", "value": "1"}]), True),
    (patient(identifier=[{"system": "urn:m", "value": "1"}, {"system": "urn:n", "value": "1"}]), False),
)
case(
    "$this pattern",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.category", ("pattern", "$this")),
            element("Observation.category", "v", min=1, max="1", patternCodeableConcept=concept("v")),
        )
    ],
    (observation(category=[concept("v")]), True),
    (
        observation(
            category=[
                concept("w"),
                {
                    "coding": [
                        {"system": "http://s", "code": "v", "display": "d"},
                        {"system": "http://z", "code": "q"},
                    ]
                },
            ]
        ),
        True,
    ),
    (observation(category=[concept("w")]), False),
    (observation(category=[concept("v"), concept("v")]), False),
)
case(
    "vs binding disc",
    [
        profile(
            "a",
            "Observation",
            sliced("Observation.category", ("value", "$this")),
            element(
                "Observation.category",
                "g",
                min=1,
                binding={
                    "strength": "required",
                    "valueSet": "http://hl7.org/fhir/ValueSet/observation-category",
                },
            ),
        )
    ],
    (
        observation(
            category=[concept("laboratory", "http://terminology.hl7.org/CodeSystem/observation-category")]
        ),
        True,
    ),
    (observation(category=[concept("laboratory", "http://s")]), False),
)
case(
    "two discs",
    [
        profile(
            "a",
            "Patient",
            sliced("Patient.telecom", ("value", "system"), ("value", "use")),
            element("Patient.telecom", "hp", min=1),
            element("Patient.telecom.system", fixedCode="phone"),
            element("Patient.telecom.use", fixedCode="home"),
        )
    ],
    (patient(telecom=[{"system": "phone", "use": "home", "value": "1"}]), True),
    (patient(telecom=[{"system": "phone", "use": "work", "value": "1"}]), False),
)


@pytest.mark.parametrize(("known", "resource", "good"), CASES)
def test_slicing(known, resource, good):
    asked = [BASE + "a"] if known.type_of(BASE + "a") == resource["resourceType"] else []
    issues = validate(resource, profiles=asked, known=known)
    assert (not issues) is good, [issue.text for issue in issues]
