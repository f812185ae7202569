"""What is in the package: the Medication of a line, its names, strength and form.

Spec: https://hl7.org/fhir/R4/medication.html, http://www.whocc.no/atc. How it is taken does not belong here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from akson.care.fhir_json import Resource, code_in, concept_text
from akson.care.medication.reconciliation.names import names_in_use, product_name
from akson.care.quantities import ratio_words

ATC = "http://www.whocc.no/atc"


@dataclass(frozen=True, slots=True)
class Names:
    generic: str
    """`Metoprolol`: told by the source, else what a known product holds, else the source's own words."""
    product: str
    """What the source called it, when that is another: `Selo-Zok`."""


def medication(statement: Resource, known: Mapping[str, Resource]) -> Resource:
    """The Medication of a line: contained, a resource of its own (`known` by reference), or just its code."""
    reference = (statement.get("medicationReference") or {}).get("reference", "")
    if reference.startswith("#"):
        inside = next((c for c in statement.get("contained") or [] if c.get("id") == reference[1:]), None)
        return inside or known.get(reference, {})
    if reference in known:
        return known[reference]
    code = statement.get("medicationCodeableConcept") or {
        "text": (statement.get("medicationReference") or {}).get("display", "")
    }
    return {"code": code}


def atc(statement: Resource, medication: Resource) -> str:
    return code_in(medication.get("code"), ATC) or code_in(statement.get("medicationCodeableConcept"), ATC)


def strength(medication: Resource) -> str:
    """`40 mg`, `100 mg/25 mg`; "" when the record does not say."""
    told = (ratio_words(i.get("strength")) for i in medication.get("ingredient") or [])
    return "/".join(words for words in told if words)


def form(medication: Resource) -> str:
    return concept_text(medication.get("form"))


def names(medication: Resource) -> Names:
    """Generic first. A brand is turned to its substance by the reconciliation engine's table, and kept beside it."""
    said = concept_text(medication.get("code"))
    told = [
        concept_text(i.get("itemCodeableConcept")) or (i.get("itemReference") or {}).get("display", "")
        for i in medication.get("ingredient") or []
    ]
    table = names_in_use()
    generic = "/".join(told) if told and all(told) else said
    if product_name(generic) in table.brands:
        generic = table.named(product_name(generic))
    if product_name(said) not in table.brands or product_name(said) == product_name(generic):
        return Names(_capital(said or generic), "")
    return Names(_capital(generic), said)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
