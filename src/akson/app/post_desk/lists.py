"""Messages in lists: the search, what failed by cause, and what is late."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from akson.app.post_desk.overview import WAYS
from akson.app.post_desk.parts import Parts, owner_of, partners, tasks, type_words
from akson.exchange.outbox import states
from akson.exchange.outbox.causes import Again, Cause, cause_of
from akson.exchange.outbox.deadlines import in_force
from akson.exchange.outbox.words import status
from akson.exchange.times import NORWAY
from akson.record.session import RecordSession
from akson.store.outbox_rows import OutboxRow
from akson.store.post_desk import IN_STATES, OUT_STATES, Found, Sought
from akson.web.shell.post_desk import (
    OUT,
    PAGE,
    Acts,
    Asked,
    CauseGroup,
    Choices,
    Line,
    Lines,
    Partner,
    Waiting,
)

SEEN_WITHIN = timedelta(days=365)
LISTED_MAX = 500
SHOWN_EACH = 50
"""Rows of one cause; the rest are counted, and a sending of all takes them too."""
STATES: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "i-ko": ("i kø", (states.QUEUED, states.DRAFT), ()),
    "sendt": ("sendt, ikke bekreftet", (states.SENT, states.TRANSPORT_OK), ()),
    "bekreftet": ("bekreftet av mottaker", (states.DONE,), ()),
    "avvist": ("avvist av mottaker", (states.NEGATIVE,), ()),
    "ikke-sendt": ("ikke sendt", (states.FAILED,), ()),
    "ikke-bekreftet": ("ikke bekreftet innen fristen", (states.OVERDUE,), ()),
    "tatt-imot": ("mottatt og tatt imot", (), ("accepted",)),
    "avvist-her": ("mottatt og avvist av oss", (), ("refused",)),
    "duplikat": ("mottatt på nytt (duplikat)", (), ("duplicate",)),
    "venter-her": ("mottatt, venter hos oss", (), ("received", "retry", "parked")),
}
"""Key -> (words, of what went out, of what came in)."""
IN_WORDS = {
    "received": "mottatt, ikke behandlet ennå",
    "retry": "mottatt, prøves på nytt",
    "accepted": "tatt imot",
    "refused": "avvist av oss",
    "duplicate": "mottatt på nytt (duplikat)",
    "parked": "satt til side",
}


async def choices(parts: Parts, session: RecordSession) -> Choices:
    heard = await parts.rows.heard(parts.whose, parts.clock.now() - SEEN_WITHIN)
    named = await partners(session, {h.partner for h in heard})
    types = [(code, type_words(code)) for code in await parts.rows.types(parts.whose)]
    return Choices(
        tuple(sorted(named.values(), key=lambda p: (p.name or "~", p.her))),
        tuple(sorted(types, key=lambda pair: pair[1])),
        tuple((key, told[0]) for key, told in STATES.items()),
    )


async def search(parts: Parts, session: RecordSession, asked: Asked) -> Lines:
    sought = _sought(asked)
    found = await parts.rows.found(parts.whose, sought)
    if not found and sought.msg_id:
        # What was typed may be the id of the conversation; the address need not say which.
        found = await parts.rows.found(parts.whose, _sought(asked, as_conversation=True))
    lines = await _lines(parts, session, found[:PAGE])
    return Lines(lines, _further(found[:PAGE], sought) if len(found) > PAGE else "")


def _sought(asked: Asked, *, as_conversation: bool = False) -> Sought:
    _, out_states, in_states = STATES.get(asked.state, ("", OUT_STATES, IN_STATES))
    before_out, _, before_in = asked.cursor.partition("-")
    id = asked.id.strip().lower()
    return Sought(
        partner=asked.partner,
        type=asked.type,
        out_states=out_states,
        in_states=in_states,
        since=datetime.combine(asked.since, time(), NORWAY) if asked.since else None,
        until=datetime.combine(asked.until + timedelta(days=1), time(), NORWAY) if asked.until else None,
        msg_id="" if as_conversation else id,
        conversation=id if as_conversation else "",
        before_out=_number(before_out),
        before_in=_number(before_in),
        limit=PAGE + 1,
    )


def _further(shown: Sequence[Found], sought: Sought) -> str:
    """Each way goes on from the last number shown of it: what comes meanwhile moves nothing."""
    lowest = {way: [f.id for f in shown if f.way == way] for way in ("out", "in")}
    out = min(lowest["out"], default=sought.before_out)
    came = min(lowest["in"], default=sought.before_in)
    return f"{'' if out is None else out}-{'' if came is None else came}"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


async def _lines(parts: Parts, session: RecordSession, found: Sequence[Found]) -> tuple[Line, ...]:
    named = await partners(session, {f.partner for f in found})
    sent = {f.id: row for f in found if f.way == "out" and (row := await parts.row(f.id))}
    known = await tasks(session, (row.sending.item for row in sent.values()))
    return tuple(
        Line(
            WAYS[f.way],
            f.id,
            f.at,
            named[f.partner],
            f.type,
            type_words(f.type),
            f.msg_id,
            f.state,
            status(sent[f.id].sending, owner_of(sent[f.id], known))
            if f.id in sent and f.way == "out"
            else IN_WORDS[f.state],
        )
        for f in found
    )


def line_of(row: OutboxRow, partner: Partner, owner: str) -> Line:
    return Line(
        OUT,
        row.id,
        row.sending.queued_at or row.made_at,
        partner,
        row.type,
        type_words(row.type),
        row.msg_id,
        row.sending.state,
        status(row.sending, owner),
    )


async def codes_of(parts: Parts, row: OutboxRow) -> tuple[str, ...]:
    """8221 of the receipt that counts."""
    if row.sending.receipt is None:
        return ()
    kept = await parts.sent.receipts(row.id)
    return next((r.codes for r in reversed(kept) if r.digest == row.sending.receipt), ())


def acts_of(row: OutboxRow, cause: Cause | None) -> Acts:
    if row.sending.state not in states.NOT_DONE or row.sending.closed:
        return Acts()
    again = cause.again.value if cause is not None and cause.again is not Again.NEVER else ""
    return Acts(again=again, close=True, hand_over=bool(row.sending.item))


async def failed(parts: Parts, session: RecordSession) -> tuple[CauseGroup, ...]:
    """Largest group first."""
    ids = await parts.rows.open_out(parts.whose, (states.FAILED, states.NEGATIVE), limit=LISTED_MAX)
    groups: dict[str, tuple[Cause, list[OutboxRow]]] = {}
    for row in await rows_of(parts, ids):
        cause = cause_of(row.sending, await codes_of(parts, row))
        groups.setdefault(cause.key, (cause, []))[1].append(row)
    ordered = sorted(groups.values(), key=lambda group: (-len(group[1]), group[0].key))
    return tuple([await _group(parts, session, cause, rows) for cause, rows in ordered])


async def _group(parts: Parts, session: RecordSession, cause: Cause, rows: list[OutboxRow]) -> CauseGroup:
    shown = await waiting(parts, session, rows[:SHOWN_EACH], {row.id: cause for row in rows})
    code = cause.key if len(cause.key) == 3 else ""
    again = "" if cause.again is Again.NEVER else cause.again.value
    return CauseGroup(
        cause.key, code, cause.title, cause.remedy, again, shown, max(0, len(rows) - SHOWN_EACH)
    )


async def overdue(parts: Parts, session: RecordSession) -> tuple[Waiting, ...]:
    """Latest deadline last: who has waited longest comes first."""
    rows = await rows_of(parts, await parts.rows.open_out(parts.whose, (states.OVERDUE,), limit=LISTED_MAX))
    rows.sort(key=lambda row: (row.sending.deadline or row.made_at, row.id))
    return await waiting(parts, session, rows, {row.id: cause_of(row.sending) for row in rows})


async def rows_of(parts: Parts, ids: Iterable[int]) -> list[OutboxRow]:
    return [row for id in ids if (row := await parts.row(id)) is not None]


async def waiting(
    parts: Parts, session: RecordSession, rows: Sequence[OutboxRow], causes: dict[int, Cause]
) -> tuple[Waiting, ...]:
    named = await partners(session, {row.receiver for row in rows})
    known = await tasks(session, (row.sending.item for row in rows))
    return tuple(
        Waiting(
            line_of(row, named[row.receiver], owner_of(row, known)),
            owner_of(row, known) or "Meldingsansvarlig",
            row.sending.deadline,
            in_force().rule(row.type, row.purpose).words,
            acts_of(row, causes.get(row.id)),
            row.sending.handed_at is None,
        )
        for row in rows
    )
