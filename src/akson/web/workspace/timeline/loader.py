"""One page of the timeline: the newest of each type up to an instant, in order, cut where every type is complete."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from akson.care.fhir_json import instant
from akson.care.homefollowup.scale import scale_2
from akson.fhir.search.query import DateValue, Include, Query, Term
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import words
from akson.web.shell.chart import around, chart_of, opened
from akson.web.shell.reading import may_see, of_patient, resources, search_all
from akson.web.shell.waiting import how_many_wait
from akson.web.workspace.timeline.events import KINDS, SOURCES, Event, Source, events_of
from akson.web.workspace.timeline.view import EventRow, KindChoice, TimelineDay, TimelineView

PAGE = 50
OF_EACH = 120
"""Read of each type for a page: a set of measurements is eight resources and one event."""
AT_ONE_MOMENT_MAX = 1000


def _query(source: Source, patient: str, until: datetime, count: int = OF_EACH) -> Query:
    """What began before `until`, newest first."""
    before = Term(source.date, "date", None, (DateValue("lt", until, until),))
    query = of_patient(source.type, patient, before, sort=source.date, count=count)
    if source.type == "Communication":
        query = replace(query, includes=(Include("Communication", "sender"),))
    return query


async def _events(
    session: RecordSession, patient: str, kinds: Iterable[str], until: datetime, beside: Sequence[Query]
) -> tuple[list[Event], bool, list[SearchResult]]:
    """A page of events, newest first, whether older ones follow, and the answers to what is asked at the same time."""
    sources = [(kind, source) for kind in kinds for source in SOURCES[kind] if may_see(session, source.type)]
    asked = [_query(source, patient, until) for _, source in sources]
    flags, *answers = await search_all(session, [of_patient("Flag", patient), *asked, *beside])
    answers, further = answers[: len(asked)], answers[len(asked) :]
    times = scale_2(resources(flags.matches))
    events: list[Event] = []
    floor: datetime | None = None
    for (kind, source), answer in zip(sources, answers, strict=True):
        found = resources(answer.matches)
        if answer.next_cursor:
            # Below its oldest moment this type is not complete: nothing older is told on this page.
            whens = [at for r in found if (at := instant(source.when(r)))]
            if whens and min(whens) == max(whens):
                more = (await search_all(session, [_query(source, patient, until, AT_ONE_MOMENT_MAX)]))[0]
                found = resources(more.matches)
                whens = [at for r in found if (at := instant(source.when(r)))]
            reach = min(whens, default=until)
            floor = reach if floor is None else max(floor, reach)
        near = {f"{r['resourceType']}/{r['id']}": r for r in resources(answer.included)}
        events += events_of(kind, found, near, times)
    events = sorted((e for e in events if e.at < until), key=lambda e: e.at, reverse=True)
    whole = [e for e in events if floor is None or e.at > floor] or events
    page = whole[:PAGE]
    if page:
        # What happened at the same moment as the last stands on the same page.
        page += [e for e in whole[PAGE:] if e.at == page[-1].at]
    return page, len(page) < len(events) or floor is not None, further


def _until(text: str, now: datetime) -> tuple[datetime, bool]:
    """Where the page begins, and whether that is the newest page."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now + timedelta(seconds=1), True
    return (at, False) if at.tzinfo else (at.replace(tzinfo=UTC), False)


async def load(
    session: RecordSession, patient: str, kind: str, older: str, now: datetime
) -> tuple[TimelineView, int | None]:
    """One page of one patient, and how many items wait in the reader's inbox.

    Raises: Problem(NOT_FOUND) when the patient is missing or hidden.
    """
    body = await opened(session, patient)
    chosen = [kind] if kind in KINDS else list(KINDS)
    until, newest = _until(older, now)
    banner, waits = around(patient), how_many_wait(session, session.actor)
    (events, more, further), decision = await asyncio.gather(
        _events(session, patient, chosen, until, (*banner, *waits)), session.why("Patient", patient)
    )
    chart = chart_of(session, body, further[: len(banner)], decision, "Tidslinje", now)
    days: dict[str, list[EventRow]] = {}
    for one in events:
        path = f"/pasient/{patient}{one.path}" if one.path else ""
        row = EventRow(
            "" if one.whole_day else words.clock(one.at), one.kind, one.strong, one.text, one.who, path
        )
        days.setdefault(words.long_day(one.at, now), []).append(row)
    base = f"/pasient/{patient}/tidslinje"
    query = f"vis={kind}&" if kind in KINDS else ""
    view = TimelineView(
        chart=chart,
        kinds=(
            KindChoice("", "Alt", kind not in KINDS, base),
            *(
                KindChoice(code, text, code == kind, f"{base}?vis={code}")
                for code, text in KINDS.items()
                if any(may_see(session, s.type) for s in SOURCES[code])
            ),
        ),
        days=tuple(TimelineDay(title, tuple(rows)) for title, rows in days.items()),
        older=f"?{query}eldre={quote(events[-1].at.isoformat())}" if more and events else "",
        newest=newest,
        hidden=tuple(t for c, t in KINDS.items() if not any(may_see(session, s.type) for s in SOURCES[c])),
    )
    return view, further[-1].total if waits else None
