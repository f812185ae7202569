"""The rules as data, with editions: `editions.toml`. Nothing here decides anything.

load().at(date(2026, 11, 27)).rule("nsaid-anticoagulant").url   -> "https://doi.org/10.1093/ageing/afu145"
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Kind(StrEnum):
    INTERACTION = "interaction"
    KIDNEY = "kidney"
    AGE = "age"
    DOSE = "dose"
    DUPLICATE = "duplicate"
    ALLERGY = "allergy"
    NEWS2 = "news2"


class Severity(StrEnum):
    """The indicators of CDS Hooks: https://cds-hooks.hl7.org/2.0/#card-attributes."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


ORDER = tuple(Severity)
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    kind: Kind
    severity: Severity
    title: str
    """`{0}` and `{1}` are the drugs' names: `{0} sammen med {1}`."""
    words: str
    now_do: str
    source: str
    url: str
    groups: tuple[tuple[str, ...], ...] = ()
    """ATC prefixes; a drug of each."""
    but: tuple[str, ...] = ()
    """ATC prefixes that are not meant."""
    egfr_below: int | None = None
    age_from: int | None = None
    daily_above: float | None = None
    """Milligrams a day."""
    days_a_week: int | None = None
    finding: str = ""
    """What the reconciliation engine calls it: `duplicate-substance`, `duplicate-class`."""
    risk: str = ""
    """A `news2.Risk`."""


@dataclass(frozen=True, slots=True)
class Edition:
    id: str
    valid_from: date
    rules: tuple[Rule, ...]

    def rule(self, id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == id)


@dataclass(frozen=True, slots=True)
class Rules:
    editions: tuple[Edition, ...]
    """Oldest first."""

    def at(self, day: date) -> Edition:
        """That of the day; before the first one, the first."""
        valid = [e for e in self.editions if e.valid_from <= day]
        return valid[-1] if valid else self.editions[0]


@cache
def load() -> Rules:
    told = tomllib.loads(
        files("akson.care.decisionsupport.rules").joinpath("editions.toml").read_text("utf-8")
    )
    editions = (
        Edition(e["id"], e["valid_from"], tuple(_rule(r) for r in e["rule"])) for e in told["edition"]
    )
    return Rules(tuple(sorted(editions, key=lambda e: e.valid_from)))


def _rule(told: dict[str, Any]) -> Rule:
    """Raises ValueError for a rule that nobody can look up."""
    if not told.get("source") or not str(told.get("url", "")).startswith("https://"):
        raise ValueError(f"rule {told.get('id')} names no public source")
    given: dict[str, Any] = {
        **told,
        "kind": Kind(told["kind"]),
        "severity": Severity(told["severity"]),
        "groups": tuple(tuple(g) for g in told.get("groups", ())),
        "but": tuple(told.get("but", ())),
    }
    return Rule(**given)
