"""The officer's questions to the whole log, and the cases that patterns have pointed at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from akson.audit.event import AccessEvent
from akson.record.access_lines import line_of
from akson.record.log_search import CaseRow, LogFound, LogQuestion
from akson.web.shell import words
from akson.web.shell.access_lines import OLDER, PURPOSE_WORDS, deed

TEXT_MAX = 64
DATE_LENGTH = 10
KIND_WORDS = {
    "neighbour": "Nabo",
    "colleague": "Kollega",
    "celebrity": "Kjent person",
    "family": "Tidligere ektefelle eller familie",
    "browsing": "Mange journaler",
}
FIELDS = ("ansatt", "journal", "enhet", "fra", "til", "utfall", "formal")


@dataclass(frozen=True, slots=True)
class Hit:
    """Events of one request about one patient."""

    when: str
    """`24.11.2026 kl. 08:12`."""
    name: str
    actor: str
    role: str
    unit: str
    patient: str
    permitted: bool
    deed: str
    purpose: str
    why: str
    events: int


@dataclass(frozen=True, slots=True)
class SearchView:
    asked: Mapping[str, str]
    """What was typed, by name of field."""
    wrong: str
    """What is said of a field that cannot be understood, or ""."""
    hits: tuple[Hit, ...] | None
    """None before anything was asked."""
    older: str
    purposes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaseView:
    id: int
    kind: str
    name: str
    actor: str
    unit: str
    patients: tuple[str, ...]
    reasons: tuple[str, ...]
    when: str
    search: str
    """Query of the search that shows the looks."""


def typed(query: Mapping[str, str]) -> dict[str, str]:
    return {name: query.get(name, "").strip()[:TEXT_MAX] for name in FIELDS}


def question(asked: Mapping[str, str], before: int | None) -> LogQuestion:
    """Raises ValueError for a day that is none. A day begins and ends on a Norwegian clock."""
    until = _day(asked["til"])
    return LogQuestion(
        actor=asked["ansatt"],
        patient=asked["journal"],
        unit=asked["enhet"],
        since=_day(asked["fra"]),
        until=until and until + timedelta(days=1),
        outcome=asked["utfall"] if asked["utfall"] in ("permit", "deny") else "",
        purpose=asked["formal"] if asked["formal"] in PURPOSE_WORDS else "",
        before=before,
    )


def view_of(asked: Mapping[str, str], found: LogFound | None, wrong: str = "") -> SearchView:
    older = ""
    if found is not None and found.further is not None:
        older = "?" + urlencode({**{k: v for k, v in asked.items() if v}, OLDER: str(found.further)})
    hits = None if found is None else tuple(_hits(found))
    return SearchView(asked, wrong, hits, older, PURPOSE_WORDS)


def case_of(row: CaseRow) -> CaseView:
    looked = {"ansatt": row.actor, "fra": f"{words.local(row.first):%Y-%m-%d}"}
    if len(row.patients) == 1:
        looked["journal"] = row.patients[0]
    return CaseView(
        row.id,
        KIND_WORDS.get(row.kind, row.kind),
        row.name,
        row.actor,
        row.unit,
        row.patients,
        row.reasons,
        _span(row.first, row.last),
        "?" + urlencode(looked),
    )


def _hits(found: LogFound) -> Iterator[Hit]:
    def look(one: tuple[int, AccessEvent]) -> tuple[str, ...]:
        event = one[1]
        return event.request, event.actor_id, event.patient, event.outcome

    for _, group in groupby(found.events, key=look):
        events = list(group)
        line, event = line_of(events), events[0][1]
        yield Hit(
            f"{words.day(line.at)} kl. {words.clock(line.at)}",
            line.name,
            event.actor_id,
            words.role_word(line.role),
            line.unit,
            event.patient,
            line.permitted,
            deed(line),
            PURPOSE_WORDS.get(line.purpose, line.purpose),
            line.words,
            len(events),
        )


def _day(text: str) -> datetime | None:
    """Midnight of `2026-11-24` in Norway."""
    if not text:
        return None
    if len(text) != DATE_LENGTH:
        raise ValueError("no day")
    return datetime.fromisoformat(text).replace(tzinfo=words.NORWAY)


def _span(first: datetime, last: datetime) -> str:
    days = (words.day(first), words.day(last))
    return days[0] if days[0] == days[1] else f"{days[0]}–{days[1]}"
