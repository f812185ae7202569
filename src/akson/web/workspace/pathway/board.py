"""Everybody in hospital or ready for discharge, the most urgent first. A fixed number of questions."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

from akson.access.actor import Actor
from akson.care.casework import beds
from akson.care.fhir_json import Resource, display
from akson.care.pathway.liability import Account
from akson.care.pathway.rules import HOSPITAL
from akson.care.pathway.stay import DISCHARGED, OVERDUE, PLANNED, READY, Stay, Step, began
from akson.care.worklist.inbox import DueWords, due_words
from akson.fhir.search.query import Query
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import person
from akson.web.shell.hospital import PatientStays, in_hospital
from akson.web.shell.letters import Letters
from akson.web.shell.reading import every_page, resources
from akson.web.workspace.pathway.account import figure
from akson.web.workspace.pathway.offers import (
    ANSWERS,
    Offers,
    period_from,
    promise_words,
    promised,
    settled_by_hand,
)
from akson.web.workspace.pathway.view import BoardRow, BoardView

PHASES = {PLANNED: "Planlagt innlagt", READY: "Utskrivningsklar", "admitted": "Innlagt", DISCHARGED: "Utskrevet",
          "dead": "Død", "none": "Trukket tilbake"}  # fmt: skip
NO_DUE = DueWords("", late=False, soon=False)
FILTERS = ("klar", "frist")
ROWS = 40
"""At first: the most urgent. The rest is one click away, and counted."""


async def places(session: RecordSession) -> list[Resource]:
    """The short-term beds, which belong to no patient."""
    found = await every_page(session, Query("Location", (), count=200))
    return [place for place in resources(found.matches) if beds.is_bed(place)]


async def load(
    session: RecordSession, letters: Letters | None, now: datetime, *, only: str = "", whole: bool = False
) -> BoardView:
    found, every_place = await asyncio.gather(in_hospital(session, letters, now), places(session))
    start, end = period_from(now)
    free = beds.free(every_place, start, end)
    new_id = letters.new_id if letters is not None else str
    mine = owner_of(session.actor)
    every = sorted((one for one in found if one.current), key=lambda one: order(_stay(one)))
    ready = [one for one in every if _stay(one).phase == READY]
    late = [one for one in every if is_late(one, now)]
    kept = {"klar": ready, "frist": late}.get(only, every)
    # What stands in a row is worked out for those alone that are shown.
    shown = kept if whole else kept[:ROWS]
    return BoardView(
        rows=tuple(row(one, *one.current, free, now, new_id, mine) for one in shown if one.current),
        more=len(kept) - len(shown),
        figure=await figure(found, letters),
        checked=words.clock(now),
        only=only if only in FILTERS else "",
        ready=len(ready),
        late=len(late),
        everybody=len(every),
    )


def _stay(one: PatientStays) -> Stay:
    assert one.current is not None, "asked of those under way"
    return one.current[0]


@lru_cache(maxsize=1024)
def unsettled(one: PatientStays) -> tuple[Step, ...]:
    """Of her stay under way. Kept, since the same patient is the same object until something is heard or falls due."""
    stay = _stay(one)
    return tuple([s for s in stay.steps if not settled_by_hand(one.tasks, s, stay)])


def is_late(one: PatientStays, now: datetime) -> bool:
    """Whether the nearest of what waits is over its deadline."""
    nearest = nearest_due(unsettled(one))
    return nearest is not None and due_words(words.local(nearest), words.local(now)).late


def order(stay: Stay) -> tuple[bool, bool, float, str]:
    """Over the deadline, then whoever lies ready, then the nearest deadline."""
    nearest = nearest_due(stay.steps)
    late = any(s.state == OVERDUE for s in stay.steps)
    return (
        not late,
        stay.phase != READY,
        nearest.timestamp() if nearest else float("inf"),
        stay.events.encounter,
    )


def nearest_due(steps: Sequence[Step]) -> datetime | None:
    return min((s.due for s in steps if s.waits and s.due is not None), default=None)


def most_urgent(steps: Sequence[Step], mine: str = "") -> list[Step]:
    """What waits: one's own first (`case-worker`, `nurse`), then late first, then by deadline."""
    return sorted(
        (s for s in steps if s.waits),
        key=lambda s: (
            bool(mine) and s.owner != mine,
            s.action not in ANSWERS,
            s.state != OVERDUE,
            s.due is None,
            s.due.timestamp() if s.due else 0.0,
        ),
    )


def owner_of(actor: Actor) -> str:
    """Whose steps are hers."""
    return "nurse" if actor.role == "nurse" else "case-worker"


def row(
    found: PatientStays,
    stay: Stay,
    account: Account,
    free: Sequence[Resource],
    now: datetime,
    new_id: Callable[[], str],
    mine: str,
) -> BoardRow:
    who = person(found.patient, words.local(now).date())
    steps = unsettled(found)
    waiting = most_urgent(steps, mine)
    offers = Offers(found, stay, free, now, new_id=new_id)
    nearest = nearest_due(steps)
    since = began(stay.events)
    own = [s for s in waiting if s.owner == mine]
    first = next(((s, made) for s in own if (made := offers.of(s, short=True))), None)
    return BoardRow(
        path=f"/pasient/{who.id}/forlop",
        name=who.name,
        facts=" · ".join(f for f in (who.age, f"f. {who.born}" if who.born else "") if f),
        phase=stay.phase,
        phase_words=PHASES.get(stay.phase, stay.phase),
        since=words.moment(since, now) if since else "",
        hospital=stay.events.hospital,
        due=due_words(words.local(nearest), words.local(now)) if nearest else NO_DUE,
        red=tuple(f"{s.title}: {s.why}" for s in waiting if s.state == OVERDUE),
        missing=tuple(dict.fromkeys(s.title for s in waiting if s.counterpart == HOSPITAL)),
        now_do=first[0].now_do if first else (own[0].now_do if own else ""),
        others=tuple(
            dict.fromkeys(s.title for s in waiting if s.owner != mine and s.counterpart != HOSPITAL)
        ),
        offers=first[1] if first else (),
        promise=promise_words(promised(found)),
        days=account.count,
        cost=cost(account),
        owner=_owner(found),
    )


def cost(account: Account) -> str:
    if not account.days:
        return ""
    if account.kroner is not None:
        return f"{account.kroner:,} kr".replace(",", "\u00a0")
    unknown = sorted({d.day.year for d in account.days if d.kroner is None})
    return f"sum ukjent: prisen for {', '.join(map(str, unknown))} er ikke lagt inn"


def _owner(found: PatientStays) -> str:
    owned = [
        display(t.get("owner"))
        for t in found.tasks
        if t.get("status") in ("requested", "accepted", "in-progress")
    ]
    return next((o for o in owned if o), "")
