"""Whose draft a version is: a note that is being written (care/notes) and not signed.

    ClinicalImpression status in-progress, assessor Practitioner/ida  ->  draft-of:Practitioner/ida
    the same without an assessor                                      ->  draft-of:            (nobody's)
    status completed                                                  ->  none

Spec: https://hl7.org/fhir/R4/clinicalimpression.html. Who sees it: `akson.access.rules.drafts`.
"""

from akson.access.facts import DRAFT_OF
from akson.record.facts.elements import Json

UNSIGNED = "in-progress"


def of(resource: Json) -> tuple[str, ...]:
    """One label, or none."""
    if resource["resourceType"] != "ClinicalImpression" or resource.get("status") != UNSIGNED:
        return ()
    return (f"{DRAFT_OF}{(resource.get('assessor') or {}).get('reference', '')}",)


def resumed(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """What a change from one set of labels to the other is judged by besides them. To make a draft of what was none would
    take it out of everybody's sight: it is judged as a draft that is nobody's."""
    was, will = (any(label.startswith(DRAFT_OF) for label in labels) for labels in (before, after))
    return (DRAFT_OF,) if will and not was else ()
