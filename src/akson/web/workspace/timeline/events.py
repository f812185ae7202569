"""Events of all kinds: which types they come from, what orders them, and how one of them is told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.contacts.messages import care_messages
from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.homefollowup.news2 import score
from akson.care.homefollowup.readings import readings
from akson.care.homefollowup.scale import Scale2, on_scale
from akson.care.notes.structured import DRAFT, REMOVED
from akson.care.quantities import quantity_words

TEXT_MAX = 220


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    kind: str
    strong: str
    text: str
    who: str
    path: str
    """Below the patient's pages: `/notater/n1`; ""."""
    whole_day: bool = False
    """Only the day is known."""


@dataclass(frozen=True, slots=True)
class Source:
    type: str
    date: str
    """The search parameter it is ordered by."""
    when: Callable[[Resource], str | None]


def _period(resource: Resource) -> str | None:
    return (resource.get("period") or {}).get("start")


SOURCES: dict[str, tuple[Source, ...]] = {
    "opphold": (Source("Encounter", "date", _period),),
    "besok": (Source("Appointment", "date", lambda r: r.get("start")),),
    "maalinger": (Source("Observation", "date", lambda r: r.get("effectiveDateTime")),),
    "prover": (Source("DiagnosticReport", "issued", lambda r: r.get("issued")),),
    "notater": (Source("ClinicalImpression", "date", lambda r: r.get("date") or r.get("effectiveDateTime")),),
    "meldinger": (
        Source("Communication", "sent", lambda r: r.get("sent")),
        Source("DocumentReference", "date", lambda r: r.get("date")),
    ),
    "legemidler": (
        Source("MedicationStatement", "effective",
               lambda r: r.get("effectiveDateTime") or (r.get("effectivePeriod") or {}).get("start")),
    ),
    "plan": (
        Source("Condition", "recorded-date", lambda r: r.get("recordedDate")),
        Source("Goal", "start-date", lambda r: r.get("startDate")),
    ),
    "vedtak": (
        Source("ServiceRequest", "authored", lambda r: r.get("authoredOn")),
        Source("EpisodeOfCare", "date", _period),
    ),
    "oppgaver": (Source("Task", "authored-on", lambda r: r.get("authoredOn")),),
}  # fmt: skip
KINDS = {
    "opphold": "Opphold", "besok": "Besøk", "maalinger": "Målinger", "prover": "Prøvesvar", "notater": "Notater",
    "meldinger": "Meldinger og dokumenter", "legemidler": "Legemidler", "plan": "Plan", "vedtak": "Vedtak og tiltak",
    "oppgaver": "Oppgaver",
}  # fmt: skip
_ONE = {
    "opphold": "Opphold", "besok": "Besøk", "maalinger": "Måling", "prover": "Prøvesvar", "notater": "Notat",
    "meldinger": "Melding", "legemidler": "Legemiddel", "plan": "Plan", "vedtak": "Vedtak", "oppgaver": "Oppgave",
}  # fmt: skip
VISIT_STATES = {"fulfilled": "utført", "noshow": "ikke gjennomført", "cancelled": "avlyst"}


def _line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= TEXT_MAX else flat[:TEXT_MAX].rsplit(" ", 1)[0] + " …"


def _medicine(r: Resource) -> str:
    contained = next(iter(r.get("contained") or []), {})
    named = concept_text(r.get("medicationCodeableConcept")) or display(r.get("medicationReference"))
    return named or concept_text(contained.get("code")) or "Legemiddel"


def _who(r: Resource) -> str:
    of = r.get("performer") or []
    first = of[0] if isinstance(of, list) and of else None
    for one in (first, r.get("assessor"), r.get("serviceProvider"), r.get("managingOrganization"), r.get("recorder"),
                r.get("requester"), r.get("expressedBy"), r.get("owner")):  # fmt: skip
        if isinstance(one, dict) and display(one):
            return display(one)
    actors = [p.get("actor") for p in r.get("participant") or [] if isinstance(p.get("actor"), dict)]
    return next((display(a) for a in actors if str(a.get("reference", "")).startswith("Practitioner")), "")


def _told(r: Resource) -> tuple[str, str, str] | None:
    """Strong words, the rest, and where it can be opened; None for what is no event to this reader."""
    match r["resourceType"]:
        case "Encounter":
            kind = (
                "Innlagt"
                if (r.get("class") or {}).get("code") in ("IMP", "ACUTE", "NONAC", "SS")
                else "Kontakt"
            )
            return kind, concept_text(next(iter(r.get("reasonCode") or []), None)), "/forlop"
        case "Appointment":
            return (
                str(r.get("description") or "Besøk"),
                VISIT_STATES.get(str(r.get("status")), "planlagt"),
                "",
            )
        case "DiagnosticReport":
            return (
                concept_text(r.get("code")) or "Prøvesvar",
                str(r.get("conclusion") or ""),
                f"/provesvar#svar-{r['id']}",
            )
        case "ClinicalImpression":
            if r.get("status") == DRAFT:
                return None
            gone = r.get("status") == REMOVED
            return ("Notat fjernet" if gone else "Notat"), str(r.get("summary") or ""), f"/notater/{r['id']}"
        case "DocumentReference":
            return concept_text(r.get("type")) or "Dokument", str(r.get("description") or ""), ""
        case "MedicationStatement":
            state = {"stopped": "seponert", "completed": "avsluttet", "on-hold": "pause"}
            return _medicine(r), state.get(str(r.get("status")), "i bruk"), ""
        case "Condition":
            return concept_text(r.get("code")) or "Problemstilling", "problemstilling", "/plan"
        case "Goal":
            return concept_text(r.get("description")), "mål", "/plan"
        case "ServiceRequest":
            name = next((concept_text(c) for c in r.get("category") or []), "") or "Bestilling"
            return (
                concept_text(r.get("code")) or name,
                name.lower(),
                "/plan" if r.get("intent") == "plan" else "/sak",
            )
        case "EpisodeOfCare":
            return (
                concept_text(next(iter(r.get("type") or []), None)) or "Tjeneste",
                "tjeneste fra denne dagen",
                "/sak",
            )
        case "Task":
            return concept_text(r.get("code")) or "Oppgave", str(r.get("description") or ""), ""
    return None


def _measured(observations: list[Resource], times: list[Scale2]) -> list[Event]:
    """What was measured at one moment by one person is one event."""
    together: dict[tuple[str, str], list[Resource]] = {}
    for one in observations:
        together.setdefault((str(one.get("effectiveDateTime")), _who(one)), []).append(one)
    events = []
    for (at, who), members in together.items():
        moment = instant(at)
        values = [text for m in members if m.get("status") != "entered-in-error" for text in _value(m)]
        if moment is None or not values:
            continue
        counted = on_scale(readings(members), times)
        total = score(counted[0].measured()) if counted and len(counted[0].values) > 2 else None
        mark = "" if total is None or total.complete else "minst "
        strong = f"NEWS2 {mark}{total.total}" if total else ""
        events.append(Event(moment, "Måling", strong, _line(", ".join(values)), who, "/maalinger#sett"))
    return events


def _value(observation: Resource) -> list[str]:
    name = concept_text(observation.get("code"))
    if any(c.get("code") == "news2" for c in (observation.get("code") or {}).get("coding") or []):
        return []
    parts = observation.get("component") or [observation]
    told = []
    for part in parts:
        text = quantity_words(part.get("valueQuantity")) or concept_text(part.get("valueCodeableConcept"))
        text = text or str(part.get("valueString") or part.get("valueInteger") or "")
        label = name if part is observation else concept_text(part.get("code"))
        told += [f"{label} {text}"] if text else []
    return told


def events_of(
    kind: str, found: Iterable[Resource], near: dict[str, Resource], times: list[Scale2]
) -> list[Event]:
    """Events of one kind, in no order."""
    rows = list(found)
    if kind == "maalinger":
        return _measured(rows, times)
    when = {s.type: s.when for s in SOURCES[kind]}
    told = []
    letters = [r for r in rows if r["resourceType"] == "Communication"]
    told += [
        Event(m.at, "Melding", m.title, "", m.sender, f"/meldinger/{m.id}")
        for m in care_messages(letters, near)
        if m.at
    ]
    for one in rows:
        said = when[one["resourceType"]](one)
        at = instant(said)
        words = None if one["resourceType"] == "Communication" else _told(one)
        if at is not None and words is not None:
            told.append(
                Event(
                    at,
                    _ONE[kind],
                    _line(words[0]),
                    _line(words[1]),
                    _who(one),
                    words[2],
                    len(said or "") <= len("2026-11-27"),
                )
            )
    return told
