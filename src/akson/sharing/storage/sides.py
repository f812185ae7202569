"""The two sides a kind of data is carried between, as contracts: the node it is written at, and the central one.

    Stand(Key("Observation", "o1"), version=4, digest=b"…", body=b"{…}", patients=("astrid",), choice=Choice.ALL)
    Held(key, local=4, central=2, digest=b"…")     both sides were alike at these versions

A resource that is deleted stands with `body` None and the digest `GONE`. `record_side.py` is both sides on a real record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from akson.access.facts import Relation
from akson.sharing.classes import SharedClass
from akson.sharing.storage.choices import Choice
from akson.sharing.storage.switch import Placement

Place = tuple[int, int]
GONE = b""
NEVER = 0
"""The version of what never stood there."""


class Key(NamedTuple):
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Stand:
    """One resource as it stands on one side."""

    key: Key
    version: int
    digest: bytes
    """SHA-256 of body and relations, without what each node writes itself (version, time); GONE when deleted."""
    kind: SharedClass
    body: bytes | None = None
    relations: tuple[Relation, ...] = ()
    """The care relations it gives, as they counted where it was written: they are not worked out anew elsewhere."""
    patients: tuple[str, ...] = ()
    whole: bool = True
    """False: what stands is a skeleton."""
    erased: bool = False
    """Nothing of it can be read there any more, in no version."""
    choice: Choice = Choice.ALL
    """The strictest of what its patients have said."""


@dataclass(frozen=True, slots=True)
class Held:
    """At these versions both sides were alike."""

    key: Key
    local: int
    central: int
    digest: bytes
    offered: bytes = b""
    """Digest of what was on its way to the central node when this was written, and the version here it was of."""
    offered_local: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two wrote on the same. One stands, the other is kept and shown to a person: nothing that was typed goes away.

    Under central-master theirs stands, and ours is the version `local` of our history; otherwise ours stands, and theirs is
    `body`, kept here since the central node may be told to forget it.
    """

    key: Key
    local: int
    central: int
    body: bytes | None


class Fenced(Exception):
    """The central node has been told of a newer switch: look again at how things stand, then try again."""


class Away(Exception):
    """The other side does not answer; nothing is known of what became of the call."""


class Records(Protocol):
    """What both sides can do. `expected` is the version that is replaced; None instead of a new version: it was another."""

    async def now(self) -> Place: ...
    async def changed(self, after: Place, limit: int) -> Sequence[tuple[Place, tuple[Key, ...]]]: ...
    async def stand(self, keys: Sequence[Key]) -> Mapping[Key, Stand]: ...
    async def page(self, kind: SharedClass, cursor: str) -> tuple[Sequence[Key], str | None]:
        """Keys of the kind, and of what the judgement rests on, in a fixed order; where to go on, None at the end."""
        ...


class Local(Records, Protocol):
    async def placements(self) -> Mapping[SharedClass, Placement]: ...
    async def save(self, placement: Placement) -> bool:
        """False when somebody else has changed the row: the number before is no longer there."""
        ...

    async def held(self, keys: Sequence[Key]) -> Mapping[Key, Held]: ...
    async def hold(self, rows: Sequence[Held]) -> None: ...
    async def take(self, stand: Stand, expected: int) -> int | None: ...
    async def conflict(self, found: Conflict) -> None:
        """Known once, however often it is told."""
        ...

    async def sending(self, stands: Sequence[Stand]) -> None:
        """Told before it leaves, so that it stands in the patient's log."""
        ...

    async def places(self) -> tuple[Place, Place]:
        """How far the changes of this side, and of the central one, have been carried."""
        ...

    async def move(self, up: Place | None = None, down: Place | None = None) -> None: ...


class Central(Records, Protocol):
    """Every call that changes something names the number of the placement it was decided under; older ones raise Fenced."""

    async def put(
        self, kind: SharedClass, offers: Sequence[tuple[Stand, int]], number: int
    ) -> Sequence[int | None]:
        """(what is to stand, the version it replaces) → the version made, each by itself."""
        ...

    async def drop(self, key: Key, expected: int, kind: SharedClass, number: int) -> bool:
        """Erased: no version of it can be read there again. False when it stands at another version."""
        ...

    async def open(self, kind: SharedClass, number: int, *, master: bool) -> None:
        """From now on others than the source may write (or not), and nothing decided under a smaller number counts."""
        ...
