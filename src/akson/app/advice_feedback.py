"""How often each rule was followed or set aside, and why: counts, never whom it was about.

    <data>/cds/feedback.ndjson    {"rule": "nsaid-kidney", "outcome": "overridden", "reason": "known", "at": "2026-11-27"}

Each line is written by one call of the operating system, so that several processes may write at once.
"""

import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

REASON_MAX = 40


class FeedbackBook:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, rule: str, outcome: str, reason: str, at: datetime) -> None:
        """`reason`: a code; anything else is left out."""
        known = reason if reason.replace("-", "").isalnum() and len(reason) <= REASON_MAX else ""
        told = {"rule": rule, "outcome": outcome, "reason": known, "at": at.date().isoformat()}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, json.dumps(told).encode() + b"\n")
        finally:
            os.close(file)

    def counts(self) -> Counter[tuple[str, str, str]]:
        """(rule, outcome, reason) → how often. A line that a crash cut short is passed over."""
        found: Counter[tuple[str, str, str]] = Counter()
        if self._path.exists():
            for line in self._path.read_text("utf-8").splitlines():
                try:
                    told = json.loads(line)
                    found[told["rule"], told["outcome"], told["reason"]] += 1
                except (ValueError, KeyError, TypeError):
                    continue
        return found
