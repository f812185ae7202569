"""Proposals for a day, found in a process of their own: the solver holds the interpreter while it looks."""

from akson.care.replanning.day import Day
from akson.care.replanning.proposal import Proposal, propose
from akson.world.apart import Apart


class ReplansApart:
    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    async def __call__(self, day: Day) -> Proposal:
        return await self._apart(propose, day)
