"""A patient's stays as one who may read them is told: where she is, what is due, days of liability. Read through the door.

[{"phase": "ready", "edition": "2014", "steps": [{"rule": "answer-ready", "state": "overdue", "due": …, …}],
  "liability": {"days": ["2026-11-24"], "kroner": None, "doubts": […]}, "missing": {"LOG_INNLAGT 5ad9…": ["…"]}}]
"""

from datetime import datetime
from typing import Any

from akson.app.pathways.reading import found
from akson.app.pathways.receipts import receipts_of
from akson.care.pathway import events, liability, rules
from akson.care.pathway import stay as stays
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.store.outbox import OutboxStore


async def told(
    session: RecordSession, outbox: OutboxStore, patient: str, now: datetime
) -> list[dict[str, Any]]:
    """One for each stay in hospital, by when it began. `patient` is an id."""
    encounters = await found(session, parse("Encounter", [("patient", patient), ("_count", "500")]))
    messages = await found(session, parse("Communication", [("patient", patient), ("_count", "500")]))
    heard = events.stays_of(encounters, messages, await receipts_of(outbox, messages)).stays
    accounts = liability.accounts(heard, now)
    return [
        _told(stays.stay(one, rules.load(), now), account)
        for one, account in zip(heard, accounts, strict=True)
    ]


def _told(one: stays.Stay, account: liability.Account) -> dict[str, Any]:
    return {
        "encounter": one.events.encounter,
        "phase": one.phase,
        "edition": one.edition,
        "red": list(one.red),
        "now": one.now_do,
        "steps": [
            {
                "rule": step.rule,
                "state": step.state,
                "due": step.due.isoformat() if step.due else None,
                "why": step.why,
                "owner": step.owner,
                "source": step.source,
            }
            for step in one.steps
        ],
        "said": [
            {
                "kind": s.kind,
                "told": s.told.isoformat(),
                "receipt": s.receipt.state if s.receipt else "",
                "missing": list(s.missing),
            }
            for s in one.events.said
        ],
        "liability": {
            "days": [day.day.isoformat() for day in account.days],
            "why": [day.why for day in account.days],
            "kroner": account.kroner,
            "doubts": list(account.doubts),
            "source": account.source,
        },
    }
