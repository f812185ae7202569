"""NEWS2 drawn: one strip per measurement on its scoring bands, totals below. SVG with classes, no inline style.

Dots and bands side by side are read faster and with fewer errors than numbers alone (Fung 2014, Christofidis 2016).
The same figures stand as a table under the drawing. Scoring belongs to `akson.care.homefollowup.news2`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from akson.care.homefollowup.news2 import (
    PULSE,
    RESPIRATION,
    SATURATION,
    SATURATION_2_AIR,
    SATURATION_2_OXYGEN,
    SYSTOLIC,
    TEMPERATURE,
    Chart,
    Vital,
)
from akson.care.quantities import number_words

WIDTH, LEFT, RIGHT, TOP = 412, 92, 76, 18
STRIP_HEIGHT, STRIP_GAP = 40, 7
INSET = 14


@dataclass(frozen=True, slots=True)
class Strip:
    chart: Chart
    name: str
    unit: str
    low: Decimal
    high: Decimal
    """The range drawn when no value lies outside it."""


STRIPS = (
    Strip(RESPIRATION, "Respirasjon", "/min", Decimal(8), Decimal(28)),
    Strip(SATURATION, "SpO₂ (skala 1)", "%", Decimal(89), Decimal(99)),
    Strip(SYSTOLIC, "Syst. BT", "mmHg", Decimal(85), Decimal(160)),
    Strip(PULSE, "Puls", "/min", Decimal(45), Decimal(125)),
    Strip(TEMPERATURE, "Temperatur", "°C", Decimal("35.5"), Decimal("39.5")),
)


def strips(*, scale_2: bool, oxygen: bool = False) -> tuple[Strip, ...]:
    """The strips on the scale of the newest set: its bands are those the newest dot is scored on."""
    if not scale_2:
        return STRIPS
    chart = SATURATION_2_OXYGEN if oxygen else SATURATION_2_AIR
    saturation = Strip(chart, "SpO₂ (skala 2)", "%", Decimal(81), Decimal(99))
    return tuple(saturation if s.chart.vital is Vital.SATURATION else s for s in STRIPS)


@dataclass(frozen=True, slots=True)
class Column:
    """One set of measurements as it is drawn."""

    day: str
    """`22.11`; "" when the column before has the same day."""
    clock: str
    values: dict[Vital, Decimal]
    points: dict[Vital, int]
    total: int
    level: int
    complete: bool


def _xs(count: int) -> list[float]:
    """Centres of the columns; the last always stands at the right end, where the present is."""
    span = WIDTH - LEFT - RIGHT - 2 * INSET
    step = span / max(count - 1, 6)
    end = LEFT + INSET + span
    return [end - (count - 1 - i) * step for i in range(count)]


class _Axis:
    def __init__(self, strip: Strip, columns: Sequence[Column], top: float) -> None:
        values = [c.values[strip.chart.vital] for c in columns if strip.chart.vital in c.values]
        self.low = min([strip.low, *values])
        self.high = max([strip.high, *values])
        self.top = top

    def y(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low))
        return self.top + STRIP_HEIGHT - max(0.0, min(1.0, share)) * STRIP_HEIGHT


def _bands(strip: Strip, axis: _Axis) -> Markup:
    """Coloured where points are given. A band ends midway between its limit and the next value of the chart."""
    drawn, lower = Markup(""), axis.low
    half = strip.chart.step / 2
    for band in strip.chart.bands:
        upper = axis.high if band.upper is None else min(band.upper + half, axis.high)
        if band.points and upper > lower:
            drawn += Markup('<rect class="band p{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
                band.points, LEFT, axis.y(upper), WIDTH - LEFT - RIGHT, axis.y(lower) - axis.y(upper)
            )
        lower = max(lower, upper)
    return drawn


def _line(strip: Strip, axis: _Axis, columns: Sequence[Column]) -> Markup:
    vital = strip.chart.vital
    placed = [
        (x, axis.y(c.values[vital]))
        for x, c in zip(_xs(len(columns)), columns, strict=True)
        if vital in c.values
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    drawn = Markup('<polyline class="line" points="{}"/>').format(path) if len(placed) > 1 else Markup("")
    for n, (x, y) in enumerate(placed):
        radius = 4 if n == len(placed) - 1 else 2.8
        drawn += Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(x, y, radius)
    return drawn


def _latest(strip: Strip, columns: Sequence[Column], top: float) -> Markup:
    """The newest value of the last set and its points; a dash when that set lacks it."""
    value, points = columns[-1].values.get(strip.chart.vital), columns[-1].points.get(strip.chart.vital)
    if value is None:
        return Markup('<text class="now" x="{}" y="{}">–</text>').format(WIDTH - RIGHT + 10, top + 25)
    return Markup(
        '<text class="now" x="{}" y="{}">{}</text><rect class="box p{}" x="{}" y="{}" width="18" height="18" rx="3"/>'
        '<text class="points" x="{}" y="{}">{}</text>'
    ).format(
        WIDTH - RIGHT + 10, top + 25, number_words(value), points, WIDTH - 20, top + 11, WIDTH - 11, top + 24, points
    )  # fmt: skip


def _strip(strip: Strip, columns: Sequence[Column], top: float) -> Markup:
    axis = _Axis(strip, columns, top)
    frame = Markup('<rect class="frame" x="{}" y="{}" width="{}" height="{}"/>').format(
        LEFT, top, WIDTH - LEFT - RIGHT, STRIP_HEIGHT
    )
    names = Markup(
        '<text class="name" x="{0}" y="{1}">{2}</text><text class="unit" x="{0}" y="{3}">{4}</text>'
    ).format(LEFT - 8, top + 17, strip.name, top + 30, strip.unit)
    return _bands(strip, axis) + frame + _line(strip, axis, columns) + names + _latest(strip, columns, top)


def _total(column: Column, x: float, top: float) -> Markup:
    mark = "" if column.complete else "≥"
    box = Markup(
        '<rect class="box p{}" x="{:.1f}" y="{}" width="30" height="21" rx="3"/>'
        '<text class="total" x="{:.1f}" y="{}">{}{}</text>'
    ).format(column.level, x - 15, top, x, top + 15, mark, column.total)
    when = Markup(
        '<text class="when" x="{0:.1f}" y="{1}">{2}</text><text class="when" x="{0:.1f}" y="{3}">{4}</text>'
    )
    return box + when.format(x, top + 34, column.day, top + 46, column.clock)


def draw(columns: Sequence[Column], description: str, drawn_strips: Sequence[Strip] = STRIPS) -> Markup:
    """The drawing of one to seven sets, oldest first. `description` is read aloud in its place."""
    drawn = Markup(
        '<text class="head" x="{}" y="11">Sist</text><text class="head end" x="{}" y="11">poeng</text>'
    ).format(WIDTH - RIGHT + 10, WIDTH - 2)
    top = TOP
    for strip in drawn_strips:
        drawn += _strip(strip, columns, top)
        top += STRIP_HEIGHT + STRIP_GAP
    drawn += Markup('<text class="name strong" x="{}" y="{}">NEWS2</text>').format(LEFT - 8, top + 15)
    for x, column in zip(_xs(len(columns)), columns, strict=True):
        drawn += _total(column, x, top)
    return Markup(
        '<svg class="news2" viewBox="0 0 {} {}" role="img" aria-labelledby="news2-title news2-desc">'
        '<title id="news2-title">NEWS2 med enkeltmålinger</title><desc id="news2-desc">{}</desc>{}</svg>'
    ).format(WIDTH, top + 52, description, drawn)
