"""What the municipality has granted a citizen and who carries it out: EpisodeOfCare (9151), CareTeam, Goals, CarePlan.

The unit in EpisodeOfCare.managingOrganization gets a care relation from it, and so does each member of the CareTeam.
Spec: https://hl7.org/fhir/R4/episodeofcare.html, careteam.html, goal.html, careplan.html.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from akson.app.demo.ailments import AILMENTS
from akson.app.demo.chart import Chart
from akson.app.demo.elements import SERVICE_TYPES, Resource, coding, concept, hl7, reference
from akson.app.demo.staff import UNIT_NAMES, Employee

HOME_HELP, MEALS, ALARM, HOME_NURSING = "1", "5", "6", "15"
SHORT_STAY, REHABILITATION, RESPITE, LONG_STAY = "18", "19", "8", "21"
ACTIVITIES = {
    HOME_NURSING: "Hjelp med legemidler og personlig stell",
    HOME_HELP: "Rengjøring hver fjortende dag",
    MEALS: "Middag levert tre ganger i uken",
    ALARM: "Trygghetsalarm testes den første i måneden",
    SHORT_STAY: "Kartlegging av hva som trengs for å komme hjem",
    REHABILITATION: "Trening med fysioterapeut mandag, onsdag og fredag",
    RESPITE: "Avlastning for ektefelle",
    LONG_STAY: "Individuell dagsrytme, måltider i fellesskap",
}


def _period(chart: Chart, since: int, until: int | None) -> Resource:
    start = {"start": chart.scene.day(since)}
    return start if until is None else {**start, "end": chart.scene.day(until)}


def add_team(
    chart: Chart, members: Sequence[str], since: int, *, name: str, until: int | None = None, id: str = ""
) -> str:
    """A CareTeam of the members, given as references to Practitioners and Organizations."""
    return chart.add(
        {
            "resourceType": "CareTeam",
            "status": "active" if until is None else "inactive",
            "name": name,
            "subject": chart.subject,
            "period": _period(chart, since, until),
            "participant": [{"member": reference(member)} for member in members],
        },
        id=id,
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """One decision: since when, and until when if it has ended. Days count from today."""

    service: str
    """Code in 9151."""
    unit: str
    since: int
    until: int | None = None


def add_service(chart: Chart, grant: Grant, team: str, *, primary: Employee | None, id: str = "") -> str:
    service = coding(SERVICE_TYPES, grant.service)
    return chart.add(
        {
            "resourceType": "EpisodeOfCare",
            "status": "active" if grant.until is None else "finished",
            "type": [concept(service["display"], service)],
            "patient": chart.subject,
            "managingOrganization": reference(f"Organization/{grant.unit}", UNIT_NAMES[grant.unit]),
            "period": _period(chart, grant.since, grant.until),
            **({"careManager": reference(primary.reference, primary.name)} if primary else {}),
            "team": [reference(team)],
        },
        id=id,
    )


def add_goal(chart: Chart, text: str, condition: str, due: int, *, id: str = "") -> str:
    return chart.add(
        {
            "resourceType": "Goal",
            "lifecycleStatus": "active",
            "description": {"text": text},
            "subject": chart.subject,
            "startDate": chart.scene.day(due - 90),
            "target": [{"dueDate": chart.scene.day(due)}],
            **({"addresses": [reference(condition)]} if condition else {}),
        },
        id=id,
    )


def _activity(text: str) -> Resource:
    return {"detail": {"status": "in-progress", "doNotPerform": False, "description": text}}


def add_plan(
    chart: Chart, conditions: Sequence[str], goals: Sequence[str], team: str, activities: Sequence[str]
) -> str:
    """The plan of measures. `activities` are in words; a service code stands for its usual activity."""
    return chart.add(
        {
            "resourceType": "CarePlan",
            "status": "active",
            "intent": "plan",
            "title": "Tiltaksplan",
            "subject": chart.subject,
            "period": {"start": chart.scene.day(-60)},
            "careTeam": [reference(team)],
            **({"addresses": [reference(c) for c in conditions]} if conditions else {}),
            **({"goal": [reference(g) for g in goals]} if goals else {}),
            "activity": [_activity(ACTIVITIES.get(a, a)) for a in activities],
        }
    )


def add_goals(chart: Chart, conditions: Mapping[str, str]) -> list[str]:
    """A goal for at most three of the ailments that have one. `conditions`: name -> reference."""
    chance = chart.chance
    with_goal = [name for name in conditions if AILMENTS[name].goal]
    # A few goals are overdue, so that the front page has something to say of deadlines.
    return [
        add_goal(chart, AILMENTS[name].goal, conditions[name], chance.between(-4, 60))
        for name in chance.some(with_goal, 3)
    ]


def add_flag(chart: Chart, text: str) -> str:
    return chart.add(
        {
            "resourceType": "Flag",
            "status": "active",
            "category": [hl7("flag-category", "safety")],
            "code": {"text": text},
            "subject": chart.subject,
        }
    )
