"""Observations to sets: panels, components, times, and what must not count."""

from decimal import Decimal

from akson.care.homefollowup.news2 import Vital
from akson.care.homefollowup.readings import readings, weights

LOINC = "http://loinc.org"


def observation(code: str, value: object, at: str, **more: object) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": at,
        "valueQuantity": {"value": Decimal(str(value))},
        **more,
    }


def blood_pressure(systolic: int, diastolic: int, at: str) -> dict:
    parts = [("8480-6", systolic), ("8462-4", diastolic)]
    return {
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "effectiveDateTime": at,
        "component": [
            {"code": {"coding": [{"system": LOINC, "code": c}]}, "valueQuantity": {"value": v}}
            for c, v in parts
        ],
    }


MORNING = "2026-11-22T08:12:00+01:00"


def test_measurements_of_one_occasion_become_one_set() -> None:
    sets = readings(
        [
            observation("9279-1", 22, MORNING),
            observation("59408-5", 93, "2026-11-22T08:14:00+01:00"),
            blood_pressure(116, 70, MORNING),
            observation("8867-4", 96, "2026-11-22T07:13:00Z"),
            observation("8310-5", "37.9", MORNING),
        ]
    )
    assert len(sets) == 1
    assert sets[0].values == {
        Vital.RESPIRATION: 22,
        Vital.SATURATION: 93,
        Vital.SYSTOLIC: 116,
        Vital.PULSE: 96,
        Vital.TEMPERATURE: Decimal("37.9"),
    }


def test_a_second_value_of_the_same_kind_begins_a_new_set() -> None:
    sets = readings(
        [observation("8867-4", 96, MORNING), observation("8867-4", 88, "2026-11-22T08:20:00+01:00")]
    )
    assert [s.values[Vital.PULSE] for s in sets] == [96, 88]


def test_sets_come_oldest_first_and_far_apart_ones_stay_apart() -> None:
    sets = readings(
        [observation("9279-1", 22, MORNING), observation("8867-4", 80, "2026-11-21T20:00:00+01:00")]
    )
    assert [list(s.values) for s in sets] == [[Vital.PULSE], [Vital.RESPIRATION]]


def test_what_was_entered_in_error_does_not_count() -> None:
    assert readings([observation("9279-1", 60, MORNING, status="entered-in-error")]) == []


def test_consciousness_and_oxygen_are_read_from_words_and_codes() -> None:
    level = {**observation("80288-4", 0, MORNING), "valueCodeableConcept": {"text": "Forvirret"}}
    del level["valueQuantity"]
    (only,) = readings([level, observation("3151-8", 2, MORNING), observation("9279-1", 22, MORNING)])
    assert (only.consciousness, only.oxygen) == ("C", True)


def test_room_air_is_not_oxygen() -> None:
    (only,) = readings([observation("3150-6", 21, MORNING)])
    assert only.oxygen is False


def test_a_weight_is_no_vital_sign_of_a_set() -> None:
    weight = observation("29463-7", "70.4", MORNING)
    assert readings([weight]) == []
    assert [w.kilograms for w in weights([weight])] == [Decimal("70.4")]
