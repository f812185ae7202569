"""The words for a concept in the languages wanted, and whether given words are right for it.

Spec: https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/languages.html. What else can be wrong with a code is checking.py's.
"""

from dataclasses import dataclass, replace

from akson.terminology import findings
from akson.terminology.composing import Entry
from akson.terminology.concepts import Designation, Json
from akson.terminology.findings import Finding
from akson.terminology.languages import Languages, covers
from akson.terminology.reading import designation

PREFERRED: Json = {
    "system": "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    "code": "preferredForLanguage",
    "display": "Preferred For Language",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What to show, and the other words there are."""

    display: str
    others: tuple[Designation, ...]


def own(entry: Entry) -> Designation:
    """The concept's display, or the one the value set gives it."""
    if entry.said and entry.said.get("display"):
        return Designation(str(entry.said["display"]), entry.language or entry.system.language)
    return Designation(entry.concept.display, entry.system.language)


def designations(entry: Entry) -> list[Designation]:
    """Those of the value set, then those of the system."""
    said = [designation(d) for d in (entry.said or {}).get("designation") or () if d.get("value")]
    return [*said, *entry.concept.designations]


def words(entry: Entry, wanted: Languages) -> Words:
    """The display in the first wanted language there are words in; what it displaces becomes a designation."""
    first, others = own(entry), designations(entry)
    for tag in wanted.tags:
        if first.value and (not first.language or covers(tag, first.language)):
            return Words(first.value, tuple(others))
        for place, other in enumerate(others):
            if covers(tag, other.language) and not other.withdrawn:
                rest = [*others[:place], *others[place + 1 :]]
                return Words(other.value, (*_displaced(first), *rest))
    if wanted and not wanted.fallback:
        return Words("", (*_displaced(first), *others))
    return Words(first.value, tuple(others))


def _displaced(first: Designation) -> list[Designation]:
    return [replace(first, use=PREFERRED)] if first.value else []


def check(entry: Entry, given: str, wanted: Languages, expression: str, *, lenient: bool) -> Finding | None:
    """None when the words are right. `lenient`: wrong words are a warning."""
    system, code = entry.system.url, entry.concept.code
    first, others = own(entry), designations(entry)
    all_words = [w for w in (first, *others) if w.value]
    current = [w for w in all_words if not w.withdrawn]
    fitting = [w for w in current if not wanted or not w.language or wanted.wants(w.language)]
    if any(_same(w.value, given) for w in fitting):
        return None
    if old := next((w for w in all_words if w.withdrawn and _same(w.value, given)), None):
        status = "deprecated" if old.withdrawn == "withdrawn" else old.withdrawn
        right = ", ".join(f'"{w.value}"' for w in fitting)
        return findings.OLD_DISPLAY.found(expression, display=given, code=code, status=status, choices=right)
    severity = "warning" if lenient else ""
    tags = ",".join(wanted.tags) or "--"
    if not fitting:
        default = [w for w in current if not w.language or covers(w.language, entry.system.language)]
        if any(_same(w.value, given) for w in default):
            return findings.DEFAULT_DISPLAY.found(
                expression, system=system, code=code, languages=tags, display=given
            )
        if not current:
            return None
        return findings.NO_DISPLAY_IN_LANGUAGE.found(
            expression,
            severity=severity,
            display=given,
            system=system,
            code=code,
            languages=tags,
            default=first.value,
        )
    spaced = any(_same(" ".join(w.value.split()), " ".join(given.split())) for w in fitting)
    return (findings.WRONG_SPACES if spaced else findings.WRONG_DISPLAY).found(
        expression,
        severity=severity,
        display=given,
        system=system,
        code=code,
        choices=findings.choices([(w.value, w.language) for w in fitting]),
        languages=tags,
    )


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
