"""When a receipt must be here: `deadlines.json`, the first rule that fits, and 96 hours from GenDate at the outside.

A deadline is stored with its message when that is queued: other rules later change nothing that was promised before.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("deadlines.json")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One rule: which messages, how long, in which words, and where that stands."""

    type: str
    purpose: str
    after: timedelta
    words: str
    source: str

    def fits(self, type: str, purpose: str) -> bool:
        return self.type in ("*", type) and self.purpose in ("", purpose)


@dataclass(frozen=True, slots=True)
class Deadlines:
    version: str
    outermost: timedelta
    rules: tuple[Deadline, ...]

    def rule(self, type: str, purpose: str) -> Deadline:
        return next(rule for rule in self.rules if rule.fits(type, purpose))

    def of(self, type: str, purpose: str, *, generated: datetime, queued: datetime) -> datetime:
        """From when it was queued, so that a message which waited for its commit gets its whole time; never beyond 96 hours
        of its own GenDate, and never at once."""
        outermost = max(generated + self.outermost, queued + timedelta(minutes=1))
        return min(queued + self.rule(type, purpose).after, outermost)


@cache
def in_force() -> Deadlines:
    told = json.loads(_FILE.read_text("utf-8"))
    rules = tuple(
        Deadline(r["type"], r["purpose"], timedelta(minutes=r["minutes"]), r["words"], r["source"])
        for r in told["rules"]
    )
    return Deadlines(told["version"], timedelta(hours=told["outermost_hours"]), rules)
