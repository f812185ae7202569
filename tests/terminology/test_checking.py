"""Whether a code is what it claims to be."""

from typing import Any

import pytest

from akson.terminology.checking import Asked, check_in_set, check_in_system
from akson.terminology.library import ValueSet
from akson.terminology.refusal import Refused
from akson.terminology.wishes import read
from tests.terminology.library import ANIMALS, animals, library, value_set

WHOLE = value_set(include=[{"system": ANIMALS}])


def checked(
    coding: dict[str, Any], resource: dict[str, Any] = WHOLE, *others: Any, **given: Any
) -> dict[str, Any]:
    wishes = read({name.replace("_", "-"): [value] for name, value in given.items()})
    answer = check_in_set(ValueSet(resource), [Asked(coding, "Coding")], library(*others), wishes)
    return {
        p["name"]: p.get("resource") or next(v for k, v in p.items() if k.startswith("value"))
        for p in answer["parameter"]
    }


def kinds(answer: dict[str, Any]) -> list[str]:
    return [i["details"]["coding"][0]["code"] for i in answer.get("issues", {}).get("issue", ())]


def dog(**more: Any) -> dict[str, Any]:
    return {"system": ANIMALS, "code": "dog"} | more


def test_a_code_that_is_right() -> None:
    answer = checked(dog(display="Dog"))
    assert answer == {"code": "dog", "display": "Dog", "result": True, "system": ANIMALS, "version": "1.0"}


@pytest.mark.parametrize(
    ("coding", "found"),
    [
        (dog(code="wolf"), ["invalid-code", "not-in-vs"]),
        (dog(system="urn:plants"), ["not-found", "not-in-vs"]),
        (dog(system="plants"), ["invalid-data", "not-found", "not-in-vs"]),
        (dog(system="urn:set"), ["invalid-data", "not-in-vs"]),
        ({"code": "dog"}, ["invalid-data", "not-in-vs"]),
        (dog(display="Hund"), ["invalid-display"]),
        (dog(version="9"), ["vs-invalid", "not-found"]),
    ],
)
def test_what_can_be_wrong(coding: dict[str, Any], found: list[str]) -> None:
    answer = checked(coding, WHOLE, WHOLE)
    assert answer["result"] is False
    assert kinds(answer) == found
    assert answer["message"]


def test_wishes_change_the_verdict() -> None:
    assert checked(dog(display="Hund"), lenient_display_validation="true")["result"] is True
    assert checked({"system": ANIMALS, "code": "mammal"})["result"] is True
    assert checked({"system": ANIMALS, "code": "mammal"}, abstract="false")["result"] is False
    assert checked({"system": ANIMALS, "code": "dodo"})["result"] is True
    assert checked({"system": ANIMALS, "code": "dodo"}, activeOnly="true")["result"] is False
    assert checked({"code": "dog"}, inferSystem="true")["system"] == ANIMALS


def test_another_spelling_of_a_system_without_case() -> None:
    loose = animals(url="urn:loose", caseSensitive=False)
    answer = checked(dog(system="urn:loose", code="DOG"), value_set(include=[{"system": "urn:loose"}]), loose)
    assert answer["result"] is True and answer["normalized-code"] == "dog"


def test_what_the_value_set_leaves_out() -> None:
    no_dogs = value_set(
        include=[{"system": ANIMALS}],
        exclude=[{"system": ANIMALS, "filter": [{"property": "concept", "op": "is-a", "value": "dog"}]}],
    )
    assert checked(dog(code="poodle"), no_dogs)["result"] is False
    assert checked(dog(code="cat"), no_dogs)["result"] is True


def test_one_coding_of_several_is_enough() -> None:
    concept = {"coding": [dog(code="bird"), dog()]}
    dogs = value_set(include=[{"system": ANIMALS, "concept": [{"code": "dog"}]}])
    asked = [Asked(c, f"CodeableConcept.coding[{n}]", of_many=True) for n, c in enumerate(concept["coding"])]
    answer = check_in_set(ValueSet(dogs), asked, library(), read({}), concept)
    assert {"name": "result", "valueBoolean": True} in answer["parameter"]
    assert {"name": "code", "valueCode": "dog"} in answer["parameter"]


def test_against_a_system_alone() -> None:
    held = library()
    system = held.system(ANIMALS)
    assert system is not None
    answer = check_in_system(system, [Asked({"system": ANIMALS, "code": "wolf"}, "")], held, read({}))
    issues = next(p["resource"]["issue"] for p in answer["parameter"] if p["name"] == "issues")
    assert [i["expression"] for i in issues] == [["code"]]


def test_a_supplement_that_is_demanded_and_not_there() -> None:
    demanding = WHOLE | {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/valueset-supplement",
                "valueCanonical": "urn:more",
            }
        ]
    }
    with pytest.raises(Refused) as refused:
        checked(dog(), demanding)
    assert refused.value.id == "AKS-TERMINOLOGY-035"
    more = animals(
        url="urn:more",
        content="supplement",
        supplements=ANIMALS,
        concept=[{"code": "dog", "designation": [{"language": "nb", "value": "Hund"}]}],
    )
    assert checked(dog(display="Hund"), demanding, more)["result"] is True
