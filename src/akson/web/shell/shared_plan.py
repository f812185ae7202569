"""The lines of a shared plan in words, for staff and citizen alike; and from a form to the operation it says.

Which buttons stand where belongs to the screens; what an edit means, to `akson.sharing.plan`.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.access.actor import ActorKind
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan.editing import By, may_change
from akson.sharing.plan.entries import LABEL
from akson.sharing.plan.joining import Choice, Line, SharedPlan
from akson.sharing.plan.operation import CITIZEN, WEEKDAYS, Author, Kind, Operation
from akson.sharing.plan.plans import Opened, SharedPlans
from akson.sharing.plan.projection import COLOUR_WORDS, limit_words
from akson.web.shell import problems, words
from akson.web.shell.house import Visit

KIND_WORDS: Mapping[Kind, str] = {
    Kind.ZONE: "Soner",
    Kind.GOAL: "Mål",
    Kind.MEASURE: "Tiltak",
    Kind.MEDICINE: "Legemidler",
    Kind.COMMENT: "Kommentarer",
    Kind.STATUS: "Dagens form",
}
DAY_WORDS = dict(zip(WEEKDAYS, ("man", "tir", "ons", "tor", "fre", "lør", "søn"), strict=True))
REMOVED = "Tatt bort"
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/shared-plan")
_UUID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    number: int
    title: str
    detail: str
    who: str
    removed: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    id: str
    kind: str
    title: str
    detail: str
    who: str
    """`Grete Lund, Torget legesenter · i dag 09:00`."""
    base: str
    """What she saw, for the form."""
    content: Mapping[str, Any]
    choices: tuple[ChoiceRow, ...] = ()
    """Where two disagree."""
    operation: str = ""
    """Id of what the form of this line makes."""
    mine: bool = True
    """Whether the reader's party may change it at all."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    party: str
    name: str
    part: str
    """`skriver mål, tiltak og kommentarer · til 24.12.2026`."""
    steward: bool
    operation: str


@dataclass(frozen=True, slots=True)
class PlanRows:
    """All of a plan that both readers show."""

    exists: bool
    version: str
    mode: str
    zones: tuple[LineRow, ...]
    goals: tuple[LineRow, ...]
    measures: tuple[LineRow, ...]
    medicines: tuple[LineRow, ...]
    comments: tuple[LineRow, ...]
    days: tuple[LineRow, ...]
    """How she was, newest first."""
    conflicts: tuple[LineRow, ...]
    members: tuple[MemberRow, ...]
    silent: tuple[str, ...]
    """`Havnes sykehus HF (svarte ikke)`."""
    unsent: int
    waiting: int
    late: int


def plans_of(visit: Visit) -> SharedPlans:
    """Raises NOT_FOUND, as a page that is not, where the node has none."""
    if visit.house.plans is None:
        raise problems.no_page()
    return visit.house.plans


def is_shared(resource: Mapping[str, Any]) -> bool:
    """Whether a resource is made of a line of a shared plan."""
    return any(s.get("code") == LABEL for s in (resource.get("meta") or {}).get("security") or ())


def form_id(visit: Visit, patient: str, what: str) -> str:
    """Of the operation that a form makes: pressed twice is one. Another page makes another."""
    now = visit.house.clock.now().isoformat()
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{patient}|{now}|{what}"))


def by(visit: Visit, given: Mapping[str, str]) -> By:
    """Raises MALFORMED AKS-WEB-021 for a form without its id."""
    id = given.get("id", "")
    if len(id) != _UUID_LENGTH:
        raise Problem(
            ProblemKind.MALFORMED, "AKS-WEB-021", "Skjemaet mangler noe.", now="Last siden på nytt."
        )
    us, actor = plans_of(visit).us, visit.actor
    citizen = actor.kind is ActorKind.CITIZEN
    author = Author(
        actor.reference,
        actor.name,
        actor.role,
        CITIZEN if citizen else us.number,
        actor.name if citizen else us.name,
    )
    return By(author, us.number, visit.house.clock.now(), id)


def seen(given: Mapping[str, str]) -> tuple[str, ...] | None:
    """The operations that stood in the line as she saw it; None for a form of a new line."""
    return tuple(given["sett"].split()) if "sett" in given else None


def rows(visit: Visit, patient: str, opened: Opened, now: datetime) -> PlanRows:
    plan = opened.plan
    lines = {kind: [line for line in plan.shown if line.kind is kind] for kind in Kind}

    def some(kind: Kind, *, newest: bool = False) -> tuple[LineRow, ...]:
        found = [_row(visit, patient, line, now) for line in lines[kind] if not line.conflict]
        return tuple(reversed(found)) if newest else tuple(found)

    colours = {"green": 0, "yellow": 1, "red": 2}
    return PlanRows(
        bool(plan.members),
        plan.version,
        plan.mode,
        tuple(sorted(some(Kind.ZONE), key=lambda row: colours[str(row.content["colour"])])),
        some(Kind.GOAL),
        some(Kind.MEASURE),
        some(Kind.MEDICINE),
        some(Kind.COMMENT, newest=True),
        tuple(sorted(some(Kind.STATUS), key=lambda row: str(row.content["day"]), reverse=True)),
        tuple(_row(visit, patient, line, now) for line in plan.lines if line.conflict),
        _members(visit, patient, plan, now),
        tuple(f"{one.name} ({one.why})" for one in opened.silent),
        opened.unsent,
        len(plan.waiting),
        len(plan.late),
    )


def _row(visit: Visit, patient: str, line: Line, now: datetime) -> LineRow:
    first = line.choices[0]
    content = first.content or {}
    title, detail = said(line.kind, content, now)
    choices = (
        tuple(_choice(n, line.kind, c, now) for n, c in enumerate(line.choices)) if line.conflict else ()
    )
    if line.conflict:
        title = next(c.title for c in choices if not c.removed)
    return LineRow(
        line.id,
        line.kind.value,
        title,
        detail,
        authors(first.operations, now),
        " ".join(line.heads),
        content,
        choices,
        form_id(visit, patient, line.id),
        may_change(line, CITIZEN if visit.actor.kind is ActorKind.CITIZEN else plans_of(visit).us.number),
    )


def _choice(number: int, kind: Kind, choice: Choice, now: datetime) -> ChoiceRow:
    if choice.content is None:
        return ChoiceRow(number, REMOVED, "", authors(choice.operations, now), True)
    title, detail = said(kind, choice.content, now)
    return ChoiceRow(number, title, detail, authors(choice.operations, now), False)


def said(kind: Kind, content: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    """What a line says: in few words, and the rest."""
    if kind is Kind.ZONE and content:
        return COLOUR_WORDS[content["colour"]], ". ".join(
            part.rstrip(".") for part in (content.get("signs", ""), limit_words(content)) if part
        ) + f" → {content['do']}"
    if kind is Kind.STATUS and content:
        return COLOUR_WORDS[content["colour"]], content.get("text", "")
    detail = {
        Kind.GOAL: lambda: f"Til {words.birth_day(content['due'])}" if content.get("due") else "",
        Kind.MEASURE: lambda: _when(content),
        Kind.MEDICINE: lambda: str(content.get("dose", "")),
    }.get(kind, lambda: "")()
    return str(content.get("text", "")), detail


def _when(content: Mapping[str, Any]) -> str:
    times = [str(t)[:5] for t in content.get("times") or ()]
    if not times:
        return "Ved behov"
    days = content.get("days") or ()
    which = words.sentence(", ".join(DAY_WORDS[d] for d in days)) if days else "Hver dag"
    return f"{which} kl. {' og '.join(times)}, {content.get('minutes', 30)} min"


def authors(operations: Iterable[Operation], now: datetime) -> str:
    told = []
    for one in operations:
        who = ", ".join(dict.fromkeys(part for part in (one.author.name, one.author.party_name) if part))
        told.append(f"{who} · {words.moment(one.at, now)}")
    return " og ".join(told)


def _members(visit: Visit, patient: str, plan: SharedPlan, now: datetime) -> tuple[MemberRow, ...]:
    found = []
    for member in plan.members.values():
        if not member.at(now):
            continue
        kinds = [KIND_WORDS[k].lower() for k in Kind if k in member.kinds and k in KIND_WORDS]
        if member.steward and member.party != CITIZEN:
            part = "eier planen og bestemmer hvem som er med"
        elif member.party == CITIZEN:
            part = "skriver dagens form, kommentarer og mål"
        else:
            part = f"ser og skriver {_listed(kinds)}"
        until = f" · til {words.day(member.until)} kl. {words.clock(member.until)}" if member.until else ""
        name = member.name or ("Pasienten" if member.party == CITIZEN else member.party)
        found.append(
            MemberRow(
                member.party,
                name,
                part + until,
                member.steward,
                form_id(visit, patient, f"out|{member.party}"),
            )
        )
    return tuple(found)


def _listed(names: list[str]) -> str:
    return (
        names[0] if len(names) == 1 else f"{', '.join(names[:-1])} og {names[-1]}" if names else "ingenting"
    )
