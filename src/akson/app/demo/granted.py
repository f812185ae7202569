"""What casework has left behind in the demo: Astrid's decision, her visits that follow from it, and the short-term wards.

All of it is made by `akson.care.casework`, as a case worker's acts would have.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from akson.app.demo.chart import Chart
from akson.app.demo.elements import SERVICE_TYPES, Resource, clock, coding, local, reference
from akson.app.demo.follow_up import ROUNDS
from akson.app.demo.staff import UNIT_NAMES, Employee
from akson.care.casework import acts, beds, visits
from akson.care.casework.decision import Amount, Decision, Round

WARDS = {"korttid": ("Korttidsavdelingen", "storvik-sykehjem", 4)}
NEIGHBOURS = {"korttid": ("Lillefjord korttid", "lillefjord-sykepleietjeneste", 4)}
"""Of Lillefjord, another tenant: id -> (name, unit, beds)."""
OFFICE = "storvik-saksbehandling"


def wards(wanted: dict[str, tuple[str, str, int]]) -> Iterator[Resource]:
    for id, (name, unit, number) in wanted.items():
        ward = beds.ward(id, name, reference(f"Organization/{unit}", UNIT_NAMES.get(unit, "")))
        yield ward
        yield from (beds.bed(f"{id}-{n}", f"{name} {n}", ward) for n in range(1, number + 1))


def add_decision(chart: Chart, unit: str, service: str, since: int, per_day: int) -> Resource:
    """The decision and its letter, `per_day` visits as the usual round of so many has them; gives the ServiceRequest."""
    made = Decision(
        id=f"{chart.person.id}-vedtak",
        episode="",
        letter=f"{chart.person.id}-vedtaksbrev",
        patient=chart.subject,
        service=coding(SERVICE_TYPES, service),
        unit=reference(f"Organization/{unit}", UNIT_NAMES[unit]),
        office=reference(f"Organization/{OFFICE}", UNIT_NAMES[OFFICE]),
        start=date.fromisoformat(chart.scene.day(since)),
        at=clock(date.fromisoformat(chart.scene.day(since - 5)), "10:30"),
        grounds="Trenger hjelp til stell, målinger og legemidler for å kunne bo hjemme.",
        amount=Amount(tuple(Round(time, minutes, what) for time, minutes, what in ROUNDS[per_day])),
    )
    granted, _, letter = acts.decide(made)
    for resource in (granted, letter):
        chart.add(resource, id=resource["id"])
    return granted


def add_granted_visits(chart: Chart, granted: Resource, by: tuple[Employee, ...], until: datetime) -> None:
    """Yesterday's, today's and tomorrow's, as the decision has them; those that ended before `until` are done."""
    first = chart.scene.today - timedelta(days=1)
    planned = visits.amended([granted], [], (), now=local(first), until=local(first + timedelta(days=3)))
    for visit in sorted(planned, key=lambda v: v["start"]):
        who = chart.chance.one(by)
        done = datetime.fromisoformat(visit["end"]) <= until
        comes = {"actor": reference(who.reference, who.name), "required": "required", "status": "accepted"}
        kept = {**visit, "status": "fulfilled" if done else "booked"}
        chart.add({**kept, "participant": [*visit["participant"], comes]}, id=visit["id"])
