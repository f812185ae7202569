"""Days that nobody wrote: what happens at the hospital, hour by hour, drawn from a seed. The same seed gives the same days.

RandomDays(seed=7, days=3, begins=…).live(town, now)      does what has come due since the last look
"""

import heapq
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from akson_lab.houses.house import NotNow

if TYPE_CHECKING:
    from akson_lab.town import Town

ADMISSIONS_A_DAY = 3
COMES_BACK = 0.2
"""Chance that a "ready" is withdrawn, and said again later."""
DIES = 0.05


class RandomDays:
    """The plan is made whole when it begins, so that it does not hang on how fast the clock goes."""

    def __init__(self, seed: int, days: int, begins: datetime) -> None:
        self._chance = random.Random(f"days {seed}")
        self._agenda: list[tuple[datetime, int, str, dict[str, Any]]] = []
        self.ends = begins + timedelta(days=days)
        self.count = 0
        """Messages asked for so far."""
        self.not_now = 0
        """Those that did not fit when they came: she had died, or gone home."""
        for number in range(ADMISSIONS_A_DAY * days):
            came = begins + timedelta(hours=24 * days * self._chance.random())
            self._stay(came, f"D{number}", self._chance.randrange(7))

    @property
    def over(self) -> bool:
        return not self._agenda

    def planned(self) -> list[tuple[datetime, str, str]]:
        return [
            (at, kind, str(how.get("stay", "")))
            for at, _, kind, how in sorted(self._agenda, key=lambda a: a[:2])
        ]

    def live(self, town: "Town", now: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= now:
            _, _, kind, how = heapq.heappop(self._agenda)
            self.count += 1
            try:
                town.send(kind, **how)
            except NotNow:
                self.not_now += 1

    def _stay(self, at: datetime, stay: str, person: int) -> None:
        who: dict[str, Any] = {"stay": stay, "person": person}
        self._put(at, "admission", **who)
        at = self._later(at, 4, 20)
        self._put(at, "early-notice", **who)
        if self._chance.random() < DIES:
            self._put(self._later(at, 4, 40), "death", **who)
            return
        for _ in range(self._chance.randrange(3)):
            at = self._later(at, 6, 30)
            self._put(at, "update", expected_days=self._chance.randrange(1, 6), **who)
        at = self._later(at, 6, 30)
        self._put(at, "ready", **who)
        if self._chance.random() < COMES_BACK:
            at = self._later(at, 3, 12)
            self._put(at, "withdrawn", **who)
            at = self._later(at, 12, 40)
            self._put(at, "ready", **who)
        at = self._later(at, 6, 50)
        self._put(at, "discharge-report", **who)
        self._put(at + timedelta(minutes=10), "discharge", **who)
        self._put(at + timedelta(minutes=40), "letter", **who)
        self._put(at + timedelta(minutes=41), "letter-to-gp", **who)

    def _later(self, at: datetime, least: int, most: int) -> datetime:
        return at + timedelta(hours=least + (most - least) * self._chance.random())

    def _put(self, at: datetime, kind: str, **how: Any) -> None:
        heapq.heappush(self._agenda, (at, len(self._agenda) * 1000 + self._chance.randrange(1000), kind, how))
