"""Representation by parents: a RelatedPerson who is the patient's mother or father. Source: barneloven §§ 30, 34–35.

What a parent may do at which age is the policy's. Spec: https://hl7.org/fhir/R4/relatedperson.html; v3-RoleCode,
no-basis-family-relation, Volven 7611 FO.
"""

from collections.abc import Iterator

from akson.access.facts import Representation
from akson.record.facts.elements import Json, bounds, codings, patient_id

PARENTAL = "parental"
_PARENTS = frozenset(
    {"PRN", "MTH", "FTH", "NMTH", "NFTH", "ADOPTP", "ADOPTM", "ADOPTF", "NPRN", "mor", "far", "medmor"}
)


def parental(relative: Json) -> Iterator[Representation]:
    whose = patient_id(relative.get("patient"))
    parent = any(code in _PARENTS for _, code in codings(relative.get("relationship")))
    if not whose or not parent or relative.get("active") is False or "id" not in relative:
        return
    start, end = bounds(relative.get("period"))
    own = f"RelatedPerson/{relative['id']}"
    yield Representation(whose, own, PARENTAL, (), start, end, source=own)
