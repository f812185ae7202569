"""The curve of one measured thing: dots on a line, the reference range as a band. SVG with classes, no inline style.

The same figures stand as a table under it; the drawing says in words what it shows (`aria-label`).
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup

from akson.care.testresults.reports import Point
from akson.web.shell import words

WIDTH, HEIGHT = 560, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 44, 18, 28
_RANGE = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*[-–]\s*(\d+(?:[.,]\d+)?)\s*")
_LABELS_MAX = 6


def drawing(name: str, unit: str, points: Sequence[Point]) -> Markup:
    """At least two points, oldest first."""
    band = _band(points[-1].range)
    numbers = [p.number for p in points] + list(band or ())
    low, high = min(numbers), max(numbers)
    margin = (high - low) / 8 or abs(high) / 10 or Decimal(1)
    low, high = low - margin, high + margin
    first, last = points[0].at.timestamp(), points[-1].at.timestamp()

    def x(point: Point) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (point.at.timestamp() - first) / ((last - first) or 1)

    def y(number: Decimal) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * float((high - number) / (high - low))

    parts = [_band_markup(band, y)] if band else []
    line = " ".join(f"{x(p):.1f},{y(p.number):.1f}" for p in points)
    parts.append(Markup('<polyline class="line" points="{}"/>').format(line))
    each = max(1, len(points) // _LABELS_MAX)
    for number, point in enumerate(points):
        is_last = number == len(points) - 1
        parts.append(
            _dot(point, x(point), y(point.number), named=is_last or number % each == 0, last=is_last)
        )
    said = f"{name}: {len(points)} målinger, {points[0].value} {unit} {words.day(points[0].at)} til "
    said += f"{points[-1].value} {unit} {words.day(points[-1].at)}"
    return Markup('<svg class="curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, said, Markup("").join(parts)
    )


def _band(text: str) -> tuple[Decimal, Decimal] | None:
    found = _RANGE.fullmatch(text)
    if not found:
        return None
    low, high = (Decimal(part.replace(",", ".")) for part in found.groups())
    return (low, high) if low < high else None


def _band_markup(band: tuple[Decimal, Decimal], y: Callable[[Decimal], float]) -> Markup:
    top, bottom = y(band[1]), y(band[0])
    ends = Markup("").join(
        Markup('<text class="end" x="{}" y="{:.1f}">{}</text>').format(
            LEFT - 6, y(n) + 3, str(n).replace(".", ",")
        )
        for n in band
    )
    return Markup('<rect class="band" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>{}').format(
        LEFT, top, WIDTH - LEFT - RIGHT, bottom - top, ends
    )


def _dot(point: Point, x: float, y: float, *, named: bool, last: bool) -> Markup:
    """A deviation is a square, what lies within is round."""
    shape = (
        Markup('<rect class="dot" x="{:.1f}" y="{:.1f}" width="8" height="8"/>').format(x - 4, y - 4)
        if point.mark
        else Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(x, y)
    )
    if not named:
        return shape
    value = Markup('<text class="value{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
        " now" if last else "", x, y - 8, point.value
    )
    when = Markup('<text class="when" x="{:.1f}" y="{}">{}</text>').format(
        x, HEIGHT - 10, f"{words.local(point.at):%d.%m.%y}"
    )
    return shape + value + when
