"""From the record to what is judged: every source's newest list, what stands now, and the reader's own draft."""

from dataclasses import dataclass, replace
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.lines import SourceKind
from akson.care.medication.question import case_of
from akson.care.medication.reconciled.agenda import Agenda, agenda
from akson.care.medication.reconciled.choices import Choice, draft_id, drafted
from akson.care.medication.reconciled.signing import Standing, settled
from akson.care.medication.sources import SourceList, sources
from akson.fhir.search.query import Term, TokenValue
from akson.record.session import RecordSession
from akson.store.values import StoredVersion
from akson.web.shell.reading import every_page, of_patient, resource, with_medications

TYPES = ("List", "MedicationStatement", "AllergyIntolerance")
OTHERS_MAX = 11
"""Other sources that are judged at once: the engine takes twelve lists in all."""


@dataclass(frozen=True, slots=True)
class Found:
    agenda: Agenda
    standing: Standing
    own: SourceList
    others: int
    """Lists of other sources in the record, those already settled too."""
    draft: Resource | None
    draft_version: int | None

    @property
    def drafted(self) -> dict[str, Choice]:
        return drafted(self.draft)

    @property
    def list_version(self) -> int:
        """Of the working List; 0 before there is one."""
        reference = self.own.reference
        return self.standing.versions.get(reference, 0) if reference else 0


async def load(
    session: RecordSession, patient: str, reader: str, at: datetime, *, again: bool = False
) -> Found:
    """`reader` is a reference; `again`: with the sources that the list has been reconciled with, too."""
    read: list[StoredVersion] = []
    for type in TYPES:
        told = await every_page(session, with_medications(of_patient(type, patient)))
        read += (*told.matches, *told.included)
    rows = [resource(one) for one in read]
    every = sources(rows, at)
    own = next(one for one in every if one.kind is SourceKind.MUNICIPALITY)
    working = next((r for r in rows if own.reference and f"List/{r['id']}" == own.reference), None)
    known = frozenset() if again else settled(working)
    others = [one for one in every if one is not own]
    judged = {one.reference for one in [o for o in others if o.reference not in known][-OTHERS_MAX:]}
    asked = tuple(one for one in every if one is own or one.reference in judged)
    case = case_of(asked, [r for r in rows if r["resourceType"] == "AllergyIntolerance"], at)
    draft, version = await _draft(session, patient, reader)
    return Found(
        agenda=agenda(asked, case),
        standing=Standing(patient, working, {f"{one.type}/{one.id}": one.version for one in read}),
        own=own,
        others=len(others),
        draft=draft,
        draft_version=version,
    )


async def _draft(session: RecordSession, patient: str, reader: str) -> tuple[Resource | None, int | None]:
    """Searched for and not read: that there is none is no refused attempt."""
    named = Term("_id", "id", None, (TokenValue(None, draft_id(patient, reader)),))
    found = (await every_page(session, replace(of_patient("Task", patient, named), count=1))).matches
    return (resource(found[0]), found[0].version) if found else (None, None)
