"""The coming days' visits of the plan's measures, rolled on with the clock and taken back when the plan changes. Pure.

What a measure asks for says `care.plan.measures`; here it meets what stands: visits as decisions and absences leave them,
when she is away, whether she lives (docs/adr/0224).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from akson.app.pathways.facts import PatientFacts
from akson.care.casework.absences import Absence
from akson.care.casework.rows import VISIT, category, why_cancelled
from akson.care.fhir_json import Resource
from akson.care.plan.measures import measures, visits


def plan_visits(
    facts: PatientFacts, standing: Iterable[Resource], away: Sequence[Absence], now: datetime, until: datetime
) -> list[Resource]:
    """Visits to be made or cancelled, each whole. `standing`: hers as they will be after what else is done. Twice: []."""
    planned = measures(facts.decisions, withdrawn=True)
    if not planned:
        return []
    absent = [(a.start, a.end) for a in away]
    if facts.died is not None:
        absent.append((facts.died, None))
    return visits(
        planned,
        list(standing),
        now,
        until,
        category=category(VISIT),
        why_ended=why_cancelled("ended"),
        away=absent,
    )
