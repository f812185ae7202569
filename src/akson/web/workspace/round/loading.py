"""The day package through the reader's RecordSession: each patient's log says that it went out."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from akson.care.casework.rows import VISIT, is_a
from akson.care.fhir_json import Resource
from akson.care.medication.list import MedicationLine, medication_lines
from akson.care.plan.problems import problems
from akson.care.round import package
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import DateValue, Include, Query, Term
from akson.record.session import RecordSession
from akson.web.shell.chart import load_chart
from akson.web.shell.days import day_bounds
from akson.web.shell.house import Visit
from akson.web.shell.reading import every_page, may_see, of_patient, resources, search_all, token
from akson.web.shell.waiting import owned_by

TOGETHER = 6
"""Patients read at once: a package must not take the node from the others."""
UNTIL_BED = timedelta(hours=5)
"""A day's list ends in the night that follows."""


async def load(visit: Visit, *, whole: bool = False) -> dict[str, Any]:
    """Her own visits and those that nobody has; others' of the unit when she asks for the `whole`."""
    session, now = visit.open(), visit.house.clock.now()
    until = day_bounds(now)[1] + UNTIL_BED
    shown = DateValue("eq", now - package.SHOWN_FROM, until)
    near = (Term("date", "date", None, (shown,)), token("service-category", VISIT))
    found = await every_page(session, Query("Appointment", near, count=200))
    rows = [v for v in resources(found.matches) if is_a(v, VISIT)]
    visits = package.chosen(rows, now, until=until, who=visit.actor.reference, whole=whole)
    patients = list(dict.fromkeys(map(package.patient_of, visits)))
    few = asyncio.Semaphore(TOGETHER)
    carried = await asyncio.gather(*(_carried(session, patient, now, few) for patient in patients))
    people = {id: one for id, one in zip(patients, carried, strict=True) if one is not None}
    tasks = await _tasks(session) if people else []
    unit = visit.actor.unit_name
    return package.day_package(visits, people, unit=unit, now=now, whole=whole, tasks=tasks)


async def _tasks(session: RecordSession) -> list[Resource]:
    """Her own and her unit's, open; whose of them go along, the package says."""
    if not session.actor.grantees or not may_see(session, "Task"):
        return []
    return list(resources((await every_page(session, owned_by(session.actor, count=200))).matches))


async def _carried(
    session: RecordSession, patient: str, now: datetime, few: asyncio.Semaphore
) -> package.Carried | None:
    """None for one whose visit is seen and whose record is not: she does not go along."""
    async with few:
        try:
            chart = await load_chart(session, patient, "", now)
        except Problem as hidden:
            if hidden.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                return None
            raise
        medicines = Query(
            "MedicationStatement",
            of_patient("MedicationStatement", patient).terms,
            count=200,
            includes=(Include("MedicationStatement", "medication"),),
        )
        drugs, conditions = await search_all(session, (medicines, of_patient("Condition", patient)))
    known = {f"{r['resourceType']}/{r['id']}": r for r in resources(drugs.included)}
    her = chart.person
    return package.Carried(
        her.name,
        her.born,
        her.address,
        her.phone,
        (*([chart.admitted] if chart.admitted else []), *(a.text for a in chart.alerts)),
        (chart.allergy_words,) if chart.allergy_words else (),
        tuple(_line(line) for line in medication_lines(resources(drugs.matches), known)),
        tuple(p.name for p in problems(resources(conditions.matches))),
    )


def _line(line: MedicationLine) -> str:
    return ", ".join(part for part in (f"{line.name} {line.strength_and_form}".strip(), line.dose) if part)
