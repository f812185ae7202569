"""What every screen of the message officer stands on: its menu with numbers of what waits, rows, and what was said last."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from akson.access.actor import PurposeOfUse
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.house import Visit
from akson.web.shell.post_desk import OUT, Counts, Line, Partner, PostDesk, Waiting, desk_of
from akson.web.shell.waiting import waiting

HOME = "/meldinger"
SAID = {
    "sendt": "Meldingen er lagt i kø og sendes nå.",
    "overlatt": "Saken er overlatt. Den nye eieren ser den i innboksen sin.",
    "avsluttet": "Meldingen er avsluttet. Grunnen står i historikken.",
    "knyttet": "Meldingen er knyttet til pasienten, og oppgaven ligger hos enheten.",
    "angret": "Meldingen er løst fra pasienten igjen, og det den gjorde i journalen er tatt tilbake.",
    "ferdig": "Alle i gruppen er sendt på nytt.",
}
"""Key of the address -> what became of the last act."""
COLOURS = {
    "done": "success", "accepted": "success", "duplicate": "neutral", "queued": "neutral", "draft": "neutral",
    "sent": "info", "transport_ok": "info", "received": "neutral", "retry": "neutral",
    "negative": "danger", "failed": "danger", "overdue": "warning", "refused": "danger", "parked": "danger",
    "dropped": "neutral",
}  # fmt: skip
SYMBOLS = {
    "done": "check", "accepted": "check", "negative": "stop", "failed": "alert", "overdue": "clock", "refused": "stop",
    "parked": "alert", "sent": "arrow", "transport_ok": "arrow", "queued": "clock", "draft": "clock",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MenuEntry:
    path: str
    text: str
    number: int | None
    grave: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Operations:
    menu: tuple[MenuEntry, ...]
    counts: Counts
    said: str
    checked: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A message in a list, in words."""

    path: str
    out: bool
    when: str
    partner: str
    her: str
    type: str
    id: str
    state: str
    colour: str
    symbol: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    row: Row
    number: int
    owner: str
    deadline: str
    late: str
    """`2 dager over fristen`; ""."""
    why: str
    again: str
    close: bool
    hand_over: bool
    unsent: bool


@dataclass(frozen=True, slots=True)
class ActWords:
    """What the forms on a message choose from."""

    owners: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    back: str


async def opened(visit: Visit) -> tuple[PostDesk, RecordSession]:
    """Raises Problem FORBIDDEN for everyone but the message officer."""
    return desk_of(visit), visit.open(PurposeOfUse.CARE_COORDINATION)


async def operations(
    visit: Visit, desk: PostDesk, session: RecordSession, here: str, said: str = ""
) -> Operations:
    now, numbers = visit.house.clock.now(), await desk.counts(session)
    told = said or SAID.get(visit.request.query_params.get("sagt", ""), "")
    return Operations(_menu(numbers, here), numbers, told, words.clock(now), now)


def _menu(numbers: Counts, here: str) -> tuple[MenuEntry, ...]:
    entries = (
        ("", "Status", None, False),
        ("/sok", "Søk", None, False),
        ("/feilet", "Feilet", numbers.failed, True),
        ("/frist", "Over fristen", numbers.overdue, True),
        ("/uten-pasient", "Uten pasient", numbers.unmatched, False),
        ("/regnskap", "Regnskap", numbers.unaccounted, True),
    )
    return tuple(
        MenuEntry(HOME + path, text, number, grave and bool(number), HOME + path == here)
        for path, text, number, grave in entries
    )


async def page(
    visit: Visit, session: RecordSession, template: str, view: object, *, fragment: bool = False
) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(template, frame, view, fragment=fragment)


def back(visit: Visit, given: dict[str, str], said: str, fallback: str = HOME) -> Response:
    """To the page the form stood on, when it is one of these."""
    path = gate.safe_path(given.get("tilbake", ""))
    path = path if path == HOME or path.startswith((HOME + "/", HOME + "?")) else fallback
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}sagt={said}", 303)


def partner_words(partner: Partner) -> str:
    return partner.name or (f"HER-id {partner.her}" if partner.her else "Ukjent avsender")


def row_of(line: Line, now: datetime) -> Row:
    return Row(
        path=f"{HOME}/{line.way}/{line.id}",
        out=line.way == OUT,
        when=words.moment(line.at, now),
        partner=partner_words(line.partner),
        her=line.partner.her if line.partner.name else "",
        type=line.type_words,
        id=line.msg_id,
        state=line.state_words,
        colour=COLOURS.get(line.state, "neutral"),
        symbol=SYMBOLS.get(line.state, ""),
    )


def waiting_row(one: Waiting, now: datetime) -> WaitingRow:
    return WaitingRow(
        row_of(one.line, now),
        one.line.id,
        one.owner,
        words.moment(one.deadline, now) if one.deadline else "",
        lateness(one.deadline, now) if one.deadline else "",
        one.why,
        one.acts.again,
        one.acts.close,
        one.acts.hand_over,
        one.unsent,
    )


def lateness(deadline: datetime, now: datetime) -> str:
    """`3 timer over`, `2 dager over`; "" when it is not past."""
    minutes = int((now - deadline).total_seconds() // 60)
    if minutes < 0:
        return ""
    if minutes < 120:
        return f"{minutes} minutter over"
    hours = minutes // 60
    return f"{hours} timer over" if hours < 48 else f"{hours // 24} dager over"


async def act_words(desk: PostDesk, session: RecordSession, back: str) -> ActWords:
    return ActWords(await desk.owners(session), tuple(desk.close_reasons.items()), back)
