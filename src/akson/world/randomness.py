"""Chance. Ids, salts and jitter come from here, so that a simulation repeats from its seed."""

import random
import secrets
import uuid
from typing import Protocol


class Random(Protocol):
    def bytes(self, count: int) -> bytes: ...
    def uuid(self) -> uuid.UUID: ...


class SystemRandom:
    """The operating system's secure source."""

    def bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def uuid(self) -> uuid.UUID:
        return uuid.uuid4()


class SeededRandom:
    """Repeatable; never for keys or salts of a real node."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def bytes(self, count: int) -> bytes:
        return self._source.randbytes(count)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(bytes=self.bytes(16), version=4)
