"""UCUM: what a unit is made of, and exact conversion between units that measure the same thing.

    convert(Decimal("1"), "[in_i]", "cm") -> Decimal("2.54")
    canonical(Decimal("72"), "/min")      -> (Decimal("1.2"), "s-1")

Spec: https://ucum.org/ucum. Why our own: docs/adr/0040-own-ucum.md.
"""

from akson.fhir.ucum.conversion import canonical, comparable, convert
from akson.fhir.ucum.reading import read
from akson.fhir.ucum.unit import Unit

__all__ = ["Unit", "canonical", "comparable", "convert", "read"]
