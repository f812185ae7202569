"""From sets of measurements to what the NEWS2 panel says, draws and tabulates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from akson.care.homefollowup.news2 import RISK_WORDS, Risk, Score, Vital, score
from akson.care.homefollowup.readings import Reading
from akson.care.quantities import number_words
from akson.web.shell import words
from akson.web.shell.news2_chart import STRIPS, Column, draw, strips

SETS_SHOWN = 7
LEVELS = {Risk.NONE: 0, Risk.LOW: 0, Risk.SINGLE: 2, Risk.MEDIUM: 2, Risk.HIGH: 3}
VITAL_WORDS = {
    Vital.RESPIRATION: "respirasjon",
    Vital.SATURATION: "SpO₂",
    Vital.OXYGEN: "oksygen",
    Vital.SYSTOLIC: "blodtrykk",
    Vital.PULSE: "puls",
    Vital.CONSCIOUSNESS: "bevissthet",
    Vital.TEMPERATURE: "temperatur",
}
CONSCIOUSNESS_WORDS = {
    "A": "Våken",
    "C": "Forvirret",
    "V": "Tiltale",
    "P": "Smerte",
    "U": "Ikke svar",
}
# A set with fewer of the five drawn measurements is a spot check, not a NEWS2.
DRAWN_MIN = 3


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One row of the NEWS2 table: a name with unit, and a value with points for each set."""

    name: str
    unit: str
    cells: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class News2View:
    headline: str
    """`5 – lege vurderer raskt`, `minst 5 – …` when something was not recorded."""
    level: int
    """0, 1, 2, 3: how the headline is coloured."""
    rising: bool
    falling: bool
    chart: Markup
    columns: tuple[str, ...]
    """When each set was measured."""
    parameters: tuple[ParameterRow, ...]
    totals: tuple[str, ...]
    missing: str
    """What the latest set lacks, in words; ""."""


def _column(reading: Reading, result: Score, day: str) -> Column:
    return Column(
        day=day,
        clock=words.clock(reading.at),
        values=dict(reading.values),
        points=dict(result.points),
        total=result.total,
        level=LEVELS[result.risk],
        complete=result.complete,
    )


def _columns(sets: Sequence[Reading], scores: Sequence[Score], now: datetime) -> list[Column]:
    days = [words.short_day(reading.at, now) for reading in sets]
    return [
        _column(reading, result, "" if n and days[n] == days[n - 1] else days[n])
        for n, (reading, result) in enumerate(zip(sets, scores, strict=True))
    ]


def total_words(result: Score) -> str:
    return str(result.total) if result.complete else f"minst {result.total}"


def _parameters(sets: Sequence[Reading], scores: Sequence[Score]) -> tuple[ParameterRow, ...]:
    rows = [
        ParameterRow(
            strip.name,
            strip.unit,
            tuple(
                (number_words(r.values[vital]), s.points[vital]) if vital in r.values else ("–", None)
                for r, s in zip(sets, scores, strict=True)
            ),
        )
        for strip in STRIPS
        for vital in (strip.chart.vital,)
    ]
    awake = tuple(
        (CONSCIOUSNESS_WORDS[r.consciousness], s.points[Vital.CONSCIOUSNESS])
        if r.consciousness
        else ("–", None)
        for r, s in zip(sets, scores, strict=True)
    )
    air = tuple(
        ("–", None) if r.oxygen is None else ("Oksygen" if r.oxygen else "Luft", s.points[Vital.OXYGEN])
        for r, s in zip(sets, scores, strict=True)
    )
    return (*rows, ParameterRow("Bevissthet", "ACVPU", awake), ParameterRow("Luft/oksygen", "", air))


def _description(sets: Sequence[Reading], scores: Sequence[Score], now: datetime) -> str:
    values = ", ".join(
        f"{VITAL_WORDS[vital]} {number_words(value)}" for vital, value in sets[-1].values.items()
    )
    totals = ", ".join(total_words(s) for s in scores)
    return (
        f"NEWS2, eldste først: {totals}. Siste måling {words.moment(sets[-1].at, now)}: {values}. "
        "Alle tall står i tabellen under."
    )


def news2_view(sets: Sequence[Reading], now: datetime) -> News2View | None:
    """The panel for the newest sets; None when nothing was measured that makes a NEWS2."""
    shown = [r for r in sets if len(r.values) >= DRAWN_MIN][-SETS_SHOWN:]
    if not shown:
        return None
    scores = [score(reading.measured()) for reading in shown]
    latest, previous = scores[-1], scores[-2] if len(scores) > 1 else scores[-1]
    return News2View(
        headline=f"{total_words(latest)} – {RISK_WORDS[latest.risk]}",
        level=LEVELS[latest.risk],
        rising=latest.total > previous.total,
        falling=latest.total < previous.total,
        chart=draw(
            _columns(shown, scores, now),
            _description(shown, scores, now),
            strips(scale_2=shown[-1].scale_2, oxygen=bool(shown[-1].oxygen)),
        ),
        columns=tuple(words.moment(r.at, now) for r in shown),
        parameters=_parameters(shown, scores),
        totals=tuple(total_words(s) for s in scores),
        missing=", ".join(VITAL_WORDS[v] for v in latest.missing),
    )
