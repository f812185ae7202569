"""What the screen of re-planning asks of whoever has time to find a proposal. `akson.app.replanning` fulfils it."""

from typing import Protocol

from akson.care.replanning.day import Day
from akson.care.replanning.proposal import Proposal


class Replans(Protocol):
    async def __call__(self, day: Day) -> Proposal:
        """Takes some seconds. Raises NotFeasible, or BrokenProcessPool when the one who looked for it died."""
        ...
