"""What the page of others' data asks of whoever asks them. `akson.app.neighbours.asking` fulfils it."""

from collections.abc import Sequence
from typing import Protocol

from akson.record.session import RecordSession
from akson.sharing.federation.federation import Asked
from akson.sharing.values import Question


class Neighbours(Protocol):
    async def ask(self, session: RecordSession, patient: str, questions: Sequence[Question]) -> Asked:
        """Within the budget, whatever the neighbours do. Raises Problem NOT_FOUND for who may not ask about her."""
        ...
