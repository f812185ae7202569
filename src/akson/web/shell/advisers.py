"""What the page of advice asks of whoever asks other services. `akson.app.advisers` fulfils it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from akson.care.decisionsupport.asking import OutsideCard
from akson.care.fhir_json import Resource


@dataclass(frozen=True, slots=True)
class Outside:
    """What one service said. `silent`: it did not answer in time, or not in words that can be read."""

    name: str
    cards: tuple[OutsideCard, ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """Whom something is about to be sent to."""

    name: str
    host: str


Disclose = Callable[[Receiver, Sequence[Resource]], Awaitable[None]]
"""Tells the patient's log that these rows leave for this service."""


class Advisers(Protocol):
    async def ask(self, rows: Iterable[Resource], disclose: Disclose) -> tuple[Outside, ...]:
        """Every service that is declared, at once, each after `disclose` of it is done: what it raises is raised, and
        nothing is sent. Beyond that it never raises, and never takes longer than its limit."""
        ...
