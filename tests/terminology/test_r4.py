"""What comes with FHIR R4, and what others ask of it."""

import pytest

from akson.fhir.definitions import load
from akson.terminology import Terminology, r4

WORDS = Terminology.of_this_installation()
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def test_every_system_and_value_set_can_be_read() -> None:
    for url, _ in r4.shelf().headings("CodeSystem"):
        assert r4.shelf().systems(url)[0].url == url
    for url, heading in r4.shelf().headings("ValueSet"):
        assert r4.shelf().value_sets(url)[0].version == heading.version


def test_expansions_are_those_of_the_definitions() -> None:
    """Two independent ways to the same codes: our composer here, HL7's expansions there."""
    compared = 0
    for type in load().resource_types:
        for element in load().type(type).elements:
            if element.binding is None or element.binding.strength != "required":
                continue
            published = load().code_systems(element.binding.value_set)
            ours = WORDS.member(element.binding.value_set)
            if published is None or ours is None:
                continue
            abstract = {
                (s, c) for s, c in ours if (found := WORDS.library().system(s)) and found.concepts[c].abstract
            }
            theirs = {(system, code) for system, codes in published.items() for code in codes}
            assert ours - abstract == theirs, element.binding.value_set
            compared += 1
    assert compared > 300


@pytest.mark.parametrize(
    ("value_set", "system", "code", "held"),
    [
        (
            "http://hl7.org/fhir/ValueSet/administrative-gender",
            "http://hl7.org/fhir/administrative-gender",
            "male",
            True,
        ),
        ("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", "", "male", True),
        (
            "http://hl7.org/fhir/ValueSet/administrative-gender",
            "http://hl7.org/fhir/administrative-gender",
            "x",
            False,
        ),
        ("http://hl7.org/fhir/ValueSet/ucum-units", "http://unitsofmeasure.org", "mg/dL", True),
        ("http://hl7.org/fhir/ValueSet/ucum-units", "http://unitsofmeasure.org", "mgg/dL", False),
        ("http://hl7.org/fhir/ValueSet/all-languages", "urn:ietf:bcp:47", "nn-NO", True),
        ("http://hl7.org/fhir/ValueSet/all-languages", "urn:ietf:bcp:47", "n", False),
        ("http://hl7.org/fhir/ValueSet/mimetypes", "", "application/fhir+json", True),
        ("http://hl7.org/fhir/ValueSet/no-such", "urn:x", "x", None),
        ("http://hl7.org/fhir/ValueSet/condition-code", "http://snomed.info/sct", "22298006", None),
    ],
)
def test_membership(value_set: str, system: str, code: str, held: bool | None) -> None:
    assert WORDS.member_of(value_set, system, code) is held


def test_the_tree_below_and_above() -> None:
    below = WORDS.below(ACT, "_ActEncounterCode")
    assert below is not None and {"_ActEncounterCode", "AMB", "EMER"} <= below
    above = WORDS.above(ACT, "AMB")
    assert above is not None and {"AMB", "_ActEncounterCode"} <= above
    assert WORDS.below(ACT, "no-such") is None
    assert WORDS.above("urn:x", "AMB") is None


def test_codes_exist_or_not_or_cannot_be_told() -> None:
    assert WORDS.exists(ACT, "AMB") is True
    assert WORDS.exists(ACT, "NOT") is False
    assert WORDS.exists("http://snomed.info/sct", "22298006") is None
    assert WORDS.display(ACT, "AMB") == "ambulatory"


def test_norwegian_lists_are_code_systems_too() -> None:
    library = WORDS.library()
    by_number = library.system("urn:oid:2.16.578.1.12.4.1.1.8258")
    by_alias = library.system("http://hl7.no/fhir/CodeSystem/no-kodeverk-8258.codesystem")
    assert by_number is not None and by_number is by_alias
    assert by_number.concepts["2"].display == "Avvist"
