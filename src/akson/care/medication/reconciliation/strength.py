"""Strengths: `50 mg`, `5 mg/10 mg`, `1 mg/ml`, `160/4,5 mikrog/dose`, as numbers that can be held together."""

import re
from dataclasses import dataclass

from akson.care.medication.reconciliation.text import fold

_UNITS: dict[str, tuple[str, float]] = {
    "kg": ("mg", 1e6),
    "g": ("mg", 1000.0),
    "gr": ("mg", 1000.0),
    "gram": ("mg", 1000.0),
    "mg": ("mg", 1.0),
    "mgr": ("mg", 1.0),
    "milligram": ("mg", 1.0),
    "mikrog": ("mg", 0.001),
    "mikrogram": ("mg", 0.001),
    "mcg": ("mg", 0.001),
    "microg": ("mg", 0.001),
    "microgram": ("mg", 0.001),
    "mkg": ("mg", 0.001),
    "ug": ("mg", 0.001),
    "ng": ("mg", 1e-6),
    "e": ("E", 1.0),
    "ie": ("E", 1.0),
    "iu": ("E", 1.0),
    "i.e": ("E", 1.0),
    "enh": ("E", 1.0),
    "enhet": ("E", 1.0),
    "enheter": ("E", 1.0),
    "mill": ("E", 1e6),
    "mie": ("E", 1e6),
    "mmol": ("mmol", 1.0),
    "mol": ("mmol", 1000.0),
    "%": ("%", 1.0),
    "prosent": ("%", 1.0),
}
_PER = {
    "ml": ("ml", 1.0),
    "l": ("ml", 1000.0),
    "cl": ("ml", 10.0),
    "g": ("g", 1.0),
    "time": ("h", 1.0),
    "timer": ("h", 1.0),
    "t": ("h", 1.0),
    "h": ("h", 1.0),
    "døgn": ("h", 24.0),
    "24t": ("h", 24.0),
    "dose": ("n", 1.0),
    "dos": ("n", 1.0),
    "inh": ("n", 1.0),
    "inhalasjon": ("n", 1.0),
    "puff": ("n", 1.0),
    "spray": ("n", 1.0),
    "tabl": ("n", 1.0),
    "tablett": ("n", 1.0),
    "kaps": ("n", 1.0),
    "drag": ("n", 1.0),
    "dråpe": ("n", 1.0),
    "pose": ("n", 1.0),
    "sug": ("n", 1.0),
}
UNIT = "|".join(sorted((re.escape(u) for u in _UNITS), key=len, reverse=True))
NUMBER = r"\d{1,3}(?:[ .]000)+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_PART = re.compile(rf"({NUMBER})\s*({UNIT})?(?![a-zæøå])")
_PER_END = re.compile(
    r"/\s*(\d+(?:[.,]\d+)?)?\s*(ml|l|cl|g|timer|time|t|h|døgn|24t|dose|dos|inhalasjon|inh|puff|spray|tablett|tabl|kaps"
    r"|drag|dråpe|pose|sug)\b(?!\s*\d)"
)
TOLERANCE = 0.01
"""A difference of less than one in a hundred is rounding: 667 and 670 mg/ml."""


@dataclass(frozen=True, slots=True)
class Strength:
    """`values` of each component, smallest first, in `unit`; `per` says in what: "n" one piece, "ml", "g", "h"."""

    values: tuple[float, ...]
    unit: str
    per: str = "n"

    def same(self, other: "Strength") -> bool:
        return (
            self.unit == other.unit
            and self.per == other.per
            and len(self.values) == len(other.values)
            and all(close(a, b) for a, b in zip(self.values, other.values, strict=True))
        )

    def comparable(self, other: "Strength") -> bool:
        return self.unit == other.unit and self.per == other.per and len(self.values) == len(other.values)


def close(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b)) * 0.999 + 1e-9


def number(text: str) -> float:
    """`2,5`, `1 000` and `100.000` as written by Norwegians."""
    plain = text.strip()
    if re.fullmatch(r"\d{1,3}(?:[ .]000)+(?:[.,]\d+)?", plain):
        plain = plain.replace(" ", "").replace(".000", "000")
    return float(plain.replace(",", ".").replace(" ", ""))


def unit_of(word: str) -> tuple[str, float] | None:
    return _UNITS.get(word)


def read_strength(text: str) -> Strength | None:
    """None when the text says no strength."""
    folded = re.sub(r"(\d)\s+(?=000\b)", r"\1", fold(text).replace("mikro gram", "mikrogram"))
    folded = re.sub(r"\bmill\.?\s*(?:ie|e|enheter)\b", "mill", re.sub(r"\bmg/mg\b", "mg", folded))
    folded = re.sub(r"\b(?:per|pr\.?)\s", "/ ", folded)
    per, scale = "n", 1.0
    end = _PER_END.search(folded)
    if end and end.start() > 0:
        per, base = _PER[end.group(2)]
        scale = base * (number(end.group(1)) if end.group(1) else 1.0)
        folded = folded[: end.start()]
    found = [(number(n), u) for n, u in _PART.findall(folded)]
    if not found or scale == 0:
        return None
    last_unit = next((u for _, u in reversed(found) if u), "")
    if not last_unit:
        return None
    read = [(value, *_UNITS[unit or last_unit]) for value, unit in found]
    unit = read[-1][1]
    kinds = {kind for _, kind, _ in read}
    if kinds == {"mg", "E"} or len(kinds) > 1:
        # Calcium and vitamin D: `500 mg/400 IE`. Each keeps its own; order is all that is left to hold them by.
        unit = "/".join(sorted(kinds))
    values = tuple(sorted(value * factor / scale for value, _, factor in read))
    return Strength(values, unit, per) if all(values) else None
