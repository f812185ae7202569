"""Typed vital signs: what can be true, what is rare, what it asks for, whose limits it passes, how it is mended."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from akson.care.homefollowup import escalation
from akson.care.homefollowup.entry import BY_NAME, FIELDS, entered
from akson.care.homefollowup.limits import limit_goal, limits, passed
from akson.care.homefollowup.news2 import Risk, score
from akson.care.homefollowup.readings import readings
from akson.care.homefollowup.recorded import Occasion, corrected, recorded, score_of, value_of, withdrawn
from akson.care.homefollowup.scale import begun, ended, on_scale, scale_2

ASTRID = {"reference": "Patient/astrid"}
IDA = {"reference": "Practitioner/ida", "display": "Ida Nilsen"}
AT = "2026-11-22T08:12:00+01:00"
MORNING = {
    "resp": "22", "spo2": "93", "o2": "L", "sys": "116", "dia": "70", "puls": "96", "acvpu": "a", "temp": "379",
}  # fmt: skip


def made(given: dict[str, str], *, scale: bool = False) -> list[dict]:  # type: ignore[type-arg]
    return recorded(entered(given), Occasion(ASTRID, IDA, AT, scale), lambda what: f"id-{what}")


def test_a_whole_set_is_read_as_it_is_typed_and_scored_as_the_chart_says() -> None:
    entry = entered(MORNING)
    assert not entry.faults and not entry.unusual
    assert entry.values["temp"] == Decimal("37.9") and entry.oxygen is False and entry.level == "A"
    result = score_of(entry, scale_2=False)
    assert result.complete and result.total == 5
    assert escalation.step_of(result).every == "minst hver time"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("spo2", "930", "SpO₂ 930 er utenfor 50–100 %. Sjekk verdien."),
        ("temp", "47", "Temperatur 47 er utenfor 25–45 °C. Sjekk verdien."),
        ("puls", "to", "Puls: skriv et tall."),
        ("puls", "-80", "Puls: skriv et tall."),
        ("puls", "1e9", "Puls: skriv et tall."),
        ("puls", "NaN", "Puls: skriv et tall."),
        ("o2", "ja", "Oksygen: skriv et tall i liter, eller L for luft."),
        ("acvpu", "X", "Bevissthet: skriv A, C, V, P eller U."),
    ],
)
def test_what_cannot_be_is_stopped_and_says_why(name: str, text: str, fault: str) -> None:
    entry = entered({**MORNING, name: text})
    assert entry.faults[name] == fault and name not in entry.values


def test_the_lower_pressure_is_lower() -> None:
    assert "dia" in entered({"sys": "80", "dia": "120"}).faults


@pytest.mark.parametrize("one", FIELDS, ids=lambda f: f.name)
def test_every_edge_of_what_is_possible_and_usual(one) -> None:  # type: ignore[no-untyped-def]
    low, high = one.possible
    for edge in one.possible:
        assert one.name in entered({one.name: str(edge)}).values
    step = Decimal("0.1")
    assert one.name in entered({one.name: str(high + step)}).faults
    if low > 0:
        assert one.name in entered({one.name: str(low - step)}).faults
    for edge in one.usual:
        assert not entered({one.name: str(edge)}).unusual
    if one.usual[1] < high:
        assert one.name in entered({one.name: str(one.usual[1] + step)}).unusual


def test_nothing_typed_is_nothing_measured() -> None:
    assert entered({"resp": "  ", "acvpu": ""}).empty


def test_every_risk_has_advice_and_the_grave_ones_make_an_item() -> None:
    assert set(escalation.STEPS) == set(Risk) and escalation.SOURCE.startswith("Royal College of Physicians")
    assert {risk for risk, step in escalation.STEPS.items() if step.priority} == {
        Risk.SINGLE,
        Risk.MEDIUM,
        Risk.HIGH,
    }


def test_a_set_is_written_so_that_it_is_read_back_as_the_same_set() -> None:
    resources = made(MORNING)
    whole = resources[-1]
    assert whole["valueInteger"] == 5 and len(whole["hasMember"]) == len(resources) - 1 == 7
    (reading,) = readings(resources)
    assert score(reading.measured()) == score_of(entered(MORNING), scale_2=False)


def test_air_and_litres_are_read_back() -> None:
    for text, oxygen in (("L", False), ("2", True)):
        (reading,) = readings(made({**MORNING, "o2": text}))
        assert reading.oxygen is oxygen


def test_an_incomplete_set_has_no_sum() -> None:
    whole = made({"puls": "96"})[-1]
    assert "valueInteger" not in whole and "dataAbsentReason" in whole


def test_a_correction_keeps_what_stood_in_words_and_another_number_in_its_place() -> None:
    pressure = next(r for r in made(MORNING) if "component" in r and r["code"]["text"] == "Blodtrykk")
    mended = corrected(pressure, BY_NAME["sys"], Decimal(161), {"text": "Begrunnelse: tallene byttet plass."})
    assert value_of(mended, BY_NAME["sys"]) == 161 and value_of(mended, BY_NAME["dia"]) == 70
    assert mended["status"] == "corrected"
    assert (
        mended["note"][0]["text"]
        == "Systolisk trykk rettet fra 116 til 161. Begrunnelse: tallene byttet plass."
    )
    assert value_of(pressure, BY_NAME["sys"]) == 116
    with pytest.raises(KeyError):
        corrected(pressure, BY_NAME["puls"], Decimal(80), {"text": ""})


def test_what_is_withdrawn_counts_for_nothing() -> None:
    assert readings([withdrawn(r, {"text": "Feil pasient"}) for r in made(MORNING)]) == []


def test_a_limit_is_passed_on_the_far_side_of_it_only() -> None:
    goal = limit_goal("g", ASTRID, BY_NAME["spo2"], (Decimal(88), Decimal(92)), IDA, "2026-11-20")
    (limit,) = limits([goal])
    assert limit.words == "88–92 %" and limit.decided_by == "Ida Nilsen"
    for value, words in (
        (87, "SpO₂ 87 %, under grensen 88 %"),
        (88, ""),
        (92, ""),
        (93, "SpO₂ 93 %, over grensen 92 %"),
    ):
        assert [p.words for p in passed([limit], {"spo2": Decimal(value)})] == ([words] if words else [])
    assert passed([limit], {"puls": Decimal(200)}) == []
    assert limits([{**goal, "lifecycleStatus": "completed"}]) == []


def test_a_set_keeps_the_scale_it_was_measured_on() -> None:
    flag = begun("f", ASTRID, {"display": "Grete Lund"}, "2026-11-10T12:00:00+01:00")
    times = scale_2([ended(flag, "2026-11-21T12:00:00+01:00"), {**flag, "status": "entered-in-error"}])
    assert len(times) == 1 and times[0].decided_by == "Grete Lund"
    sets = readings(made({**MORNING, "spo2": "90"}))
    assert on_scale(sets, times)[0].scale_2 is False, "it ended the day before"
    assert times[0].at(datetime(2026, 11, 15, tzinfo=UTC)) and not times[0].at(
        datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert made({**MORNING, "spo2": "90"}, scale=True)[-1]["valueInteger"] == 3
    assert made({**MORNING, "spo2": "90"})[-1]["valueInteger"] == 6
