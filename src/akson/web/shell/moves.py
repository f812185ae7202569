"""A move in words, for staff and citizen alike: what is in a package, what has been done, what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.care.fhir_json import Resource, concept_text
from akson.care.worklist.inbox import DueWords, due_words
from akson.sharing.moves import keeping
from akson.sharing.moves.keeping import WHY_WORDS, Held, waits_here
from akson.sharing.moves.moves import Moves
from akson.sharing.moves.package import Package, Part
from akson.sharing.moves.steps import Form, Kind, Side, Stage, Step, Why
from akson.web.shell import problems, words
from akson.web.shell.house import Visit

PART_WORDS: Mapping[Part, str] = {
    Part.CRITICAL: "Kritisk informasjon",
    Part.MEDICATION: "Legemidler",
    Part.PROBLEMS: "Diagnoser",
    Part.PLAN: "Plan og mål",
    Part.SERVICES: "Tjenester",
    Part.CONTACTS: "Pårørende",
    Part.TASKS: "Åpne oppgaver",
    Part.MEASUREMENTS: "Målinger siste 14 dager",
    Part.NOTES: "Notater siste 14 dager",
}
STAGE_COLOUR = {
    Stage.OFFERED: "warning",
    Stage.PLANNED: "warning",
    Stage.DECLINED: "danger",
    Stage.ACCEPTED: "success",
    Stage.ARRIVED: "success",
}


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[tuple[str, str], ...]
    """What, and the rest in small."""


@dataclass(frozen=True, slots=True)
class Done:
    who: str
    what: str
    when: str


@dataclass(frozen=True, slots=True)
class MoveWords:
    id: str
    path: str
    what: str
    """`Flytter til Storvik kommune`."""
    other: str
    out: bool
    day: str
    until: str
    stage: str
    colour: str
    due: DueWords
    waits: bool
    done: tuple[Done, ...]
    """Oldest first."""
    unsent: bool
    """The package has not come there."""
    untold: bool
    """Something we have done is not known there yet."""


def moves_of(visit: Visit) -> Moves:
    """Raises NOT_FOUND, as a page that is not, on a node that knows no others."""
    if visit.house.moves is None:
        raise problems.no_page()
    return visit.house.moves


def move_words(held: Held, now: datetime) -> MoveWords:
    move, stage = held.move, held.move.stage(now)
    out = held.side is Side.OLD
    stay = move.form is Form.STAY
    verb = ("Opphold i" if stay else "Flytter til") if out else ("Opphold fra" if stay else "Flytter fra")
    due = move.due(now)
    return MoveWords(
        held.id,
        f"/flytting/{held.id}",
        f"{verb} {held.name}",
        held.name,
        out,
        words.day(move.date) if move.date else "",
        words.day(move.until - timedelta(seconds=1)) if move.until else "",
        _stage(held, stage),
        STAGE_COLOUR.get(stage, "neutral"),
        due_words(words.local(due) if due else None, words.local(now)),
        waits_here(held, now),
        tuple(_done(s, held, now) for s in sorted(held.steps, key=lambda s: s.at)),
        out and stage is Stage.OFFERED and bool(held.package),
        held.untold and not held.package,
    )


def _stage(held: Held, stage: Stage) -> str:
    if stage is Stage.OFFERED:
        if held.side is Side.NEW:
            return "Venter på svar fra dere"
        return "Ikke kommet fram" if held.package else f"Venter på svar fra {held.name}"
    return keeping.STAGE_WORDS[stage]


def _done(step: Step, held: Held, now: datetime) -> Done:
    ours = step.side is held.side
    who = step.name if ours else f"{step.name}, {held.name}"
    told = {
        Kind.PLANNED: "forberedte flyttingen",
        Kind.OFFERED: "sendte opplysningene",
        Kind.POSTPONED: "endret datoen",
        Kind.WITHDRAWN: "avlyste",
        Kind.ACCEPTED: "tok imot",
        Kind.DECLINED: "tok ikke imot",
    }[step.kind]
    if step.kind is Kind.POSTPONED:
        told += f" til {words.day(datetime.fromisoformat(step.says['date']))}"
    if step.kind is Kind.WITHDRAWN:
        told += f": {WHY_WORDS[Why(step.says['why'])]}"
    if step.kind is Kind.DECLINED and step.says.get("why"):
        told += f": {step.says['why']}"
    return Done(who, told, words.moment(step.at, now))


def sections(package: Package, parts: tuple[Part, ...] = tuple(Part)) -> tuple[Section, ...]:
    """Those that hold something, in the order a nurse reads them."""
    found = ((part, package.part(part)) for part in parts)
    return tuple(Section(PART_WORDS[p], tuple(_line(r) for r in some)) for p, some in found if some)


def name_of(patient: Resource) -> str:
    name = (patient.get("name") or [{}])[0]
    given = " ".join(name.get("given") or ())
    return str(name.get("text") or f"{given} {name.get('family', '')}".strip() or "Uten navn")


def _line(resource: Resource) -> tuple[str, str]:
    type = resource["resourceType"]
    if type == "MedicationStatement":
        doses = "; ".join(str(d.get("text", "")) for d in resource.get("dosage") or () if d.get("text"))
        return concept_text(resource.get("medicationCodeableConcept")) or "Uten navn", doses
    if type == "RelatedPerson":
        relation = ", ".join(filter(None, (concept_text(r) for r in resource.get("relationship") or ())))
        phones = ", ".join(str(t.get("value")) for t in resource.get("telecom") or () if t.get("value"))
        return name_of(resource), " · ".join(filter(None, (relation, phones)))
    if type == "Observation":
        value = resource.get("valueQuantity") or {}
        amount = f"{value.get('value', '')} {value.get('unit', '')}".strip() or str(
            resource.get("valueString", "")
        )
        parts = [
            f"{concept_text(c.get('code'))} {(c.get('valueQuantity') or {}).get('value', '')}"
            for c in resource.get("component") or ()
        ]
        return concept_text(resource.get("code")), amount or ", ".join(parts)
    if type == "Goal":
        return concept_text(resource.get("description")) or "Mål", ""
    if type == "CarePlan":
        return str(resource.get("title") or "Tiltaksplan"), str(resource.get("description") or "")
    if type == "ClinicalImpression":
        return concept_text(resource.get("code")) or "Notat", str(
            resource.get("summary") or resource.get("description") or ""
        )
    allergy = "Allergi: " if type == "AllergyIntolerance" else ""
    serious = "alvorlig" if resource.get("criticality") == "high" else ""
    return allergy + (concept_text(resource.get("code")) or "Uten navn"), str(
        resource.get("description") or serious
    )
