"""Regular expressions whose time grows with the text and nothing else.

    compile("[A-Z]\\\\w*").found_in("Library") -> True

A pattern comes from a profile or a query, so from outside; the standard engine may take exponential time for it. Here
all ways through the pattern are followed at once. Spec: https://hl7.org/fhirpath/N1/#matchesregex--string--boolean.
Why our own: docs/adr/0041-own-patterns.md.
"""

from functools import lru_cache

from akson.fhir.fhirpath.patterns.matching import Pattern
from akson.fhir.fhirpath.patterns.reading import read

__all__ = ["Pattern", "compile"]


@lru_cache(maxsize=512)
def compile(text: str, flags: str = "") -> Pattern:
    """`flags` may hold `i` (case) and `m` (lines). Raises Problem AKS-FHIR-213 for what is not offered."""
    return Pattern(read(text, flags))
