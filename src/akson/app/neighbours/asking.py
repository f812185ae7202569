"""The neighbours as screens ask them: one object for each web worker, made when sharing.toml says whom to ask."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from akson.app.neighbours.declared import load
from akson.app.neighbours.opening import federation_of, finder_of, subject_of
from akson.app.neighbours.placed import placed
from akson.app.storage.copies_door import COPY
from akson.app.storage.published import Policies
from akson.record.session import RecordSession
from akson.sharing.federation.federation import All, Asked, Federation, Narrowed
from akson.sharing.keys import Key
from akson.sharing.location.finding import Finder
from akson.sharing.values import Answer, Question, Source

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
        self._policies = Policies(node.network, node.clock)

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
        if any(source.central for source in self._sources):
            finds = self._placed
        asked = await self._federation.ask(session, leave, subject, questions, self._sources, finds=finds)
        return replace(asked, answers=tuple(map(self._aged, asked.answers)))

    async def _placed(self, person: str, key: Key) -> Narrowed:
        """Where each kind lives, and who holds something, asked for at once."""
        if self._finder is None:
            return placed(self._sources, await self._policies.of(self._sources), All(self._sources))
        policies, found = await asyncio.gather(
            self._policies.of(self._sources), self._finder.find(person, key)
        )
        return placed(self._sources, policies, found)

    def _aged(self, answer: Answer) -> Answer:
        """A copy is as old as the last change it has followed, whenever it was asked."""
        parts = (
            replace(part, as_of=self._policies.followed(part.source) or part.as_of)
            if COPY in part.source.id
            else part
            for part in answer.parts
        )
        return replace(answer, parts=tuple(parts))
