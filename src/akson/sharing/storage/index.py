"""What the index is told by the switch: which patients' data of a kind is here. The index itself is `sharing.location`."""

from collections.abc import Sequence
from typing import Protocol

from akson.sharing.classes import SharedClass
from akson.sharing.storage.sides import Stand


class Index(Protocol):
    async def put(self, kind: SharedClass, stands: Sequence[Stand]) -> None:
        """The patients of these are named, but for those who have said no (`Choice.indexed`)."""
        ...

    async def drop(self, kind: SharedClass) -> None:
        """Nobody is named for this kind any more."""
        ...


class NoIndex:
    """Where no index is used."""

    async def put(self, kind: SharedClass, stands: Sequence[Stand]) -> None:
        return

    async def drop(self, kind: SharedClass) -> None:
        return
