"""UCUM text to a Unit: `mg/dL`, `10*9/L`, `mm[Hg]`, `kg.m/s2`, `{beats}/min`.

Grammar: https://ucum.org/ucum#section-Syntax-Rules. One pass; parentheses are bounded.
"""

import re
from fractions import Fraction
from functools import cache, lru_cache

from akson.fhir.ucum.atoms import (
    ARBITRARY,
    BASE,
    LOGARITHMIC,
    METRIC,
    METRIC_ARBITRARY,
    OFFSETS,
    PLAIN,
    PREFIXES,
)
from akson.fhir.ucum.unit import ONE, Unit

TEXT_MAX = 200
"""Characters of one unit."""
_DEPTH_MAX = 10
_EXPONENT_MAX = 30

_ANNOTATION = re.compile(r"\{[\x20-\x7a|\x7c~]*\}")
_SYMBOL = re.compile(r"10[*^]|(?:\[[^\[\]{}\s]+\]|[A-Za-z%_'])(?:\[[^\[\]{}\s]+\]|[A-Za-z%_'])*")
_EXPONENT = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"\d+")


class _Unreadable(Exception):
    pass


@cache
def _rows() -> tuple[dict[str, tuple[str, str]], frozenset[str]]:
    """Code -> (value, unit it is said by), and which codes take prefixes."""
    rows: dict[str, tuple[str, str]] = {}
    for text in (PLAIN, METRIC):
        for line in text.strip().splitlines():
            code, value, unit = line.split(" ")
            rows[code] = (value, unit)
    metric = {line.split(" ")[0] for line in METRIC.strip().splitlines()} | {*BASE, *METRIC_ARBITRARY, "Cel"}
    return rows, frozenset(metric | set(LOGARITHMIC))


@cache
def _atom(code: str) -> Unit | None:
    if code in BASE:
        return Unit(Fraction(1), ((code, 1),))
    if code in OFFSETS:
        factor, offset = OFFSETS[code]
        return Unit(factor, (("K", 1),), offset, code)
    if code in LOGARITHMIC:
        return Unit(Fraction(1), ((code, 1),), Fraction(0), code)
    if code == "[IU]":
        code = "[iU]"
    if code in ARBITRARY.split():
        return Unit(Fraction(1), ((code, 1),))
    rows, _ = _rows()
    row = rows.get(code)
    if row is None:
        return None
    said_by = read(row[1])
    assert said_by is not None, code
    return Unit(Fraction(row[0]), ()).times(said_by)


def _symbol(text: str) -> Unit:
    whole = _atom(text)
    if whole is not None:
        return whole
    for length in (2, 1):
        factor = PREFIXES.get(text[:length])
        rest = text[length:]
        if factor is not None and rest in _rows()[1]:
            atom = _atom(rest)
            if atom is not None:
                return Unit(atom.factor * factor, atom.dimensions, atom.offset, atom.scale)
    raise _Unreadable


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def ahead(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += 1
            return True
        return False

    def term(self, depth: int) -> Unit:
        if depth > _DEPTH_MAX:
            raise _Unreadable
        found = self.component(depth).to_the(-1) if self.ahead("/") else self.component(depth)
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.ahead("."):
                found = found.times(self.component(depth))
            elif self.ahead("/"):
                found = found.times(self.component(depth).to_the(-1))
            else:
                raise _Unreadable
        return found

    def component(self, depth: int) -> Unit:
        if self.ahead("("):
            inner = self.term(depth + 1)
            if not self.ahead(")"):
                raise _Unreadable
            return inner
        annotation = _ANNOTATION.match(self.text, self.at)
        if annotation:
            self.at = annotation.end()
            return ONE
        symbol = _SYMBOL.match(self.text, self.at)
        number = None if symbol else _NUMBER.match(self.text, self.at)
        if symbol:
            self.at = symbol.end()
            found = self.raised(_symbol(symbol[0]))
        elif number and number[0].strip("0"):
            self.at = number.end()
            found = Unit(Fraction(int(number[0])), ())
        else:
            raise _Unreadable
        annotation = _ANNOTATION.match(self.text, self.at)
        if annotation:
            self.at = annotation.end()
        return found

    def raised(self, unit: Unit) -> Unit:
        exponent = _EXPONENT.match(self.text, self.at)
        if not exponent:
            return unit
        self.at = exponent.end()
        power = int(exponent[0])
        if abs(power) > _EXPONENT_MAX or not power or unit.scale:
            raise _Unreadable
        return unit.to_the(power)


@lru_cache(maxsize=4096)
def read(text: str) -> Unit | None:
    """None for what is not UCUM, or not among the units Akson knows."""
    if not text or len(text) > TEXT_MAX:
        return None
    reader = _Reader(text)
    try:
        found = reader.term(0)
    except _Unreadable:
        return None
    return found if reader.at == len(text) else None
