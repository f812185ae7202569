"""What the page of advice asks of whoever asks other services. `akson.app.advisers` fulfils it."""

from collections.abc import Iterable
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


class Advisers(Protocol):
    async def ask(self, rows: Iterable[Resource]) -> tuple[Outside, ...]:
        """Every service that is declared, at once. Never raises, never takes longer than its limit."""
        ...
