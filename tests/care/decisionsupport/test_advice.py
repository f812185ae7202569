"""Each rule speaks where it should and nowhere near it: `cases.toml`. And what holds whatever the rules are."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from akson.care.decisionsupport.advice import Advice, advice
from akson.care.decisionsupport.facts import Facts, ckd_epi_2009, facts_of
from akson.care.decisionsupport.rules import ORDER, Kind, Severity, _rule, load

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))["case"]
EDITION = load().editions[-1]
NEWS2_CODES = ("9279-1", "59408-5", "3150-6", "8480-6", "8867-4", "80288-4", "8310-5")


def statement(
    number: int, name: str, atc: str, strength: str, dose: str, status: str = "active"
) -> dict[str, Any]:
    coding = [{"system": "http://www.whocc.no/atc", "code": atc, "display": name}] if atc else []
    value, _, unit = strength.partition(" ")
    drug: dict[str, Any] = {"resourceType": "Medication", "id": "m", "code": {"text": name, "coding": coding}}
    if value.replace(",", "").replace(".", "").isdigit():
        amount = {"value": float(value.replace(",", ".")), "unit": unit}
        drug["ingredient"] = [
            {
                "itemCodeableConcept": {"text": name},
                "strength": {"numerator": amount, "denominator": {"value": 1}},
            }
        ]
    return {
        "resourceType": "MedicationStatement",
        "id": f"m{number}",
        "status": status,
        "contained": [drug],
        "medicationReference": {"reference": "#m"},
        "dosage": [{"text": dose}] if dose else [],
    }


def allergy(
    number: int, words: str, atc: str, criticality: str, verified: str = "confirmed"
) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"a{number}",
        "criticality": criticality,
        "verificationStatus": {"coding": [{"code": verified}]},
        "code": {"text": words, "coding": [{"system": "http://www.whocc.no/atc", "code": atc}]},
    }


def measured(code: str, value: Any, at: datetime, unit: str = "") -> dict[str, Any]:
    row = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": at.isoformat(),
    }
    if isinstance(value, str):
        return {**row, "valueCodeableConcept": {"coding": [{"code": value}], "text": value}}
    return {**row, "valueQuantity": {"value": value, "unit": unit}}


def rows_of(case: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rows = [statement(n, *drug) for n, drug in enumerate(case.get("drugs", ()))]
    rows += [allergy(n, *one) for n, one in enumerate(case.get("allergies", ()))]
    if "egfr" in case:
        rows.append(measured("62238-1", case["egfr"], NOW - timedelta(days=case.get("egfr_days_ago", 5))))
    for code, value in zip(NEWS2_CODES, case.get("news2", ()), strict=False):
        told = (28 if value else 21) if code == "3150-6" else value
        rows.append(measured(code, told, NOW - timedelta(hours=1)))
    born = date(NOW.year - case.get("age", 50), 1, 1)
    return {"resourceType": "Patient", "birthDate": born.isoformat(), "gender": "female"}, rows


def told(case: dict[str, Any]) -> tuple[Advice, ...]:
    patient, rows = rows_of(case)
    return advice(facts_of(patient, rows, NOW), EDITION)


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_it_says_that_and_nothing_else(case: dict[str, Any]) -> None:
    assert [one.rule for one in told(case)] == case["says"]


def test_every_rule_has_a_case_that_it_speaks_for() -> None:
    spoken = {rule for case in CASES for rule in case["says"]}
    assert {rule.id for rule in EDITION.rules} == spoken


def test_each_piece_of_advice_explains_itself() -> None:
    for case in CASES:
        for one in told(case):
            assert one.words and one.now_do and one.source and one.url.startswith("https://")
            assert "{" not in one.title and one.title.strip() == one.title
            assert one.edition == EDITION.id


def test_a_rule_without_a_public_source_is_not_loaded() -> None:
    with pytest.raises(ValueError, match="no public source"):
        _rule(
            {
                "id": "mine",
                "kind": "age",
                "severity": "info",
                "title": "",
                "words": "",
                "now_do": "",
                "source": "oss",
            }
        )


def test_only_a_serious_allergy_to_what_is_proposed_interrupts_and_only_one() -> None:
    penicillin = statement(9, "Fenoksymetylpenicillin", "J01CE02", "660 mg", "2 x 4")
    serious = [
        allergy(0, "Penicillin", "J01C", "high"),
        allergy(1, "Fenoksymetylpenicillin", "J01CE02", "high"),
    ]
    found = advice(facts_of(None, serious, NOW, proposed=[penicillin]), EDITION)
    assert [one.interrupts for one in found] == [True, False]
    standing = advice(facts_of(None, [*serious, penicillin], NOW), EDITION)
    assert not any(one.interrupts for one in standing), "what she already takes is told, and stops nobody"
    mild = advice(
        facts_of(None, [allergy(0, "Penicillin", "J01C", "low")], NOW, proposed=[penicillin]), EDITION
    )
    assert [(one.severity, one.interrupts) for one in mild] == [(Severity.WARNING, False)]


def test_asked_of_something_proposed_it_speaks_of_that_alone() -> None:
    case = {
        "age": 84,
        "drugs": [["Amitriptylin", "N06AA09", "10 mg", "0+0+0+1"], ["Warfarin", "B01AA03", "", ""]],
    }
    patient, rows = rows_of(case)
    request = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "medicationCodeableConcept": {
            "text": "Ibuprofen",
            "coding": [{"system": "http://www.whocc.no/atc", "code": "M01AE01"}],
        },
        "dosageInstruction": [{"text": "1 tabl x 3"}],
    }
    found = advice(facts_of(patient, rows, NOW, proposed=[request]), EDITION)
    assert [one.rule for one in found] == ["nsaid-anticoagulant"]
    assert found[0].concerns == ("MedicationRequest/proposed-0", "MedicationStatement/m1")


def test_what_no_rule_can_judge_is_named() -> None:
    facts = facts_of(None, [statement(0, "Natursnus", "", "", "")], NOW)
    assert [drug.name for drug in facts.unread] == ["Natursnus"]


def test_the_order_is_by_severity_whatever_the_rules_order() -> None:
    for case in CASES:
        ranks = [ORDER.index(one.severity) for one in told(case)]
        assert ranks == sorted(ranks)


def test_the_same_facts_give_the_same_advice() -> None:
    patient, rows = rows_of(CASES[0])
    assert advice(facts_of(patient, rows, NOW), EDITION) == advice(
        facts_of(patient, list(reversed(rows)), NOW), EDITION
    )
    assert advice(Facts(()), EDITION) == ()


@pytest.mark.parametrize(
    ("creatinine", "age", "gender", "expected"),
    # The authors' table gives the constants; each value here is worked by hand from them.
    [(62, 50, "female", 100), (80, 50, "male", 99), (177, 80, "female", 23), (177, 80, "male", 31)],
)
def test_egfr_from_creatinine(creatinine: float, age: int, gender: str, expected: int) -> None:
    value = ckd_epi_2009(creatinine, age, gender)
    assert value is not None and abs(value - expected) < 1.5


def test_a_result_above_a_limit_is_not_below_another() -> None:
    above = measured("62238-1", 60, NOW)
    above["valueQuantity"]["comparator"] = ">"
    assert facts_of(None, [above], NOW).egfr is None
    cancelled = {**measured("62238-1", 20, NOW), "status": "entered-in-error"}
    assert facts_of(None, [cancelled], NOW).egfr is None


def test_kinds_are_all_in_use() -> None:
    assert {rule.kind for rule in EDITION.rules} == set(Kind)


def test_advice_about_something_else_is_another_piece_of_advice() -> None:
    """What was set aside at one dose, kidney function or set of measurements is said again at another."""

    def key(**case: Any) -> str:
        return told(case)[0].key

    ibuprofen, more = ["Ibuprofen", "M01AE01", "400 mg", "1 x 1"], ["Ibuprofen", "M01AE01", "400 mg", "1 x 3"]
    assert key(egfr=45, drugs=[ibuprofen]) == key(egfr=41, drugs=[ibuprofen])
    assert key(egfr=45, drugs=[ibuprofen]) != key(egfr=12, drugs=[ibuprofen])
    assert key(egfr=45, drugs=[ibuprofen]) != key(egfr=45, drugs=[more])
    grave = [25, 91, True, 108, 95, "A", 37.0]
    rows = rows_of({"news2": grave})[1]
    later = advice(facts_of(None, [r | {"effectiveDateTime": NOW.isoformat()} for r in rows], NOW), EDITION)
    assert key(news2=grave) != later[0].key
