"""The advice that the list to be would raise, beside the choice that brings it and before anybody signs (ADR 0221)."""

import asyncio
import hashlib
from dataclasses import dataclass

from akson.care.decisionsupport.advice import Advice
from akson.care.decisionsupport.resulting import Resulting, resulting
from akson.care.medication.reconciled.choices import Choices
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.advice_facts import aside_id, load
from akson.web.shell.house import Visit
from akson.web.workspace.reconciliation.loader import Found

SEEN = "sett"
"""The field that says which grave advice stood on the page she signs from."""


@dataclass(frozen=True, slots=True)
class Advised:
    said: Resulting
    aside: int
    """How many pieces somebody has set aside with a reason: not repeated here."""

    @property
    def shown(self) -> str:
        """Marks of the grave ones, for `SEEN`."""
        return ".".join(sorted({_mark(one) for one in self.said.grave}))

    def unseen(self, seen: str) -> int:
        """How many grave ones did not stand on the page that says it showed `seen`."""
        return len({_mark(one) for one in self.said.grave} - set(seen.split(".")))


async def advise(visit: Visit, session: RecordSession, found: Found, choices: Choices) -> Advised:
    now = visit.house.clock.now()
    patient = found.standing.patient
    loaded = await load(session, patient, now, drugs=False)
    edition = visit.house.rules.at(words.local(now).date())
    said = await asyncio.to_thread(resulting, loaded.facts, found.agenda, choices, edition)
    every = (*(one for told in said.rows.values() for one in told), *said.others)
    aside = [one for one in every if aside_id(patient, one) in loaded.aside]
    return Advised(said.without(aside), len(aside))


def _mark(one: Advice) -> str:
    return hashlib.sha256(one.key.encode()).hexdigest()[:12]
