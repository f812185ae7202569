"""The rules of a pathway: data with editions (editions.toml), each with its source. Nothing here decides anything.

rules = load()
rules.at(date(2026, 11, 20)).rule("answer-ready").source   -> "FOR-2011-11-18-1115 § 11 (straks); …"
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

US, HOSPITAL, GP = "us", "hospital", "gp"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: str
    words: str
    source: str
    basis: str
    """`law`, `standard`; a time of our own choice is said in `source`."""
    counterpart: str
    """Who must do it: `us`, `hospital`."""
    owner: str
    """Who of ours sees to it: `case-worker`, `nurse`."""
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    cancels: tuple[str, ...]
    now_do: str
    action: str
    hours: int | None = None
    """Elapsed."""
    working_hours: int | None = None
    day: bool = False
    each: bool = False
    """Anew for every message that starts it."""
    under_age: bool = False
    task: str = ""
    """Code of the item that the post makes of the message that starts it."""


@dataclass(frozen=True, slots=True)
class Working:
    days: tuple[int, ...]
    """Monday is 0."""
    start: int
    end: int
    """Hours of Oslo's clock."""
    holidays: bool = True
    """Whether a public holiday is a working day all the same."""


@dataclass(frozen=True, slots=True)
class GpRules:
    source: str
    words: str
    hours: int
    escalate_hours: int
    interim_hours: int
    phone_hours: int
    overdue_do: str
    answer_do: str
    answers: dict[str, tuple[str, ...]]
    """`9152:6` -> types of message that answer it, the right one first."""


@dataclass(frozen=True, slots=True)
class Edition:
    id: str
    valid_from: date
    words: str
    working: Working
    rules: tuple[Rule, ...]
    gp: GpRules

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
    told = tomllib.loads(files("akson.care.pathway.rules").joinpath("editions.toml").read_text("utf-8"))
    by_id: dict[str, dict[str, Any]] = {}
    for edition in told["edition"]:
        # What an edition does not say itself is as in the one that it names.
        by_id[edition["id"]] = {**by_id.get(edition.get("like", ""), {}), **edition}
    return Rules(tuple(sorted((_edition(e) for e in by_id.values()), key=lambda e: e.valid_from)))


def _edition(told: dict[str, Any]) -> Edition:
    working, gp = told["working"], told["gp"]
    return Edition(
        id=told["id"],
        valid_from=told["valid_from"],
        words=told["words"],
        working=Working(
            tuple(working["days"]), working["from"], working["to"], working.get("holidays", True)
        ),
        rules=tuple(_rule(rule) for rule in told["rule"]),
        gp=GpRules(
            **{n: gp[n] for n in GpRules.__slots__ if n != "answers"},
            answers={k: tuple(v) for k, v in gp["answers"].items()},
        ),
    )


def _rule(told: dict[str, Any]) -> Rule:
    given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
    return Rule(**given)
