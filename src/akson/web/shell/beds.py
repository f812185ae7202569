"""What screens ask of whoever keeps the beds: one is held, or given back. `akson.app.pathways.held` fulfils it.

A bed belongs to no patient, and no case worker may write it: the house holds it for her, when she may hold it at all.
"""

from typing import Protocol

from akson.care.casework.beds import Hold
from akson.care.fhir_json import Resource
from akson.record.session import RecordSession


class KeepsBeds(Protocol):
    async def hold(self, session: RecordSession, bed: str, wanted: Hold) -> Resource:
        """The hold, on that very bed (id of a Location). Safe to repeat under the same id.

        Raises Problem CONFLICT AKS-CASE-010 when somebody else has it; FORBIDDEN AKS-CASE-020 for one who may not.
        """
        ...

    async def give_back(self, session: RecordSession, hold: str, reason: str) -> bool: ...
