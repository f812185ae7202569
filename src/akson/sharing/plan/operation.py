"""One edit of one line of a shared plan, as it travels and is kept: who, when, on which version, what the line then says.

    Operation("7c…", "per", "zone-red", ZONE, base=("5b…",), content={"colour": "red", "signs": …, "do": …}, author, via, at)

The id is made where the edit is made, so that a second arrival is harmless. `base` names the operations that its author saw
as what the line said; with `content` None the line is taken away. What becomes of many stands in `joining.py`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from akson.fhir.problem import Problem, ProblemKind


class Kind(StrEnum):
    """What a line is. The first two steer the plan, the others are its content."""

    POLICY = "policy"
    """Where the plan lives, and whose it is; the first of them founds the plan."""
    MEMBER = "member"
    """That an organisation takes part, with what, until when; or is out."""
    ZONE = "zone"
    GOAL = "goal"
    MEASURE = "measure"
    MEDICINE = "medicine"
    COMMENT = "comment"
    STATUS = "status"
    """How the citizen is on one day, in her own words."""


STEERING = frozenset({Kind.POLICY, Kind.MEMBER})
CONTENT = frozenset(Kind) - STEERING
BY_CITIZEN = frozenset({Kind.STATUS, Kind.COMMENT, Kind.GOAL, Kind.MEMBER})
"""What she writes herself. That she takes a partner out is hers to decide; medicines and limits are not hers to set."""
CITIZEN = "citizen"
"""The party of the person herself; every other party is an organisation number."""
COLOURS = ("green", "yellow", "red")
FEDERATED, CENTRAL = "federated", "central"
MODES = (FEDERATED, CENTRAL)
IN, OUT = "in", "out"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TEXT_MAX = 2_000
BASE_MAX = 20
KNOWN_MAX = 2_000
WHOLE_MAX = 100_000
"""Characters of all that an operation says; the longest is that somebody is out, with what stood by her."""
NAME_MAX = 300
LIMITS_MAX = 8
TIMES_MAX = 8
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_LINE = re.compile(r"[a-z0-9\-]{1,64}", re.ASCII)
_PARTY = re.compile(r"citizen|[0-9]{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a line, as everybody who reads it is told."""

    person: str
    """`Practitioner/ida` or an HPR number; `Patient/per` for the citizen."""
    name: str
    role: str
    """`nurse`, `gp`, …; "" for the citizen."""
    party: str
    """Organisation number (nine digits), or `citizen`."""
    party_name: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    """UUID, made by the client."""
    plan: str
    """Id of the plan: the same at every node (`plan_id`)."""
    line: str
    kind: Kind
    base: tuple[str, ...]
    """Ids of the operations that the line consisted of when its author saw it; () for a new line."""
    content: Mapping[str, Any] | None
    author: Author
    via: str
    """The party whose node took it in and vouches for the author."""
    at: datetime

    @property
    def said(self) -> str:
        """The content as one text: two operations that say the same have the same."""
        return json.dumps(self.content, sort_keys=True, ensure_ascii=False, default=str)

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, in hex: the same id with another digest is another's doing."""
        whole = (self.id, self.plan, self.line, self.kind.value, sorted(self.base), self.said)
        who = (self.author.person, self.author.party, self.via, self.at.isoformat())
        return hashlib.sha256(json.dumps([whole, who], ensure_ascii=False).encode()).hexdigest()


def checked(operation: Operation) -> Operation:
    """Raises Problem INVALID AKS-PLAN-001 for what no plan can hold."""
    named = _UUID.fullmatch(operation.id) and all(map(_UUID.fullmatch, operation.base))
    placed = _LINE.fullmatch(operation.line) and _PARTY.fullmatch(operation.author.party)
    sized = len(operation.base) <= BASE_MAX and _PARTY.fullmatch(operation.via)
    try:
        says = operation.content is None or _CHECKS[operation.kind](operation.content)
        says = says and _is_storable(operation)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        says = False
    if operation.content is None and (operation.kind in STEERING or not operation.base):
        says = False
    if operation.content is not None and operation.line != fixed_line(operation.kind, operation.content):
        says = says and fixed_line(operation.kind, operation.content) == ""
    if not (named and placed and sized and says and operation.at.tzinfo):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-PLAN-001",
            "Endringen i planen kunne ikke tas imot.",
            why="Den mangler noe, eller sier noe planen ikke kan romme.",
            now="Se over det som er skrevet, og send på nytt.",
        )
    return operation


def _is_storable(operation: Operation) -> bool:
    """Of a size that is read again and again, and text that a database and a screen can hold."""
    author = operation.author
    names = (author.person, author.name, author.role, author.party_name, operation.plan)
    said = operation.said
    "".join((said, *names)).encode()
    return (
        len(said) <= WHOLE_MAX
        and all(len(one) <= NAME_MAX and "\0" not in one for one in names)
        and "\\u0000" not in said
    )


def fixed_line(kind: Kind, content: Mapping[str, Any]) -> str:
    """The line that such content stands on where there can be but one: two who write it at once then meet. Else ""."""
    places = {
        Kind.POLICY: "policy",
        Kind.MEMBER: f"member-{content.get('party', '')}",
        Kind.ZONE: f"zone-{content.get('colour', '')}",
        Kind.STATUS: f"status-{content.get('day', '')}",
    }
    return places.get(kind, "")


def _text(content: Mapping[str, Any], name: str, *, needed: bool = True) -> bool:
    value = content.get(name, "")
    return isinstance(value, str) and len(value) <= TEXT_MAX and (not needed or bool(value.strip()))


def _zone(content: Mapping[str, Any]) -> bool:
    limits = content.get("limits", [])
    return (
        content["colour"] in COLOURS
        and _text(content, "signs", needed=not limits)
        and _text(content, "do")
        and len(limits) <= LIMITS_MAX
        and all(_text(one, "measure") and (one.get("low") or one.get("high")) for one in limits)
    )


def _goal(content: Mapping[str, Any]) -> bool:
    return _text(content, "text") and (not content.get("due") or bool(date.fromisoformat(content["due"])))


def _measure(content: Mapping[str, Any]) -> bool:
    times, days = content.get("times", []), content.get("days", [])
    return (
        _text(content, "text")
        and len(times) <= TIMES_MAX
        and all(isinstance(time.fromisoformat(t), time) for t in times)
        and set(days) <= set(WEEKDAYS)
        and 5 <= int(content.get("minutes", 30)) <= 240
    )


def _medicine(content: Mapping[str, Any]) -> bool:
    return _text(content, "text") and _text(content, "dose", needed=False)


def _comment(content: Mapping[str, Any]) -> bool:
    return _text(content, "text")


def _status(content: Mapping[str, Any]) -> bool:
    return (
        bool(date.fromisoformat(content["day"]))
        and content["colour"] in COLOURS
        and _text(content, "text", needed=False)
    )


def _member(content: Mapping[str, Any]) -> bool:
    until, known = content.get("until", ""), content.get("known", [])
    return (
        bool(_PARTY.fullmatch(content["party"]))
        and content["state"] in (IN, OUT)
        and _text(content, "name")
        and {Kind(k) for k in content.get("kinds", [])} <= CONTENT
        and (not until or datetime.fromisoformat(until).tzinfo is not None)
        and len(known) <= KNOWN_MAX
        and all(_UUID.fullmatch(one) for one in known)
    )


def _policy(content: Mapping[str, Any]) -> bool:
    master, unit = content["master"], content.get("unit", ["", ""])
    return (
        content["mode"] in MODES and bool(_PARTY.fullmatch(master)) and master != CITIZEN and len(unit) == 2
    )


_CHECKS = {
    Kind.ZONE: _zone,
    Kind.GOAL: _goal,
    Kind.MEASURE: _measure,
    Kind.MEDICINE: _medicine,
    Kind.COMMENT: _comment,
    Kind.STATUS: _status,
    Kind.MEMBER: _member,
    Kind.POLICY: _policy,
}
