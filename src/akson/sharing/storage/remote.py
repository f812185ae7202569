"""A central node over HTTP, as the source reaches it: in its own name, by a machine's token bound to its key.

    POST /sharing/storage/put   {"kind": "medication", "offers": [[{"key": ["Condition", "c1"], …}, 2]], "number": 14}
    → [3]          the version made; null: another stood there than was expected
    → 409          decided under an older switch: Fenced.  Anything else, or nothing: Away

Which tenant is meant follows from whose token it is, never from what is sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from akson.sharing.classes import SharedClass
from akson.sharing.location.telling import MachineKey
from akson.sharing.network import Network, NoReply
from akson.sharing.storage.sides import Away, Fenced, Key, Place, Stand

PATH = "/sharing/storage/"
PART_BYTES_MAX = 2 * 1024 * 1024
"""Of bodies in one call, unless a single one is larger."""
KEYS_EACH = 20
FENCED = 409
T = TypeVar("T")


class Changed(msgspec.Struct):
    after: Place
    limit: int


class Named(msgspec.Struct):
    keys: tuple[Key, ...]


class Stands(msgspec.Struct):
    stands: tuple[Stand, ...]
    looked: int
    """How many of the keys it is about, from the first; the rest is asked for again."""


class Paged(msgspec.Struct):
    kind: SharedClass
    cursor: str


class Put(msgspec.Struct):
    kind: SharedClass
    offers: tuple[tuple[Stand, int], ...]
    number: int


class Dropped(msgspec.Struct):
    key: Key
    expected: int
    kind: SharedClass
    number: int


class Opened(msgspec.Struct):
    kind: SharedClass
    number: int
    master: bool


class RemoteCentral:
    """The contract `sides.Central`, each call one request."""

    def __init__(self, address: str, key: MachineKey, network: Network) -> None:
        self._address = address
        self._key = key
        self._network = network

    async def now(self) -> Place:
        return await self._asked("now", None, Place)

    async def changed(self, after: Place, limit: int) -> Sequence[tuple[Place, tuple[Key, ...]]]:
        return await self._asked("changed", Changed(after, limit), list[tuple[Place, tuple[Key, ...]]])

    async def stand(self, keys: Sequence[Key]) -> Mapping[Key, Stand]:
        found: dict[Key, Stand] = {}
        left = list(keys)
        while left:
            answer = await self._asked("stand", Named(tuple(left)), Stands)
            found |= {stand.key: stand for stand in answer.stands}
            left = left[max(1, answer.looked) :]
        return found

    async def page(self, kind: SharedClass, cursor: str) -> tuple[Sequence[Key], str | None]:
        return await self._asked("page", Paged(kind, cursor), tuple[list[Key], str | None])

    async def put(
        self, kind: SharedClass, offers: Sequence[tuple[Stand, int]], number: int
    ) -> Sequence[int | None]:
        made: list[int | None] = []
        for part in _parts(offers):
            made += await self._asked("put", Put(kind, tuple(part), number), list[int | None])
        return made

    async def drop(self, key: Key, expected: int, kind: SharedClass, number: int) -> bool:
        return await self._asked("drop", Dropped(key, expected, kind, number), bool)

    async def open(self, kind: SharedClass, number: int, *, master: bool) -> None:
        await self._asked("open", Opened(kind, number, master), None)

    async def _asked(self, call: str, said: msgspec.Struct | None, answer: type[T] | None) -> T:
        url = f"{self._address}{PATH}{call}"
        try:
            headers = {"content-type": "application/json", **await self._key.headers("POST", url)}
            reply = await self._network.send(url, msgspec.json.encode(said), headers)
        except NoReply as silent:
            raise Away from silent
        if reply.status == FENCED:
            raise Fenced
        if reply.status == 401:
            self._key.forget()
        if reply.status != 200:
            raise Away
        try:
            return msgspec.json.decode(reply.body, type=answer)
        except msgspec.DecodeError as unreadable:
            raise Away from unreadable


def _parts(offers: Sequence[tuple[Stand, int]]) -> Iterator[list[tuple[Stand, int]]]:
    part: list[tuple[Stand, int]] = []
    size = 0
    for stand, expected in offers:
        own = len(stand.body or b"")
        if part and size + own > PART_BYTES_MAX:
            yield part
            part, size = [], 0
        part.append((stand, expected))
        size += own
    if part:
        yield part
