"""What the record holds in fields, as a plain text that anybody can read: a note, a letter, a plan. Pure.

The text follows from the resources alone, so the same version is the same bytes whoever asks. It does not name the patient:
that stands in the metadata, and whoever shows the text shows it beside whom it is about.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from akson.sharing.documents.reading import concept_words, instant, reference

Resource = dict[str, Any]
NORWAY = ZoneInfo("Europe/Oslo")
_PART = "https://akson.no/fhir/StructureDefinition/note-part"
_PARTS = {
    "observation": "Observasjon",
    "assessment": "Vurdering",
    "measure": "Tiltak",
    "evaluation": "Evaluering",
}
_GOAL_STATES = {"completed": "nådd", "cancelled": "avsluttet", "on-hold": "satt på vent"}


def note(resource: Resource) -> str:
    """Of a ClinicalImpression: its parts under their headings, or its summary."""
    given = dict(_note_part(e) for e in resource.get("extension") or [] if e.get("url") == _PART)
    parts = [f"{words}\n{given[code].strip()}" for code, words in _PARTS.items() if given.get(code)]
    written = parts or [str(resource.get("summary") or "")]
    return _page("Journalnotat", _when(resource.get("date") or resource.get("effectiveDateTime")), *written)


def letter(resource: Resource, title: str) -> str:
    """Of a Communication: what it says, as the post made it readable."""
    said = [str(p["contentString"]) for p in resource.get("payload") or [] if p.get("contentString")]
    sender = str((resource.get("sender") or {}).get("display") or "")
    return _page(
        title,
        f"Fra: {sender}" if sender else "",
        _when(resource.get("sent") or resource.get("received")),
        *said,
    )


def plan(resource: Resource, problems: Sequence[Resource], goals: Sequence[Resource]) -> str:
    """Of a CarePlan, with the Conditions and Goals that it refers to."""
    named = _referred(resource, "addresses", problems)
    aims = _referred(resource, "goal", goals)
    details = [a.get("detail") or {} for a in resource.get("activity") or []]
    measures = [str(d.get("description") or concept_words(d.get("code"))) for d in details]
    return _page(
        str(resource.get("title") or "Plan"),
        _when(resource.get("created")),
        _listed("Problemer", (concept_words(p.get("code")) for p in named)),
        _listed("Mål", map(_goal, aims)),
        _listed("Tiltak", (m for m in measures if m)),
    )


def _goal(goal: Resource) -> str:
    state = _GOAL_STATES.get(str(goal.get("lifecycleStatus")), "")
    words = concept_words(goal.get("description"))
    return f"{words} ({state})" if state else words


def _referred(plan: Resource, element: str, known: Sequence[Resource]) -> list[Resource]:
    by_reference = {f"{r['resourceType']}/{r['id']}": r for r in known}
    names = [reference(r) for r in plan.get(element) or []]
    return [by_reference[name] for name in names if name in by_reference]


def _listed(heading: str, lines: Iterable[str]) -> str:
    found = [f"- {line}" for line in lines if line]
    return "\n".join((heading, *found)) if found else ""


def _note_part(extension: Resource) -> tuple[str, str]:
    inner = {e.get("url"): e for e in extension.get("extension") or []}
    part, text = inner.get("part") or {}, inner.get("text") or {}
    return str(part.get("valueCode", "")), str(text.get("valueString", ""))


def _when(text: str | None) -> str:
    at = instant(text)
    return at.astimezone(NORWAY).strftime("%d.%m.%Y kl. %H.%M") if at else ""


def _page(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"
