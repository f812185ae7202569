"""What the reconciliation engine is asked: source lists as a Case."""

from collections.abc import Iterable
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.reconciliation.case import Case
from akson.care.medication.sources import SourceList


def case_of(
    sources: Iterable[SourceList], allergies: Iterable[Resource], at: datetime, *, id: str = ""
) -> Case:
    """The lists oldest first; a line's id in the Case is `SourceLine.id`, a list's source is its `SourceKind`.

    `allergies` are AllergyIntolerance resources; refuted, resolved and erroneous ones are left out.
    """
    raise NotImplementedError
