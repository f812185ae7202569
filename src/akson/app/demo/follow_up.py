"""What is planned and what waits: visits as Appointments, items as Tasks with owner and deadline.

Spec: https://hl7.org/fhir/R4/appointment.html, task.html. A visit whose end has passed is done; this is the one place
where the demo knows the time of day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.app.demo.chart import Chart
from akson.app.demo.elements import TASKS, clock, coding, concept, instant, reference
from akson.app.demo.staff import NAMES, UNIT_NAMES, Employee
from akson.care.casework.rows import VISIT, category

ROUNDS = {
    1: (("09:00", 30, "Tilsyn og legemidler"),),
    2: (("08:15", 40, "Morgenstell og legemidler"), ("19:30", 30, "Kveldsstell og legemidler")),
    3: (("07:45", 45, "Morgenstell, målinger og legemidler"), ("13:00", 30, "Lunsj og legemidler"),
        ("20:00", 40, "Kveldsstell og legemidler")),
    4: (("07:30", 45, "Morgenstell og legemidler"), ("12:00", 30, "Middag"), ("16:30", 20, "Tilsyn"),
        ("21:00", 40, "Kveldsstell og legemidler")),
}  # fmt: skip
"""Visits a day -> (start, minutes, what)."""


def add_visit(
    chart: Chart, start: datetime, minutes: int, what: str, by: Employee | None, *, done: bool
) -> str:
    patient = {"actor": chart.subject, "required": "required", "status": "accepted"}
    staff = (
        {"actor": reference(by.reference, by.name), "required": "required", "status": "accepted"}
        if by
        else {}
    )
    return chart.add(
        {
            "resourceType": "Appointment",
            "status": "fulfilled" if done else "booked",
            "serviceCategory": [category(VISIT)],
            "description": what,
            "start": instant(start),
            "end": instant(start + timedelta(minutes=minutes)),
            "participant": [patient, *([staff] if staff else [])],
        }
    )


def add_visits(
    chart: Chart, per_day: int, by: tuple[Employee, ...], *, shift: int = 0, until: datetime | None = None
) -> None:
    """Yesterday's, today's and tomorrow's round, `shift` minutes later than the usual times.

    Visits that ended before `until` (now, unless said) are done.
    """
    chance = chart.chance
    until = until or chart.scene.now
    for day in (-1, 0, 1):
        for time, minutes, what in ROUNDS[per_day]:
            start = clock(chart.scene.today + timedelta(days=day), time) + timedelta(minutes=shift)
            there = tuple(e for e in by if e.works_at(time))
            unassigned = day == 1 and chance.happens(15)
            done = start + timedelta(minutes=minutes) <= until
            add_visit(chart, start, minutes, what, None if unassigned else chance.one(there), done=done)


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    """Code of Akson's task list."""
    description: str
    owner: str
    """`Organization/…` or `Practitioner/…`."""
    due: int
    """Days from today."""
    authored: int = -1


def _owner_name(owner: str) -> str:
    id = owner.rpartition("/")[2]
    return UNIT_NAMES.get(id) or NAMES[id]


def add_item(chart: Chart, item: Item, *, focus: str = "", id: str = "") -> str:
    return chart.add(
        {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "priority": "routine",
            "code": _task_concept(item.code),
            "description": item.description,
            **({"focus": reference(focus)} if focus else {}),
            "for": chart.subject,
            "authoredOn": chart.scene.at(item.authored, "14:10"),
            "owner": reference(item.owner, _owner_name(item.owner)),
            "restriction": {"period": {"end": chart.scene.at(item.due, "15:00")}},
        },
        id=id,
    )


def _task_concept(code: str) -> dict[str, object]:
    kind = coding(TASKS, code)
    return concept(kind["display"], kind)
