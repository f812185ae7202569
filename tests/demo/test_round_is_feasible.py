"""The demo has people enough: «Omplanlegging» begins with a day that can be worked, shown by hand and not by the solver."""

from datetime import date, datetime, timedelta

from akson.app.demo import Scene, charts
from akson.app.demo.staff import EMPLOYEES, on_the_round
from akson.app.demo.stage import stage
from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import reference
from akson.care.replanning import rows
from akson.care.replanning.checks import Made, broken
from akson.care.replanning.day import Day, Place, Visit

TODAY, UNIT = date(2026, 11, 24), "hjemmetjenesten-ost"
BEFORE_PAUSE = 180


def whole_day() -> Day:
    known = [resource for chart in charts(Scene.on(TODAY)) for resource in chart.resources]
    house, day = list(stage()), TODAY + timedelta(days=1)
    helped = {
        reference(r["patient"])
        for r in known
        if r["resourceType"] == "EpisodeOfCare" and reference(r["managingOrganization"]).endswith(UNIT)
    }
    visits = (
        r
        for r in known
        if r["resourceType"] == "Appointment"
        and helped & {reference(p.get("actor")) for p in r["participant"]}
    )
    roles = (
        r
        for r in house
        if r["resourceType"] == "PractitionerRole" and reference(r["organization"]).endswith(UNIT)
    )
    people = {r["id"]: r for r in known if r["resourceType"] == "Patient"}
    staff = {r["id"]: r for r in house if r["resourceType"] == "Practitioner"}
    morning = datetime.combine(day, datetime.min.time(), NORWAY).replace(hour=6, minute=50)
    return rows.day_of(rows.Rows(tuple(visits), people, staff, tuple(roles)), day, away=(), now=morning)


def by_hand(day: Day) -> list[Made]:
    """The visit that cannot wait first, to whoever can begin it first."""
    at: dict[str, tuple[int, Place | None]] = {p.id: (p.start, p.place) for p in day.staff}
    paused: set[str] = set()
    made: list[Made] = []

    def begins(person, visit: Visit) -> int | None:
        free, place = at[person.id]
        start = max(visit.earliest, free + day.travel(place, visit.place), day.now)
        over = start + visit.minutes + day.travel(visit.place, person.place)
        return start if start <= visit.latest and over <= person.end and day.may(person, visit) else None

    for visit in sorted(day.visits, key=lambda v: (v.latest, v.id)):
        able = [(start, p.id) for p in day.staff if (start := begins(p, visit)) is not None]
        if not able:
            continue
        start, id = min(able)
        person, free = next(p for p in day.staff if p.id == id), start + visit.minutes
        if person.pause and id not in paused and free >= person.start + BEFORE_PAUSE:
            free += person.pause
            paused.add(id)
        at[id] = free, visit.place
        made.append(Made(visit.id, start, (id,)))
    return made


def test_a_whole_day_can_be_worked_and_no_rule_is_broken() -> None:
    day = whole_day()
    made = by_hand(day)
    # The simplest hand leaves a few that the solver finds room for.
    assert len(made) >= 0.93 * len(day.visits) > 93
    assert not broken(day, tuple(made))


def test_who_makes_visits_works_when_they_are_made() -> None:
    there = on_the_round(UNIT)
    assert len(there) > len([e for e in EMPLOYEES.values() if e.unit == UNIT and not e.shift[0]])
    for clock in ("07:30", "12:00", "16:30", "21:00"):
        assert len([e for e in there if e.works_at(clock)]) >= 8
