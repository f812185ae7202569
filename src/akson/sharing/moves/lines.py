"""The way to the other municipality, as moves need it. `akson.app.moving` fulfils it over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from akson.record.acts.ask_elsewhere import Leave
from akson.record.session import RecordSession


@dataclass(frozen=True, slots=True)
class Party:
    org: str
    name: str


class NoAnswer(Exception):
    """It could not be reached, or could not answer: the same is sent again later. Its text is for the officer."""


class Refused(Exception):
    """It answered, and does not take this."""


class Lines(Protocol):
    def names(self) -> Mapping[str, str]:
        """Organisation number -> name, of those that moves can be sent to."""
        ...

    async def offer(
        self, session: RecordSession, leave: Leave, to: str, person: str, decision: str, body: bytes
    ) -> bytes:
        """By the officer, vouched for about this one person. Raises NoAnswer, Refused."""
        ...

    async def tell(self, to: str, body: bytes) -> bytes:
        """By the enterprise. Raises NoAnswer, Refused."""
        ...
