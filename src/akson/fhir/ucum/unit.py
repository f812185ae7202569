"""A unit as a number times powers of base units.

    [in_i]  ->  Unit(Fraction(127, 5000), (("m", 1),))

Spec: https://ucum.org/ucum#section-Semantics
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

Dimensions: TypeAlias = tuple[tuple[str, int], ...]
"""Base units with their exponents, sorted, none of them zero."""


@dataclass(frozen=True, slots=True)
class Unit:
    factor: Fraction
    dimensions: Dimensions
    offset: Fraction = Fraction(0)
    """Added after multiplying, for scales whose zero is elsewhere (`Cel`)."""
    scale: str = ""
    """Name of a scale that is no ratio (`Cel`, `B`): its values are not multiplied. Empty for the rest."""

    def times(self, other: "Unit") -> "Unit":
        exponents = dict(self.dimensions)
        for base, power in other.dimensions:
            exponents[base] = exponents.get(base, 0) + power
        kept = tuple(sorted((base, power) for base, power in exponents.items() if power))
        return Unit(self.factor * other.factor, kept)

    def to_the(self, power: int) -> "Unit":
        return Unit(self.factor**power, tuple((base, p * power) for base, p in self.dimensions if power))


ONE = Unit(Fraction(1), ())
