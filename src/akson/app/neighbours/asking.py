"""The neighbours as screens ask them: one object for each web worker, made when sharing.toml says whom to ask."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from akson.app.neighbours.declared import load
from akson.app.neighbours.opening import federation_of, finder_of, subject_of
from akson.record.session import RecordSession
from akson.sharing.federation.federation import Asked, Federation
from akson.sharing.location.finding import Finder
from akson.sharing.values import Question, Source

if TYPE_CHECKING:
    from akson.app.wiring import Node


class HouseNeighbours:
    """Fulfils `akson.web.shell.neighbours.Neighbours`."""

    def __init__(
        self, node: "Node", federation: Federation, finder: Finder | None, sources: Sequence[Source]
    ) -> None:
        self._node = node
        self._federation = federation
        self._finder = finder
        self._sources = tuple(sources)

    @classmethod
    def of(cls, node: "Node") -> "HouseNeighbours | None":
        """None on a node that knows no neighbours."""
        told = load(node.settings.data)
        federation = federation_of(node, told)
        if federation is None or not told.sources:
            return None
        return cls(node, federation, finder_of(node, told), told.sources)

    async def ask(self, session: RecordSession, patient: str, questions: Sequence[Question]) -> Asked:
        """Raises Problem NOT_FOUND for who may not, PRECONDITION AKS-SHARE-010 for one of ours without a number."""
        leave = await session.leave_to_ask(patient)
        subject = await subject_of(self._node.record, session.actor)
        finds = self._finder.find if self._finder else None
        return await self._federation.ask(session, leave, subject, questions, self._sources, finds=finds)
