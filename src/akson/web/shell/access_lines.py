"""Lines of the access log folded to what a human asks: who, when, why, and were they let in.

One look at a page makes many events; those of one person within half an hour, for the same reason, become one entry.
Shared by the staff's and the citizen's view of the log; who may read it is the record's business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from akson.record.session import RecordSession
from akson.record.values import AccessLine
from akson.web.shell import words

SAME_LOOK = timedelta(minutes=30)
LINES_MAX = 300
OLDER = "eldre"
PLACE_DIGITS_MAX = 18
READ_ACTIONS = ("read", "vread", "history", "export")
OPENED = "så i journalen"
LISTED = "så opplysninger i en liste eller et søk"
PERSONAL_PURPOSE = "patient-request"
PURPOSE_WORDS = {
    "treatment": "helsehjelp",
    "emergency": "øyeblikkelig hjelp",
    "care-coordination": "samordning av tjenester",
    "administration": "administrasjon",
    "patient-request": "innsyn i egen journal",
    "research": "forskning",
    "operations": "drift",
}


@dataclass(frozen=True, slots=True)
class LogEntry:
    name: str
    role: str
    unit: str
    first: datetime
    last: datetime
    permitted: bool
    deeds: tuple[str, ...]
    """`så i journalen`, `skrev i journalen`, `leverte en melding`; for a refusal what was tried."""
    why: str
    purpose: str
    events: int
    personal: bool
    """Made by a citizen or her proxy, not by somebody at work: the name alone does not tell a nurse from her namesake."""

    @property
    def clock(self) -> str:
        """`08:12`, or `08:12–08:20` when it lasted."""
        first, last = words.clock(self.first), words.clock(self.last)
        return first if first == last else f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class LogDay:
    title: str
    entries: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of a patient's log."""

    days: tuple[LogDay, ...]
    older: str
    """Query that leads to what is older, `?eldre=4711`; "" at the end of the log."""
    newest: bool
    """Whether this is the first page."""

    @property
    def refused(self) -> int:
        """How many were turned away, of those shown."""
        return sum(not entry.permitted for day in self.days for entry in day.entries)


ACT_DEEDS = {
    "identify": ("søkte deg fram", "prøvde å søke deg fram"),
    "disclose": ("sendte opplysninger om deg til en annen tjeneste", "prøvde å sende opplysninger om deg"),
    "open-emergency": ("åpnet journalen med nødtilgang", "prøvde å åpne journalen med nødtilgang"),
    "declare-relation": ("oppga å gi deg helsehjelp", "prøvde å åpne journalen ved å oppgi helsehjelp"),
    "lift-restriction": ("opphevet en sperre", "prøvde å oppheve en sperre"),
    "read-offline": ("så i journalen uten nett", "så i journalen uten nett"),
    "open-message": ("åpnet en melding om deg", "prøvde å åpne en melding om deg"),
    "match-message": ("knyttet en melding til journalen", "prøvde å knytte en melding til journalen"),
    "plan-entry": ("skrev i den delte planen", "prøvde å se eller skrive i den delte planen"),
    "ask-elsewhere": ("spurte andre om deg", "prøvde å spørre andre om deg"),
    "move-sent": ("sendte opplysninger dit du flytter", "prøvde å sende opplysninger dit du flytter"),
    "move-told": ("førte inn hva den andre kommunen gjorde", "prøvde å føre inn noe om flyttingen"),
    "close": ("endret sperringer", "prøvde å endre sperringer"),
    "review": ("vurderte en åpning av journalen", "prøvde å vurdere en åpning av journalen"),
}
"""What an act is called: carried out, and refused."""


def deed(line: AccessLine) -> str:
    """`så i journalen`; for a refusal what was tried."""
    if line.action in ACT_DEEDS:
        return ACT_DEEDS[line.action][not line.permitted]
    if line.action in READ_ACTIONS:
        return OPENED if line.permitted else "prøvde å åpne journalen"
    if line.action == "search":
        return LISTED if line.permitted else "prøvde å søke i journalen"
    if line.action == "receive":
        return "leverte en melding" if line.permitted else "prøvde å levere en melding"
    if line.action == "log":
        return "så i tilgangsloggen" if line.permitted else "prøvde å se tilgangsloggen"
    return "skrev i journalen" if line.permitted else "prøvde å skrive i journalen"


def _unit(line: AccessLine) -> str:
    """Another enterprise is named with its unit already."""
    return "" if line.name.endswith(line.unit) else line.unit


def _same_look(entry: LogEntry, line: AccessLine) -> bool:
    """Lines come newest first, so `line` is older than what the entry holds."""
    who = (entry.name, entry.role, entry.unit, entry.permitted, entry.why)
    near = (
        entry.first - line.at <= SAME_LOOK and words.local(entry.first).date() == words.local(line.at).date()
    )
    return near and who == (line.name, words.role_word(line.role), _unit(line), line.permitted, line.words)


def _entry(line: AccessLine) -> LogEntry:
    return LogEntry(
        name=line.name,
        role=words.role_word(line.role),
        unit=_unit(line),
        first=line.at,
        last=line.at,
        permitted=line.permitted,
        deeds=(deed(line),),
        why=line.words,
        purpose=PURPOSE_WORDS.get(line.purpose, line.purpose),
        events=1,
        personal=not line.role and not line.unit and line.purpose == PERSONAL_PURPOSE,
    )


def _joined(deeds: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in the order they stand. One who opened the record has seen more than a list tells."""
    once = dict.fromkeys(deeds)
    if OPENED in once:
        once.pop(LISTED, None)
    return tuple(once)


def _with(entry: LogEntry, line: AccessLine) -> LogEntry:
    return LogEntry(
        name=entry.name,
        role=entry.role,
        unit=entry.unit,
        first=line.at,
        last=entry.last,
        permitted=entry.permitted,
        deeds=_joined((*entry.deeds, deed(line))),
        why=entry.why,
        purpose=entry.purpose,
        events=entry.events + 1,
        personal=entry.personal,
    )


def entries(lines: Iterable[AccessLine]) -> list[LogEntry]:
    """Newest first. An entry takes in an older line when no more than half an hour lies between them."""
    folded: list[LogEntry] = []
    for line in sorted(lines, key=lambda one: (one.at, one.index), reverse=True):
        place = next((n for n, entry in enumerate(folded) if _same_look(entry, line)), None)
        if place is None:
            folded.append(_entry(line))
        else:
            folded[place] = _with(folded[place], line)
    return folded


def place_asked(request: Request) -> int | None:
    """The place in the log to go on from, when the address names one."""
    text = request.query_params.get(OLDER, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= PLACE_DIGITS_MAX else None


async def log_page(session: RecordSession, patient: str, before: int | None, now: datetime) -> LogPage:
    """A page of the log, newest first.

    Raises: Problem(NOT_FOUND) when the reader may not see it.
    """
    lines = await session.access_log(patient, count=LINES_MAX, before=before)
    older = f"?{OLDER}={min(line.index for line in lines)}" if len(lines) >= LINES_MAX else ""
    return LogPage(days(lines, now), older, newest=before is None)


def days(lines: Iterable[AccessLine], now: datetime) -> tuple[LogDay, ...]:
    """Entries under the day they happened, newest day first."""
    by_day: dict[str, list[LogEntry]] = {}
    for entry in entries(lines):
        by_day.setdefault(words.long_day(entry.last, now), []).append(entry)
    return tuple(LogDay(title, tuple(found)) for title, found in by_day.items())
