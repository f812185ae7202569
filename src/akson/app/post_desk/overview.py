"""Status of flows: what went and came today, who is silent, which certificates run out, and whether the books agree."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from akson.app.post_desk.parts import Parts, partners, type_words
from akson.app.posting import ledgers
from akson.exchange.inbox.planning import MATCH_PATIENT, TASKS
from akson.exchange.ledger import ledger as books
from akson.exchange.outbox import states
from akson.exchange.sealing import certificates as reading
from akson.exchange.sealing import expiry
from akson.exchange.sealing.certificates import Certificate as Read
from akson.exchange.silence.watching import silent_flows
from akson.exchange.times import NORWAY
from akson.fhir.problem import Problem
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.session import RecordSession
from akson.store.post_desk import FlowRow
from akson.web.shell.post_desk import (
    IN,
    OUT,
    Certificate,
    Counts,
    Deviations,
    Difference,
    Flow,
    Overview,
    Partner,
    PartnerBook,
    Silent,
)

COUNTED_MAX = 10_000
HEARD_WITHIN = timedelta(days=90)
USES = {"signature": "signering", "encryption": "kryptering"}
WAYS = {"out": OUT, "in": IN}
NODE = "noden"
OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")


async def counts(parts: Parts, session: RecordSession) -> Counts:
    failed = await parts.rows.open_out(parts.whose, (states.FAILED, states.NEGATIVE), limit=COUNTED_MAX)
    overdue = await parts.rows.open_out(parts.whose, (states.OVERDUE,), limit=COUNTED_MAX)
    found = await session.search(unmatched_query(count=0))
    return Counts(
        failed=len(failed),
        overdue=len(overdue),
        unmatched=found.total or 0,
        parked=len(await parts.rows.parked(parts.whose, COUNTED_MAX)),
        unaccounted=(await books.read_ledger(parts.books)).unaccounted,
    )


def unmatched_query(*statuses: str, count: int) -> Query:
    """Items that ask whose a message is."""
    terms = (
        Term("code", "token", None, (TokenValue(TASKS, MATCH_PATIENT),)),
        Term("status", "token", None, tuple(TokenValue(None, s) for s in statuses or OPEN)),
    )
    if count == 0:
        return Query("Task", terms, count=0, summary="count", total="accurate")
    return Query("Task", terms, count=count)


async def overview(parts: Parts, session: RecordSession) -> Overview:
    now = parts.clock.now()
    rows = await parts.rows.flows(parts.whose, midnight(now))
    heard = {h.partner: h for h in await parts.rows.heard(parts.whose, now - HEARD_WITHIN)}
    faults = await parts.rows.deviations(parts.whose, now - HEARD_WITHIN)
    named = await partners(
        session, {row.partner for row in rows} | set(heard) | {fault.partner for fault in faults}
    )
    ledger = await books.read_ledger(parts.books)
    own = await _hers(parts, list(_own_certificates(parts.keys)))
    return Overview(
        flows=tuple(
            _flow(row, named[row.partner], heard[row.partner].heard if row.partner in heard else None)
            for row in rows
        ),
        differences=differences(ledger),
        silent=await silent(parts, session, now),
        certificates=tuple(_alarm(alarm) for alarm in expiry.alarms(own, now)),
        has_certificates=bool(own),
        deviations=tuple(
            Deviations(named[f.partner], f.about_ours, f.sent, f.about_theirs, f.received) for f in faults
        ),
    )


async def silent(parts: Parts, session: RecordSession, now: datetime) -> tuple[Silent, ...]:
    found = await silent_flows(parts.books, now)
    books = await _partners_books(parts)
    nodes = {her: words for her, row in books.items() if (words := ledgers.unheard(row, now))}
    named = await partners(session, {flow.partner for flow in found} | set(nodes))
    return (
        *(Silent(named[her], NODE, words) for her, words in nodes.items()),
        *(
            Silent(named[flow.partner], type_words(flow.type) if flow.type else "", flow.silence.words)
            for flow in found
        ),
    )


async def compared(parts: Parts, session: RecordSession) -> tuple[PartnerBook, ...]:
    """What was found the last time each partner's book was beside ours."""
    rows = await _partners_books(parts)
    named = await partners(session, set(rows))
    return tuple(
        PartnerBook(
            named[her],
            datetime.fromisoformat(row["compared"]) if row.get("compared") else None,
            tuple(ledgers.differences(her, row).values()),
            bool(row.get("why")),
        )
        for her, row in rows.items()
    )


async def _partners_books(parts: Parts) -> dict[str, dict[str, Any]]:
    """HER-id of a partner -> what was found of this tenant's post; none of partners who are asked for another's alone."""
    found: dict[str, dict[str, Any]] = {}
    for her, row in ledgers.read(parts.data).items():
        compared_for = {await parts.directory.owner(own) for own in row.get("ours", ())} or {None}
        if any(parts.hers(tenant) for tenant in compared_for):
            found[her] = await _only_hers(parts, row)
    return found


async def _only_hers(parts: Parts, row: dict[str, Any]) -> dict[str, Any]:
    told = dict(row)
    for way in ("out", "into"):
        kinds: dict[str, list[str]] = row.get(way, {})
        ids = [id for listed in kinds.values() for id in listed]
        of = await parts.books.owners(ids, sent=way == "out")
        told[way] = {kind: [id for id in listed if parts.hers(of.get(id))] for kind, listed in kinds.items()}
    return told


async def _hers(parts: Parts, own: list[Read]) -> list[Read]:
    """By the number in the register of enterprises: the municipality's own, and for the first tenant what is nobody's."""
    directory = parts.directory.afresh()
    return [c for c in own if parts.hers(await directory.owner(f"ENH:{c.organisation_number}"))]


def differences(ledger: books.Ledger) -> tuple[Difference, ...]:
    return tuple(
        Difference(d.words, WAYS[d.kind.partition("-")[0]] if d.kind[:3] in ("out", "in-") else "", d.ids)
        for d in ledger.differences
    )


def midnight(now: datetime) -> datetime:
    """The beginning of the Norwegian day."""
    return datetime.combine(now.astimezone(NORWAY).date(), time(), NORWAY)


def _flow(row: FlowRow, partner: Partner, heard: datetime | None) -> Flow:
    return Flow(
        WAYS[row.way],
        partner,
        row.type,
        type_words(row.type),
        row.total,
        row.queued,
        row.unconfirmed,
        row.done,
        row.refused,
        row.failed,
        row.overdue,
        heard,
    )


def _own_certificates(folder: Path) -> Iterator[Read]:
    """Those that stand beside a key: what is not ours is not ours to renew."""
    for path in sorted(folder.glob("*/*.key.pem")):
        try:
            yield reading.read(path.with_name(f"{path.name.removesuffix('.key.pem')}.pem").read_bytes())
        except (OSError, Problem):
            # Half a pair is what `akson doctor` tells of.
            continue


def _alarm(alarm: expiry.Alarm) -> Certificate:
    use = " og ".join(USES[use] for use in sorted(use.value for use in alarm.uses))
    return Certificate(alarm.name, use, alarm.valid_until, alarm.days, alarm.severity.name.lower())
