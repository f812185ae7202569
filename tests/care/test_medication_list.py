"""Medicine lines that cannot be misread."""

from decimal import Decimal

import pytest

from akson.care.medication.list import anticoagulants, medication_lines
from akson.care.quantities import number_words, quantity_words, ratio_words

ATC = "http://www.whocc.no/atc"


def statement(name: str, atc: str, mg: str, form: str = "tablett", **more: object) -> dict:
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": name, "coding": [{"system": ATC, "code": atc}]},
        "form": {"text": form},
        "ingredient": [
            {"strength": {"numerator": {"value": Decimal(mg), "unit": "mg"}, "denominator": {"value": 1, "unit": "tablett"}}}
        ],
    }  # fmt: skip
    return {
        "id": name,
        "status": "active",
        "contained": [medication],
        "medicationReference": {"reference": "#m"},
        **more,
    }


def test_a_line_says_generic_name_strength_form_dose_and_reason() -> None:
    (line,) = medication_lines(
        [
            statement(
                "furosemid", "C03CA01", "40.0",
                dosage=[{"text": "1 + 0 + 0 + 0"}], reasonCode=[{"text": "Hjertesvikt"}],
            )
        ]
    )  # fmt: skip
    assert (line.name, line.strength_and_form, line.dose, line.reason) == (
        "Furosemid", "40 mg tablett", "1 + 0 + 0 + 0", "Hjertesvikt",
    )  # fmt: skip


def test_as_needed_is_spelt_out_with_its_maximum() -> None:
    dosage = {
        "text": "1 tablett",
        "asNeededBoolean": True,
        "maxDosePerPeriod": {
            "numerator": {"value": 8, "unit": "tabletter"},
            "denominator": {"value": 1, "unit": "d"},
        },
    }
    (line,) = medication_lines([statement("Paracetamol", "N02BE01", "500", dosage=[dosage])])
    assert line.dose == "Ved behov, 1 tablett, maks 8 tabletter daglig"


def test_fixed_doses_come_first_and_stopped_lines_not_at_all() -> None:
    lines = medication_lines(
        [
            statement("Zopiklon", "N05CF01", "5", dosage=[{"text": "natt", "asNeededBoolean": True}]),
            statement("Ramipril", "C09AA05", "5", status="stopped"),
            statement("Metoprolol", "C07AB02", "50", "depottablett"),
        ]
    )
    assert [line.name for line in lines] == ["Metoprolol", "Zopiklon"]


def test_a_missing_dose_is_said_not_hidden() -> None:
    (line,) = medication_lines([statement("Metoprolol", "C07AB02", "50")])
    assert line.dose == "Dosering ikke angitt"


def test_a_plain_code_is_enough_for_a_line() -> None:
    (line,) = medication_lines([{"status": "active", "medicationCodeableConcept": {"text": "Apiksaban"}}])
    assert (line.name, line.strength_and_form) == ("Apiksaban", "")


@pytest.mark.parametrize(
    ("atc", "thin"), [("B01AF02", True), ("B01AA03", True), ("B01AC06", False), ("C03CA01", False)]
)
def test_what_makes_bleeding_dangerous(atc: str, thin: bool) -> None:
    lines = medication_lines([statement("Stoff", atc, "1")])
    assert bool(anticoagulants(lines)) is thin


@pytest.mark.parametrize(
    ("value", "words"), [("2.50", "2,5"), ("5.0", "5"), ("100", "100"), ("1E+2", "100"), ("0.125", "0,125")]
)
def test_numbers_have_comma_and_no_trailing_zeros(value: str, words: str) -> None:
    assert number_words(Decimal(value)) == words


def test_units_are_written_as_on_the_package() -> None:
    assert quantity_words({"value": 75, "unit": "ug", "code": "ug"}) == "75 µg"
    assert quantity_words({"value": Decimal("37.9"), "code": "Cel"}) == "37,9 °C"
    solution = {"numerator": {"value": 100, "unit": "mg"}, "denominator": {"value": 5, "unit": "ml"}}
    assert ratio_words(solution) == "100 mg/5 ml"
