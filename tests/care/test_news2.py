"""NEWS2 against the published chart: Royal College of Physicians 2017, chart 1 and chart 2."""

from decimal import Decimal

import pytest

from akson.care.homefollowup import news2
from akson.care.homefollowup.news2 import Measured, Risk, Vital, points, score

# Every cell of the chart, first and last value of each: (chart, value, points).
CHART = [
    *[(news2.RESPIRATION, v, p) for v, p in [(4, 3), (8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2),
                                             (25, 3), (40, 3)]],
    *[(news2.SATURATION, v, p) for v, p in [(70, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]],
    *[(news2.SATURATION_2_AIR, v, p) for v, p in [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0),
                                                  (93, 0), (100, 0)]],
    *[(news2.SATURATION_2_OXYGEN, v, p) for v, p in [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0),
                                                     (93, 1), (94, 1), (95, 2), (96, 2), (97, 3), (100, 3)]],
    *[(news2.SYSTOLIC, v, p) for v, p in [(60, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0),
                                          (219, 0), (220, 3), (260, 3)]],
    *[(news2.PULSE, v, p) for v, p in [(30, 3), (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1),
                                       (111, 2), (130, 2), (131, 3), (190, 3)]],
    *[(news2.TEMPERATURE, v, p) for v, p in [("34.0", 3), ("35.0", 3), ("35.1", 1), ("36.0", 1), ("36.1", 0),
                                             ("38.0", 0), ("38.1", 1), ("39.0", 1), ("39.1", 2), ("41.5", 2)]],
]  # fmt: skip

NORMAL = {
    Vital.RESPIRATION: Decimal(16),
    Vital.SATURATION: Decimal(98),
    Vital.SYSTOLIC: Decimal(130),
    Vital.PULSE: Decimal(70),
    Vital.TEMPERATURE: Decimal("37.0"),
}


def measured(oxygen: bool | None = False, consciousness: str | None = "A", **changed: str) -> Measured:
    values = NORMAL | {Vital(name): Decimal(value) for name, value in changed.items()}
    return Measured(values, oxygen, consciousness)


@pytest.mark.parametrize(("chart", "value", "expected"), CHART)
def test_every_boundary_of_the_published_chart(chart: news2.Chart, value: object, expected: int) -> None:
    assert points(chart, Decimal(str(value))) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("36.04", 1), ("36.05", 0), ("38.05", 1), ("35.04", 3), ("39.05", 2)]
)
def test_a_value_finer_than_the_chart_is_rounded_to_it(value: str, expected: int) -> None:
    assert points(news2.TEMPERATURE, Decimal(value)) == expected


def test_a_healthy_set_scores_nothing_and_asks_for_nothing() -> None:
    result = score(measured())
    assert (result.total, result.risk, result.complete) == (0, Risk.NONE, True)


@pytest.mark.parametrize("level", ["C", "V", "P", "U"])
def test_anything_but_alert_gives_three_and_calls_a_doctor(level: str) -> None:
    result = score(measured(consciousness=level))
    assert (result.total, result.risk) == (3, Risk.SINGLE)


def test_oxygen_gives_two() -> None:
    assert score(measured(oxygen=True)).total == 2


@pytest.mark.parametrize(
    ("changed", "total", "risk"),
    [
        ({"pulse": "95"}, 1, Risk.LOW),
        ({"pulse": "95", "temperature": "38.5", "respiration": "22"}, 4, Risk.LOW),
        ({"respiration": "26"}, 3, Risk.SINGLE),
        ({"respiration": "22", "saturation": "93", "pulse": "96"}, 5, Risk.MEDIUM),
        ({"respiration": "22", "saturation": "93", "pulse": "112"}, 6, Risk.MEDIUM),
        ({"respiration": "25", "saturation": "91", "pulse": "96"}, 7, Risk.HIGH),
    ],
)
def test_thresholds_and_triggers(changed: dict[str, str], total: int, risk: Risk) -> None:
    result = score(measured(**changed))
    assert (result.total, result.risk) == (total, risk)


def test_what_was_not_recorded_is_missing_and_never_normal() -> None:
    result = score(Measured({Vital.RESPIRATION: Decimal(22)}))
    assert result.total == 2
    assert not result.complete
    assert set(result.missing) == set(Vital) - {Vital.RESPIRATION}


def test_scale_2_scores_oxygen_above_its_target() -> None:
    values = NORMAL | {Vital.SATURATION: Decimal(97)}
    assert score(Measured(values, True, "A", scale_2=True)).points[Vital.SATURATION] == 3
    assert score(Measured(values, False, "A", scale_2=True)).points[Vital.SATURATION] == 0


def test_the_maximum_is_twenty() -> None:
    worst = measured(
        True, "U", respiration="30", saturation="80", systolic="80", pulse="140", temperature="34"
    )
    assert score(worst).total == 20
