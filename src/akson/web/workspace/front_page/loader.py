"""Everything the front page shows, asked for at once through the reader's RecordSession."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from akson.access.actor import Actor
from akson.care.contacts.messages import care_messages
from akson.care.contacts.services import services
from akson.care.contacts.visits import Visit, next_visit, visits
from akson.care.fhir_json import Resource, display, instant
from akson.care.homefollowup.readings import readings, weights
from akson.care.homefollowup.scale import on_scale, scale_2
from akson.care.medication.list import medication_lines
from akson.care.notes.fold import fold
from akson.care.notes.structured import signed
from akson.care.pathway import events
from akson.care.plan.problems import HealthProblem, free_goals, problems
from akson.care.worklist.inbox import GRAVE_CODES, OPEN, due_words, open_items
from akson.fhir.search.query import Include, Query
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import words
from akson.web.shell.chart import around, chart_of, opened
from akson.web.shell.days import day_bounds, on_day
from akson.web.shell.news2_panel import news2_view
from akson.web.shell.owners import owner_words
from akson.web.shell.reading import NOTHING_FOUND, may_see, of_patient, resources, search_all, token
from akson.web.shell.stopped_visits import visits_of, visits_word
from akson.web.shell.waiting import how_many_wait
from akson.web.workspace.front_page.news import Sources, news, one_line
from akson.web.workspace.front_page.view import (
    DeadlineRow,
    FrontPageView,
    NoteRow,
    ProblemRow,
    ServiceRow,
    VisitRow,
)

# Looks closer than this are one sitting: coming back from a message must not empty the news.
SAME_SITTING = timedelta(minutes=30)
NOTES_SHOWN = 3
OBSERVATIONS_MAX = 200
# A visit so long after its time that nobody has closed is worth a question.
UNCLOSED_AFTER = timedelta(hours=1)
VISIT_STATE_WORDS = {
    "done": "Utført",
    "missed": "Ikke gjennomført",
    "unclosed": "Ikke registrert utført",
    "planned": "",
    "next": "Neste",
}


def _queries(patient: str, now: datetime) -> tuple[Query, ...]:
    messages = of_patient("Communication", patient, count=20)
    medications = of_patient("MedicationStatement", patient)
    return (
        of_patient("Condition", patient),
        of_patient("Goal", patient),
        of_patient("Flag", patient),
        _including(medications, "medication"),
        of_patient(
            "Observation", patient, token("category", "vital-signs"), sort="date", count=OBSERVATIONS_MAX
        ),
        visits_of(patient, now),
        of_patient("EpisodeOfCare", patient, token("status", "active", "onhold")),
        _including(of_patient("ClinicalImpression", patient, sort="date", count=10), "assessor"),
        _including(messages, "sender"),
        _including(of_patient("Task", patient, token("status", *OPEN)), "owner"),
    )


def _including(query: Query, param: str) -> Query:
    includes = (Include(query.type, param),)
    return Query(query.type, query.terms, query.sort, query.count, includes=includes)


class Found:
    """The answers, parsed, by resource type; included resources by reference."""

    def __init__(self, results: Sequence[SearchResult]) -> None:
        self._matches: dict[str, list[Resource]] = {}
        self.near: dict[str, Resource] = {}
        for result in results:
            for match in resources(result.matches):
                self._matches.setdefault(match["resourceType"], []).append(match)
            self.near |= {f"{r['resourceType']}/{r['id']}": r for r in resources(result.included)}

    def all(self, type: str) -> list[Resource]:
        return self._matches.get(type, [])


def _problem_row(problem: HealthProblem, now: datetime) -> ProblemRow:
    late = problem.evaluate is not None and problem.evaluate.date() < now.date()
    if problem.evaluate:
        verb = "Skulle vært evaluert" if late else "Evalueres"
        status = f"{verb} {words.short_day(problem.evaluate, now)}"
    else:
        status = f"Siden {words.local(problem.since).year}" if problem.since else ""
    return ProblemRow(problem.name, problem.code, " · ".join(problem.goals) or problem.note, status, late)


def _visit_rows(planned: Sequence[Visit], now: datetime) -> tuple[VisitRow, ...]:
    following = next_visit(planned, now)
    rows = []
    for visit in planned:
        state = "next" if visit is following else visit.state
        if state == "planned" and now - visit.start > UNCLOSED_AFTER:
            state = "unclosed"
        rows.append(
            VisitRow(
                words.clock(visit.start),
                visit.what,
                visit.who or "Ikke tildelt",
                state,
                VISIT_STATE_WORDS[state],
            )
        )
    return tuple(rows)


def _note_rows(notes: Sequence[Resource], now: datetime) -> tuple[NoteRow, ...]:
    """The newest notes; a sentence that also stands in the note before it is folded."""
    rows = []
    for n, note in enumerate(notes[:NOTES_SHOWN]):
        before = str(notes[n + 1].get("summary") or "") if n + 1 < len(notes) else ""
        folded = fold(str(note.get("summary") or ""), before)
        at = instant(note.get("date") or note.get("effectiveDateTime"))
        author = display(note.get("assessor"))
        rows.append(NoteRow(words.moment(at, now) if at else "", author, folded.fresh, folded.repeated))
    return tuple(rows)


def _deadlines(
    tasks: Sequence[Resource], near: dict[str, Resource], reader: Actor, now: datetime
) -> tuple[DeadlineRow, ...]:
    rows = []
    for item in open_items(tasks):
        due = due_words(words.local(item.due) if item.due else None, words.local(now))
        grave = item.code in GRAVE_CODES
        what = item.title if grave else one_line(item.description) or item.title
        rows.append(DeadlineRow(due.text or "uten frist", what, owner_words(item, near, reader), due.late))
    return tuple(rows)


def _goals(found: Found, now: datetime) -> tuple[DeadlineRow, ...]:
    goals = free_goals(found.all("Condition"), found.all("Goal"))
    return tuple(
        DeadlineRow(
            f"Evalueres {words.short_day(g.evaluate, now)}" if g.evaluate else "",
            g.text,
            "",
            late=g.evaluate is not None and g.evaluate < now - timedelta(days=1),
        )
        for g in goals
    )


def _all_visits(found: Found) -> list[Resource]:
    """Each once: today's may have been asked for twice."""
    return list({str(a["id"]): a for a in found.all("Appointment")}.values())


def _today(found: Found, now: datetime) -> list[Resource]:
    begins, ends = day_bounds(now)
    return [a for a in _all_visits(found) if (at := instant(a.get("start"))) and begins <= at < ends]


def _services(found: Found) -> tuple[ServiceRow, ...]:
    return tuple(
        ServiceRow(s.name, s.unit, words.day(s.since) if s.since else "", s.paused)
        for s in services(found.all("EpisodeOfCare"))
    )


def _changes(messages: Sequence[Resource]) -> dict[str, tuple[str, ...]]:
    """Id of each message that replaces an earlier one -> what is new in it."""
    return {
        one.message.rpartition("/")[2]: one.changed
        for one in events.stays_of([], messages).others
        if one.changed
    }


async def _asked(
    session: RecordSession, asked: Sequence[Query], known: datetime | None, *beside: Query
) -> list[SearchResult]:
    """Answers in the order asked, those of today (`beside`) last. With `known`, of the versions that were current then;
    what was included is named by its references alone."""
    if known is None:
        return await search_all(session, (*asked, *beside))
    then, today = await asyncio.gather(_as_known(session, asked, known), search_all(session, beside))
    return [*then, *today]


async def _as_known(session: RecordSession, queries: Sequence[Query], at: datetime) -> list[SearchResult]:
    return list(
        await asyncio.gather(
            *(
                session.search_as_of(replace(q, includes=()), at) if may_see(session, q.type) else _nothing()
                for q in queries
            )
        )
    )


async def _nothing() -> SearchResult:
    return NOTHING_FOUND


async def load(
    session: RecordSession, patient: str, now: datetime, known: datetime | None = None
) -> tuple[FrontPageView, int | None]:
    """The front page of one patient, and how many items wait in the reader's inbox; with `known`, what the record held at
    that instant, under today's rules. All that can be asked at once is.

    The banner is always today's: who she is and what is dangerous must not be read from the past.

    Raises: Problem(NOT_FOUND) when the patient is missing or hidden.
    """
    body, today = await opened(session, patient), now
    if known is not None:
        now = known
    asked, banner, waits = _queries(patient, now), around(patient), how_many_wait(session, session.actor)
    since, decision, answers = await asyncio.gather(
        session.last_access(patient, before=now - SAME_SITTING),
        session.why("Patient", patient),
        _asked(session, asked, known, *banner, *waits),
    )
    answers, of_today = answers[: len(asked)], answers[len(asked) :]
    chart = chart_of(session, body, of_today[: len(banner)], decision, "Forside", today)
    waiting = of_today[-1].total if waits else None
    if any(
        answer.next_cursor
        for query, answer in zip(asked, answers, strict=True)
        if query.type == "Appointment"
    ):
        # More lies ahead than a page holds: what is today's is asked for by itself.
        answers += await _asked(session, (of_patient("Appointment", patient, on_day("date", now)),), known)
    found = Found(answers)
    medications = medication_lines(found.all("MedicationStatement"), found.near)
    sets = on_scale(readings(found.all("Observation")), scale_2(found.all("Flag")))
    notes = signed(found.all("ClinicalImpression"))
    sources = Sources(
        messages=care_messages(found.all("Communication"), found.near),
        changes=_changes(found.all("Communication")),
        sets=sets,
        weights=weights(found.all("Observation")),
        notes=notes,
        medications=found.all("MedicationStatement"),
    )
    view = FrontPageView(
        chart=chart,
        news=news(patient, sources, since, now),
        problems=tuple(_problem_row(p, now) for p in problems(found.all("Condition"), found.all("Goal"))),
        goals=_goals(found, now),
        medications=tuple(medications),
        news2=news2_view(sets, now),
        visits=_visit_rows(visits(_today(found, now)), now),
        visits_word=visits_word(_all_visits(found), now, away=bool(chart.admitted)),
        services=_services(found),
        notes=_note_rows(notes, now),
        deadlines=_deadlines(found.all("Task"), found.near, session.actor, now),
        known=words.spoken_moment(known, today) if known else "",
    )
    return view, waiting
