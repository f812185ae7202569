"""The index itself: statements in, holdings out. A person is a keyed hash here; the key is this index's alone.

A copy of its tables says nothing of anybody without the key: eleven digits are few enough to be tried out, so a plain hash
would be no protection (docs/adr/0230).
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.classes import SharedClass
from akson.sharing.location.values import Holding, Statement
from akson.store.location import LocationStore
from akson.world import Clock

PERSONS_MAX = 10
REF_BYTES_MAX = 64


class Index:
    """`key`: at least 32 bytes that no other installation has."""

    def __init__(self, store: LocationStore, key: bytes, *, clock: Clock) -> None:
        assert len(key) >= 32
        self._store = store
        self._key = key
        self._clock = clock

    async def hear(self, source: str, said: Statement) -> None:
        """Raises Problem INVALID AKS-SHARE-020 for a statement that is none."""
        right = 0 < len(said.ref) <= REF_BYTES_MAX and len(said.persons) <= PERSONS_MAX
        if not right or not all(_is_number(person) for person in said.persons):
            raise Problem(
                ProblemKind.INVALID,
                "AKS-SHARE-020",
                "This is no statement about who holds what.",
                now="Send a reference, national ids of eleven digits and kinds with the day they began.",
            )
        holds: dict[str, date] = {kind.value: since for kind, since in said.holds.items()}
        hashed = [self._hash(person) for person in said.persons]
        await self._store.replace(source, said.ref, hashed, holds, self._clock.now())

    async def who(self, persons: Sequence[str]) -> tuple[Holding, ...]:
        """Everything that is held about one person, under any of these numbers of hers."""
        rows = await self._store.who([self._hash(person) for person in persons])
        return tuple(Holding(row.source, SharedClass(row.kind), row.since, row.told) for row in rows)

    def _hash(self, person: str) -> bytes:
        return hmac.new(self._key, person.encode(), hashlib.sha256).digest()


def _is_number(text: str) -> bool:
    return len(text) == 11 and text.isascii() and text.isdecimal()
