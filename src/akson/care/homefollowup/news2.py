"""NEWS2, the National Early Warning Score: points for each measurement, their sum and what it asks for.

Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, chart 1 (the scoring
system) and chart 2 (thresholds and triggers); used in Norway after Helsedirektoratet's national advice on early
detection of deterioration. Gathering measurements into a set does not belong here: see `readings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Vital(StrEnum):
    RESPIRATION = "respiration"
    SATURATION = "saturation"
    OXYGEN = "oxygen"
    SYSTOLIC = "systolic"
    PULSE = "pulse"
    CONSCIOUSNESS = "consciousness"
    TEMPERATURE = "temperature"


@dataclass(frozen=True, slots=True)
class Band:
    """Values up to and including `upper` give `points`; `upper` None is everything above."""

    upper: Decimal | None
    points: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One row of the published chart. `step` is its precision: a value is rounded to it before it is scored."""

    vital: Vital
    step: Decimal
    bands: tuple[Band, ...]


def _chart(vital: Vital, step: str, *bands: tuple[str | None, int]) -> Chart:
    return Chart(
        vital, Decimal(step), tuple(Band(None if u is None else Decimal(u), points) for u, points in bands)
    )


RESPIRATION = _chart(Vital.RESPIRATION, "1", ("8", 3), ("11", 1), ("20", 0), ("24", 2), (None, 3))
SATURATION = _chart(Vital.SATURATION, "1", ("91", 3), ("93", 2), ("95", 1), (None, 0))
# Scale 2 is for confirmed hypercapnic respiratory failure, decided by a doctor and written in the record.
SATURATION_2_AIR = _chart(Vital.SATURATION, "1", ("83", 3), ("85", 2), ("87", 1), (None, 0))
SATURATION_2_OXYGEN = _chart(
    Vital.SATURATION, "1", ("83", 3), ("85", 2), ("87", 1), ("92", 0), ("94", 1), ("96", 2), (None, 3)
)
SYSTOLIC = _chart(Vital.SYSTOLIC, "1", ("90", 3), ("100", 2), ("110", 1), ("219", 0), (None, 3))
PULSE = _chart(Vital.PULSE, "1", ("40", 3), ("50", 1), ("90", 0), ("110", 1), ("130", 2), (None, 3))
TEMPERATURE = _chart(Vital.TEMPERATURE, "0.1", ("35.0", 3), ("36.0", 1), ("38.0", 0), ("39.0", 1), (None, 2))

OXYGEN_POINTS = 2
NOT_ALERT_POINTS = 3
SINGLE_PARAMETER_TRIGGER = 3
URGENT_TOTAL = 5
EMERGENCY_TOTAL = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """One set. `oxygen` is whether oxygen was given; `consciousness` one of A C V P U. None: not recorded."""

    values: Mapping[Vital, Decimal]
    oxygen: bool | None = None
    consciousness: str | None = None
    scale_2: bool = False


class Risk(StrEnum):
    """Chart 2: thresholds and triggers."""

    NONE = "none"
    LOW = "low"
    SINGLE = "single"
    """3 points in one parameter: urgent ward-based response."""
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Score:
    points: Mapping[Vital, int]
    missing: tuple[Vital, ...]
    """What was not recorded. The true total is then at least `total`."""

    @property
    def total(self) -> int:
        return sum(self.points.values())

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def risk(self) -> Risk:
        if self.total >= EMERGENCY_TOTAL:
            return Risk.HIGH
        if self.total >= URGENT_TOTAL:
            return Risk.MEDIUM
        if SINGLE_PARAMETER_TRIGGER in self.points.values():
            return Risk.SINGLE
        return Risk.LOW if self.total else Risk.NONE


RISK_WORDS = {
    Risk.NONE: "rutine",
    Risk.LOW: "sykepleier vurderer",
    Risk.SINGLE: "3 poeng i én måling, lege vurderer",
    Risk.MEDIUM: "lege vurderer raskt",
    Risk.HIGH: "akutt, lege straks",
}


def points(chart: Chart, value: Decimal) -> int:
    """The points `value` gives on `chart`."""
    rounded = value.quantize(chart.step, ROUND_HALF_UP)
    return next(band.points for band in chart.bands if band.upper is None or rounded <= band.upper)


def charts(measured: Measured) -> tuple[Chart, ...]:
    """The charts a set is scored on. Scale 2 takes oxygen as not given when that was not recorded."""
    saturation = SATURATION
    if measured.scale_2:
        saturation = SATURATION_2_OXYGEN if measured.oxygen else SATURATION_2_AIR
    return (RESPIRATION, saturation, SYSTOLIC, PULSE, TEMPERATURE)


def score(measured: Measured) -> Score:
    """Points for all that was recorded; the rest is named in `missing`, never counted as normal."""
    given = {
        c.vital: points(c, measured.values[c.vital]) for c in charts(measured) if c.vital in measured.values
    }
    if measured.oxygen is not None:
        given[Vital.OXYGEN] = OXYGEN_POINTS if measured.oxygen else 0
    if measured.consciousness is not None:
        given[Vital.CONSCIOUSNESS] = 0 if measured.consciousness == "A" else NOT_ALERT_POINTS
    return Score(points=given, missing=tuple(v for v in Vital if v not in given))
