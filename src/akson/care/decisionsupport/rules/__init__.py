"""The rules as data, with editions: `editions.toml`, and beside them those of a register. Nothing here decides anything.

load().at(date(2026, 11, 27)).rule("nsaid-anticoagulant").url   -> "https://doi.org/10.1093/ageing/afu145"
load().beside(edition_of("FEST 2026-11-15", date(2026, 11, 15), rows))   the same, and what FEST says
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
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
    register: str = ""
    """`FEST 2026-11-15` for a rule that a register made; "" for one of `editions.toml`."""


@dataclass(frozen=True)
class Edition:
    id: str
    valid_from: date
    rules: tuple[Rule, ...]

    def rule(self, id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == id)

    def touched(self, codes: Iterable[str]) -> tuple[Rule, ...]:
        """In their order: the rules whose every group holds one of the ATC codes, and all that ask nothing of pairs.

        A register has ten thousand interactions; only those that a patient's own drugs can answer are gone through.
        """
        every, by_prefix, needed = self._index
        found: dict[int, set[int]] = {}
        for code in set(codes):
            for end in range(1, len(code) + 1):
                for rule, group in by_prefix.get(code[:end], ()):
                    found.setdefault(rule, set()).add(group)
        whole = [rule for rule, groups in found.items() if len(groups) == needed[rule]]
        return tuple(self.rules[number] for number in sorted((*every, *whole)))

    @cached_property
    def _index(self) -> tuple[list[int], dict[str, list[tuple[int, int]]], dict[int, int]]:
        every: list[int] = []
        by_prefix: dict[str, list[tuple[int, int]]] = {}
        needed: dict[int, int] = {}
        for number, rule in enumerate(self.rules):
            if rule.kind is not Kind.INTERACTION:
                every.append(number)
                continue
            needed[number] = len(rule.groups)
            for at, group in enumerate(rule.groups):
                for prefix in group:
                    by_prefix.setdefault(prefix, []).append((number, at))
        return every, by_prefix, needed


@dataclass(frozen=True, slots=True)
class Rules:
    editions: tuple[Edition, ...]
    """Oldest first."""
    register: Edition | None = None
    """Our own edition of each day with a register's rules behind it; None where nothing was imported."""
    register_from: date = date.max

    def at(self, day: date) -> Edition:
        """That of the day; before the first one, the first."""
        if self.register is not None and day >= self.register_from:
            return self.register
        valid = [e for e in self.editions if e.valid_from <= day]
        return valid[-1] if valid else self.editions[0]

    def beside(self, register: Edition) -> "Rules":
        """With a register's rules in force beside the newest of our own, from the later of their two days."""
        own = self.editions[-1]
        both = Edition(f"{own.id} · {register.id}", register.valid_from, (*own.rules, *register.rules))
        return replace(self, register=both, register_from=max(own.valid_from, register.valid_from))

    def ids(self) -> tuple[str, ...]:
        """Of every rule of every edition."""
        editions = (*self.editions, *([self.register] if self.register else []))
        return tuple(dict.fromkeys(rule.id for edition in editions for rule in edition.rules))


def edition_of(id: str, valid_from: date, rows: Iterable[Mapping[str, Any]]) -> Edition:
    """A register's edition from its rows, each as a table of `editions.toml`. Raises ValueError for one without a source."""
    return Edition(id, valid_from, tuple(_rule({**row, "register": id}) for row in rows))


@cache
def load() -> Rules:
    told = tomllib.loads(
        files("akson.care.decisionsupport.rules").joinpath("editions.toml").read_text("utf-8")
    )
    editions = (
        Edition(e["id"], e["valid_from"], tuple(_rule(r) for r in e["rule"])) for e in told["edition"]
    )
    return Rules(tuple(sorted(editions, key=lambda e: e.valid_from)))


def _rule(told: Mapping[str, Any]) -> Rule:
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
