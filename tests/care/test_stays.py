"""Whether the patient is in hospital now."""

import pytest

from akson.care.contacts.stays import current_stay


def encounter(
    status: str = "in-progress", kind: str = "IMP", start: str = "2026-11-26T20:10:00+01:00", **more: object
) -> dict:
    return {"status": status, "class": {"code": kind}, "period": {"start": start}, **more}


def test_a_stay_that_has_begun_and_not_ended_is_told_with_its_hospital() -> None:
    known = {"Organization/havnes": {"name": "Havnes sykehus HF"}}
    stay = current_stay([encounter(serviceProvider={"reference": "Organization/havnes"})], known)
    assert stay is not None and stay.where == "Havnes sykehus HF" and stay.since is not None


@pytest.mark.parametrize(
    "over",
    [
        encounter(status="finished"),
        encounter(status="planned"),
        encounter(kind="AMB"),
        {**encounter(), "period": {"start": "2026-11-20", "end": "2026-11-22"}},
    ],
    ids=["finished", "planned", "consultation", "ended"],
)
def test_what_is_over_planned_or_a_consultation_is_no_stay(over: dict) -> None:
    assert current_stay([over]) is None


def test_the_newest_of_several_counts() -> None:
    old = encounter(start="2026-11-01", serviceProvider={"display": "Fjellheim"})
    new = encounter(start="2026-11-26", serviceProvider={"display": "Havnes"})
    stay = current_stay([old, new])
    assert stay is not None and stay.where == "Havnes"
