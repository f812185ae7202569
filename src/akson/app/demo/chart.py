"""One citizen's resources while they are gathered, and the moment they are told from.

A resource is given its id here: `c0017-note-2` is the second note of citizen c0017.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from akson.app.demo.chance import Chance
from akson.app.demo.elements import NORWAY, Resource, clock, instant, local, reference
from akson.app.demo.people import Person, patient

_ID_WORDS = {
    "AllergyIntolerance": "allergy",
    "Appointment": "visit",
    "CarePlan": "plan",
    "CareTeam": "team",
    "ClinicalImpression": "note",
    "Communication": "message",
    "Condition": "problem",
    "Consent": "consent",
    "Encounter": "contact",
    "EpisodeOfCare": "service",
    "Flag": "flag",
    "Goal": "goal",
    "List": "list",
    "MedicationStatement": "medicine",
    "Observation": "measure",
    "RelatedPerson": "kin",
    "ServiceRequest": "decision",
    "Task": "task",
}
STORY_HOUR = 12


@dataclass(frozen=True, slots=True)
class Scene:
    """When the demo is. What is measured or written is from yesterday or earlier; only visits know the time of day."""

    now: datetime

    @classmethod
    def on(cls, day: date) -> "Scene":
        """Noon of that day, on a Norwegian clock."""
        return cls(local(day, STORY_HOUR))

    @property
    def today(self) -> date:
        return self.now.astimezone(NORWAY).date()

    def day(self, days: int) -> str:
        """The FHIR date so many days from today; negative is past."""
        return (self.today + timedelta(days=days)).isoformat()

    def at(self, days: int, time: str) -> str:
        """The FHIR instant of `08:12` so many days from today."""
        return instant(clock(self.today + timedelta(days=days), time))


@dataclass(slots=True)
class Chart:
    person: Person
    scene: Scene
    chance: Chance
    resources: list[Resource] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, person: Person, scene: Scene, chance: Chance) -> "Chart":
        chart = cls(person, scene, chance)
        chart.resources.append(patient(person))
        return chart

    @property
    def subject(self) -> Resource:
        return reference(self.person.reference, self.person.name)

    @property
    def age(self) -> int:
        return self.person.age(self.scene.today)

    @property
    def patient(self) -> Resource:
        """The Patient resource, which a special patient may add to."""
        return self.resources[0]

    def add(self, resource: Resource, *, id: str = "") -> str:
        """Keeps the resource under an id of its own; gives its reference."""
        type = resource["resourceType"]
        number = self._counts[type] = self._counts.get(type, 0) + 1
        given = id or f"{self.person.id}-{_ID_WORDS[type]}-{number}"
        self.resources.append({"resourceType": type, "id": given, **resource})
        return f"{type}/{given}"
