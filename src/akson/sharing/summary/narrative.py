"""What a section says to people: a small table in bokmål, made of its entries alone. Pure.

Spec: https://hl7.org/fhir/R4/narrative.html. The same lines are what the screen shows of a summary.
"""

from collections.abc import Mapping, Sequence
from html import escape

from akson.sharing.summary.reading import (
    Resource,
    concept_words,
    day_words,
    name_words,
    quantity_words,
    reference,
    value_words,
    when,
)

Known = Mapping[str, Resource]
"""Resources by the reference that names them."""
_STATUS = {
    "unconfirmed": "ikke bekreftet", "provisional": "foreløpig", "differential": "mulig", "recurrence": "tilbakefall",
    "relapse": "tilbakefall", "refuted": "avkreftet", "on-hold": "pause", "intended": "skal begynne", "resolved": "over",
    "inactive": "ikke aktivt", "remission": "i remisjon", "stopped": "avsluttet", "completed": "avsluttet",
    "not-taken": "ikke tatt", "preliminary": "foreløpig", "entered-in-error": "ført feil", "cancelled": "avlyst",
}  # fmt: skip
_CRITICALITY = {
    "high": "kan være livstruende",
    "low": "lav risiko",
    "unable-to-assess": "risiko ikke vurdert",
}
_SEVERITY = {"severe": "alvorlig", "moderate": "moderat", "mild": "mild"}
COLUMNS = {
    "AllergyIntolerance": ("Allergi", "Reaksjon", "Vurdering"),
    "Condition": ("Problem", "Siden", "Merknad"),
    "MedicationStatement": ("Legemiddel", "Hvordan det tas", "Merknad"),
    "MedicationRequest": ("Legemiddel", "Hvordan det tas", "Merknad"),
    "Immunization": ("Vaksine", "Dato", "Merknad"),
    "Observation": ("Undersøkelse", "Svar", "Dato"),
    "DiagnosticReport": ("Undersøkelse", "Svar", "Dato"),
    "Procedure": ("Inngrep", "Dato", "Merknad"),
    "DeviceUseStatement": ("Utstyr", "Siden", "Merknad"),
    "CarePlan": ("Plan", "Siden", "Merknad"),
    "Flag": ("Varsel", "Siden", "Merknad"),
}
OTHER = ("Opplysning", "Dato", "Merknad")


def line(resource: Resource, known: Known) -> tuple[str, str, str]:
    """One entry in words, by the columns of its type. Codes that nobody here knows stand as they were told."""
    match resource.get("resourceType"):
        case "AllergyIntolerance":
            return concept_words(resource.get("code")), _reactions(resource), _judged(resource)
        case "Condition":
            return concept_words(resource.get("code")), _since(resource, "onset"), _status(resource)
        case "MedicationStatement" | "MedicationRequest":
            return _medicine(resource, known), _doses(resource), _status(resource)
        case "Immunization":
            return (
                concept_words(resource.get("vaccineCode")),
                _since(resource, "occurrence"),
                _status(resource),
            )
        case "Observation" | "DiagnosticReport":
            return (
                concept_words(resource.get("code")),
                _found(resource, known),
                _since(resource, "effective", "issued"),
            )
        case "Procedure":
            return concept_words(resource.get("code")), _since(resource, "performed"), _status(resource)
        case "DeviceUseStatement":
            device = known.get(reference(resource.get("device")), {})
            what = concept_words(device.get("type")) or str(
                (resource.get("device") or {}).get("display") or ""
            )
            return what, _since(resource, "timing", "recordedOn"), _status(resource)
        case "CarePlan":
            what = str(
                resource.get("title") or concept_words(next(iter(resource.get("category") or []), None))
            )
            return what or "Plan", _since(resource, "period"), str(resource.get("description") or "")
        case _:
            return _other(resource)


def table(rows: Sequence[tuple[str, str, str]], columns: tuple[str, str, str]) -> str:
    """XHTML; what a column never says is left out."""
    kept = [n for n in range(len(columns)) if n == 0 or any(row[n] for row in rows)]
    head = "".join(f"<th>{escape(columns[n])}</th>" for n in kept)
    body = "".join(f"<tr>{''.join(f'<td>{escape(row[n])}</td>' for n in kept)}</tr>" for row in rows)
    return div(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def paragraph(text: str) -> str:
    return div(f"<p>{escape(text)}</p>")


def div(inner: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="nb" xml:lang="nb">{inner}</div>'


def _other(resource: Resource) -> tuple[str, str, str]:
    what = concept_words(resource.get("code")) or concept_words(resource.get("type")) or name_words(resource)
    told = str(resource.get("description") or resource.get("summary") or "")
    return what or str(resource.get("resourceType", "")), _since(resource, "period", "date", "started"), told


def _found(resource: Resource, known: Known) -> str:
    """Its own value, else those of what it is made of, else its conclusion."""
    parts = [
        known.get(reference(r)) for r in [*(resource.get("hasMember") or []), *(resource.get("result") or [])]
    ]
    told = [f"{concept_words(p.get('code'))}: {value_words(p)}" for p in parts if p and value_words(p)]
    return value_words(resource) or "; ".join(told) or str(resource.get("conclusion") or "")


def _since(resource: Resource, *stems: str) -> str:
    names = [name for stem in stems for name in (f"{stem}DateTime", f"{stem}Period", stem, f"{stem}String")]
    return day_words(when(resource, *names))


def _status(resource: Resource) -> str:
    told = [str(resource.get("status") or "")]
    for name in ("clinicalStatus", "verificationStatus"):
        told += [c.get("code", "") for c in (resource.get(name) or {}).get("coding") or []]
    found = [_STATUS[code] for code in told if code in _STATUS]
    found += [str(n.get("text")) for n in resource.get("note") or [] if n.get("text")]
    return ", ".join(dict.fromkeys(found))


def _reactions(resource: Resource) -> str:
    told = []
    for reaction in resource.get("reaction") or []:
        what = ", ".join(filter(None, map(concept_words, reaction.get("manifestation") or [])))
        told.append(
            " ".join(
                filter(
                    None, (what, f"({_SEVERITY[s]})" if (s := reaction.get("severity")) in _SEVERITY else "")
                )
            )
        )
    return "; ".join(filter(None, told))


def _judged(resource: Resource) -> str:
    return ", ".join(filter(None, (_CRITICALITY.get(str(resource.get("criticality"))), _status(resource))))


def _medicine(resource: Resource, known: Known) -> str:
    inside = {f"#{c.get('id')}": c for c in resource.get("contained") or []}
    told = resource.get("medicationReference")
    drug = inside.get(reference(told)) or known.get(reference(told)) or {}
    what = concept_words(resource.get("medicationCodeableConcept") or drug.get("code"))
    what = what or str((told or {}).get("display") or "") or "Uten navn"
    strengths = [_strength(i.get("strength")) for i in drug.get("ingredient") or []]
    return " ".join(filter(None, (what, "/".join(filter(None, strengths)), concept_words(drug.get("form")))))


def _strength(ratio: Resource | None) -> str:
    told, per = quantity_words((ratio or {}).get("numerator")), (ratio or {}).get("denominator") or {}
    whole = str(per.get("value", 1)) in ("1", "1.0")
    if not told or (
        whole and per.get("unit") in (None, "", "1", "{tablet}") and per.get("code") in (None, "1")
    ):
        return told
    return told if whole and per.get("code") in ("1", "TAB", "{tbl}") else f"{told}/{quantity_words(per)}"


def _doses(resource: Resource) -> str:
    told = []
    for dosage in resource.get("dosage") or resource.get("dosageInstruction") or []:
        text = str(dosage.get("text") or "")
        if not text:
            rate = next(iter(dosage.get("doseAndRate") or []), {})
            text = " ".join(filter(None, (quantity_words(rate.get("doseQuantity")), _times(dosage))))
        needed = dosage.get("asNeededBoolean") or dosage.get("asNeededCodeableConcept")
        told.append(f"Ved behov: {text}" if needed and "behov" not in text.lower() else text)
    return "; ".join(filter(None, told))


_UNITS = {"s": "sekund", "min": "minutt", "h": "time", "d": "døgn", "wk": "uke", "mo": "måned", "a": "år"}


def _times(dosage: Resource) -> str:
    timing = dosage.get("timing") or {}
    repeat = timing.get("repeat") or {}
    often, period, unit = (
        repeat.get("frequency", 1),
        repeat.get("period", 1),
        _UNITS.get(repeat.get("periodUnit", "")),
    )
    if not unit:
        return concept_words(timing.get("code"))
    return f"{often} gang{'er' if often != 1 else ''} per {'' if str(period) == '1' else f'{period} '}{unit}"
