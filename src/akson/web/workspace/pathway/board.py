"""Everybody in hospital or ready for discharge, the most urgent first. A fixed number of questions."""

from collections.abc import Callable, Sequence
from datetime import datetime

from akson.access.actor import Actor
from akson.care.casework import beds
from akson.care.fhir_json import Resource, concept_text, display
from akson.care.pathway.liability import Account
from akson.care.pathway.rules import HOSPITAL
from akson.care.pathway.stay import DISCHARGED, OVERDUE, PLANNED, READY, Stay, Step, began
from akson.care.worklist import conservation
from akson.care.worklist.inbox import DueWords, due_words
from akson.fhir.search.query import Query
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import person
from akson.web.shell.hospital import PatientStays, in_hospital
from akson.web.shell.letters import Letters
from akson.web.shell.reading import every_page, resources
from akson.web.workspace.pathway.offers import (
    ANSWERS,
    Offers,
    period_from,
    promise_words,
    promised,
    settled_by_hand,
)
from akson.web.workspace.pathway.view import BoardRow, BoardView, Figure, Sum

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
    found = await in_hospital(session, letters, now)
    start, end = period_from(now)
    free = beds.free(await places(session), start, end)
    new_id = letters.new_id if letters is not None else str
    mine = owner_of(session.actor)
    rows = [
        (order(one.current[0]), row(one, *one.current, free, now, new_id, mine))
        for one in found
        if one.current
    ]
    every = [shown for _, shown in sorted(rows, key=lambda pair: pair[0])]
    kept = {"klar": [r for r in every if r.phase == READY], "frist": [r for r in every if r.due.late]}.get(
        only, every
    )
    return BoardView(
        rows=tuple(kept if whole else kept[:ROWS]),
        more=0 if whole else max(0, len(kept) - ROWS),
        figure=figure(found),
        checked=words.clock(now),
        only=only if only in FILTERS else "",
        ready=sum(r.phase == READY for r in every),
        late=sum(r.due.late for r in every),
        everybody=len(every),
    )


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
    steps = [s for s in stay.steps if not settled_by_hand(found.tasks, s, stay)]
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


def figure(found: Sequence[PatientStays]) -> Figure:
    """The account of what is to be done for those on the board, and of the beds held for them."""
    tasks = [(one, task) for one in found for task in one.tasks]
    counted = conservation.count(task for _, task in tasks)
    held = [(one, hold) for one in found for hold in one.holds]
    nobodys = set(counted.without_owner)
    by_state: dict[str, list[tuple[str, str, str]]] = {}
    for one, task in tasks:
        state = _state(conservation.count([task]))
        by_state.setdefault(state, []).append(_counted(one, concept_text(task.get("code")) or "Oppgave"))
        if f"Task/{task['id']}" in nobodys:
            by_state.setdefault("uten eier", []).append(
                _counted(one, concept_text(task.get("code")) or "Oppgave")
            )
    sums = tuple(
        Sum(label, len(by_state.get(label, ())), tuple(by_state.get(label, ())))
        for label in ("åpne", "gjort", "avlyst med grunn", "flyttet", "uten begrunnelse", "uten eier")
        if by_state.get(label) or label in ("åpne", "gjort", "uten eier")
    )
    kept = tuple(_counted(one, promise_words(hold)) for one, hold in held)
    return Figure(
        words=conservation.words(counted),
        good=counted.balances and not nobodys,
        kinds=(
            ("Oppgaver", conservation.in_full(counted), sums),
            ("Plasser", f"{len(kept)} holdt", (Sum("holdt", len(kept), kept),)),
        ),
    )


def _state(one: conservation.Count) -> str:
    if one.open:
        return "åpne"
    if one.done:
        return "gjort"
    if one.moved:
        return "flyttet"
    return "avlyst med grunn" if one.cancelled else "uten begrunnelse"


def _counted(one: PatientStays, what: str) -> tuple[str, str, str]:
    name = ((one.patient.get("name") or [{}])[0]) or {}
    called = ", ".join(p for p in (str(name.get("family") or ""), " ".join(name.get("given") or [])) if p)
    return f"/pasient/{one.id}/forlop", called or "Uten navn", what
