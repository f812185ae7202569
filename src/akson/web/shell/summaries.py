"""A patient summary in words for a page: ours and others' by the same lines. Each word is chosen here; nothing is loaded."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import Response

from akson.care.fhir_json import Resource
from akson.sharing.summary import narrative
from akson.sharing.summary.foreign_text import shown
from akson.sharing.summary.received import Received, ReceivedSection, says_none, says_nothing

_SYSTEMS = {
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "urn:oid:2.16.578.1.12.4.1.1.7110": "ICD-10",
    "urn:oid:2.16.578.1.12.4.1.1.7170": "ICPC-2",
    "http://hl7.org/fhir/sid/cvx": "CVX",
}
_LANGUAGES = {
    "nb": "norsk", "no": "norsk", "nn": "nynorsk", "en": "engelsk", "sv": "svensk", "da": "dansk", "fi": "finsk",
    "de": "tysk", "fr": "fransk", "nl": "nederlandsk", "es": "spansk", "it": "italiensk", "pl": "polsk", "pt": "portugisisk",
}  # fmt: skip
_TITLES = {
    "48765-2": "Allergier", "10160-0": "Legemidler", "11450-4": "Helseproblemer", "11348-0": "Tidligere helseproblemer",
    "11369-6": "Vaksiner", "30954-2": "Prøvesvar", "47519-4": "Inngrep", "46264-8": "Medisinsk utstyr",
    "8716-3": "Målinger", "18776-5": "Plan", "29762-2": "Levevaner", "10162-6": "Svangerskap", "42348-3": "Forhåndsønsker",
    "104605-1": "Varsler", "47420-5": "Funksjon", "81338-6": "Pasientens egen historie",
}  # fmt: skip
NO_WORD = "Avsenderen sier ikke noe om dette."
ASKED_NOT = "Avsenderen har ikke spurt om dette."
MEDIA_TYPE = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    cells: tuple[str, ...]
    codes: str
    """`SNOMED CT 84114007`: as the source coded it; "" when it has not."""
    quiet: bool = False
    """It says «none known» or that nothing is known: no finding."""


@dataclass(frozen=True, slots=True)
class SummarySection:
    title: str
    told_title: str
    """The source's own heading where that is another."""
    columns: tuple[str, ...]
    lines: tuple[SummaryLine, ...]
    words: str
    """Where there are no lines: why."""
    text: Markup
    """What the source wrote, made safe; "" for our own, whose lines are the text."""
    required: bool


def sections(received: Received, *, own: bool) -> tuple[SummarySection, ...]:
    return tuple(_section(one, received, own=own) for one in received.sections)


def language(code: str) -> str:
    """`engelsk (en-NZ)`; a language that has no word here by its code."""
    word = _LANGUAGES.get(code.partition("-")[0].lower(), "")
    return f"{word} ({code})" if word and "-" in code else word or code


def moment(instant: str) -> datetime | None:
    """Aware; None for what a sender wrote that is no time."""
    try:
        at = datetime.fromisoformat(instant)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def download(data: bytes, name: str) -> Response:
    """The document as a file: never opened as a page."""
    kept = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, headers={"content-type": MEDIA_TYPE, "content-disposition": kept})


def _section(section: ReceivedSection, received: Received, *, own: bool) -> SummarySection:
    title = section.title if own else _TITLES.get(section.code, section.title)
    kinds = {str(r.get("resourceType")) for r in section.entries}
    columns = (
        narrative.COLUMNS.get(next(iter(kinds), ""), narrative.OTHER) if len(kinds) == 1 else narrative.OTHER
    )
    lines = [(r, narrative.line(r, received.known)) for r in section.entries]
    kept = [n for n in range(len(columns)) if n == 0 or any(cells[n] for _, cells in lines)]
    return SummarySection(
        title=title,
        told_title="" if own or title == section.title else section.title,
        columns=tuple(columns[n] for n in kept),
        lines=tuple(
            SummaryLine(tuple(cells[n] for n in kept), _codes(r, received), says_none(r) or says_nothing(r))
            for r, cells in lines
        ),
        words=(section.empty if own else _empty_words(section)) if not lines else "",
        text=Markup("" if own else shown(section.narrative)),  # noqa: S704 (foreign_text has taken all but text and tables)
        required=section.code in ("48765-2", "10160-0", "11450-4"),
    )


def _empty_words(section: ReceivedSection) -> str:
    if "notasked" in section.reasons:
        return ASKED_NOT
    return NO_WORD if section.reasons or not section.narrative else ""


def _codes(resource: Resource, received: Received) -> str:
    told = (
        resource.get("code") or resource.get("medicationCodeableConcept") or resource.get("vaccineCode") or {}
    )
    if "medicationReference" in resource:
        named = str(resource["medicationReference"].get("reference"))
        inside = {f"#{c.get('id')}": c for c in resource.get("contained") or []}
        told = (inside.get(named) or received.known.get(named) or {}).get("code") or {}
    if not isinstance(told, dict):
        return ""
    found = [
        f"{_SYSTEMS.get(str(c.get('system', '')), str(c.get('system', '')))} {c['code']}".strip()
        for c in told.get("coding") or []
        if c.get("code")
    ]
    return ", ".join(found)
