"""The plan of a patient from the record, turned into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.care.fhir_json import Resource, concept_text, display, instant, reference
from akson.care.plan.care_plan import OUTCOMES
from akson.care.plan.measures import WEEKDAY_WORDS, WEEKDAYS, Measure
from akson.care.plan.problems import CLOSED_GOALS, problems
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.plan_changes import Plan
from akson.web.shell.reading import may_see
from akson.web.shell.shared_plan import is_shared
from akson.web.workspace.plan.view import GoalRow, MeasureRow, PlanView, ProblemPanel

ENDED_SHOWN = 10


def _trail(resource: Resource, now: datetime) -> tuple[str, ...]:
    """Newest first."""
    told = []
    for note in resource.get("note") or []:
        at = instant(note.get("time"))
        by = note.get("authorString") or display(note.get("authorReference"))
        parts = (words.moment(at, now) if at else "", by, str(note.get("text", "")))
        told.append(" · ".join(part for part in parts if part))
    return tuple(reversed(told))


def _due(goal: Resource) -> datetime | None:
    dates = [instant(t.get("dueDate")) for t in goal.get("target") or []]
    return min((d for d in dates if d), default=None)


def _goal(goal: Resource, now: datetime) -> GoalRow:
    due = _due(goal)
    late = due is not None and due < now - timedelta(days=1)
    verb = "Skulle vært evaluert" if late else "Evalueres"
    return GoalRow(
        id=str(goal["id"]),
        version=int(goal["meta"]["versionId"]),
        text=concept_text(goal.get("description")),
        due=f"{verb} {words.short_day(due, now)}" if due else "",
        late=late,
        outcome=concept_text(goal.get("achievementStatus")),
        evaluations=_trail(goal, now),
        open=goal.get("lifecycleStatus") not in CLOSED_GOALS,
    )


def _measure(one: Measure, visits: Sequence[Resource], now: datetime) -> MeasureRow:
    place = f"ServiceRequest/{one.id}"
    ahead = sorted(
        at
        for v in visits
        if v.get("status") == "booked" and any(reference(b) == place for b in v.get("basedOn") or [])
        if (at := instant(v.get("start"))) and at >= now
    )
    return MeasureRow(
        id=one.id,
        version=int(one.resource["meta"]["versionId"]),
        what=one.what,
        schedule=one.schedule.words,
        next=words.moment(ahead[0], now) if ahead else "",
        active=one.active,
        stopped="; ".join(_trail(one.resource, now)[:1]),
        shared=is_shared(one.resource),
    )


def _panels(plan: Plan, now: datetime) -> tuple[ProblemPanel, ...]:
    panels, placed = [], set()
    open_goals = [g for g in plan.goals if g.get("lifecycleStatus") not in CLOSED_GOALS]
    active = [m for m in plan.measures if m.active]
    for one in problems(plan.conditions, plan.goals):
        ref = f"Condition/{one.id}"
        goals = [g for g in open_goals if any(reference(a) == ref for a in g.get("addresses") or [])]
        mine = [m for m in active if ref in m.problems]
        placed |= {id(g) for g in goals} | {id(m) for m in mine}
        since = str(words.local(one.since).year) if one.since else ""
        panels.append(
            ProblemPanel(
                ref, one.name, one.code, since, tuple(_goal(g, now) for g in goals),
                tuple(_measure(m, plan.visits, now) for m in mine),
            )
        )  # fmt: skip
    rest_goals = tuple(_goal(g, now) for g in open_goals if id(g) not in placed)
    rest = tuple(_measure(m, plan.visits, now) for m in active if id(m) not in placed)
    if rest_goals or rest:
        panels.append(ProblemPanel("", "Uten problemstilling", "", "", rest_goals, rest))
    return tuple(panels)


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it comes back, and what is said beside it."""

    id: str
    given: dict[str, str]
    fault: str = ""
    said: str = ""


def view_of(session: RecordSession, chart: Chart, plan: Plan, form: Form, now: datetime) -> PlanView:
    panels = _panels(plan, now)
    return PlanView(
        chart=chart,
        shown=may_see(session, "Goal"),
        writes=session.may("create", "Goal"),
        panels=panels,
        ended=tuple(_measure(m, plan.visits, now) for m in plan.measures if not m.active)[:ENDED_SHOWN],
        closed=tuple(_goal(g, now) for g in plan.goals if g.get("lifecycleStatus") in CLOSED_GOALS)[
            :ENDED_SHOWN
        ],
        outcomes=tuple(OUTCOMES.items()),
        weekdays=tuple((d, WEEKDAY_WORDS[d]) for d in WEEKDAYS),
        problems=tuple((p.ref, p.name) for p in panels if p.ref),
        form_id=form.id,
        today=f"{words.local(now):%Y-%m-%d}",
        given=form.given,
        fault=form.fault,
        said=form.said,
    )
