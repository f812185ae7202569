"""Clinical questions by seed: who asks, why, about whom, and for what. The same numbers give the same questions everywhere.

Askers of ten kinds, of whom some may see and some may not: nurses with and without a relation, one whom she has blocked, her
GP, a hospital that has the referral, the emergency ward with the record opened and without, the citizen, who represents her,
a caseworker. What they are told must not depend on where the data lives.
"""

from dataclasses import dataclass, replace
from random import Random

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.app.storage.population import Person
from akson.sharing.classes import SharedClass
from akson.sharing.storage.modes import Range
from akson.sharing.values import Question

HOSPITAL = "100100673"
_TREATS, _EMERGENCY = PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, by one asker, of one range."""

    number: int
    kind_of_asker: str
    actor: Actor
    """As a node of tenant 1 knows her; `at` says it for another."""
    purpose: PurposeOfUse
    range: Range
    person: Person
    question: Question

    def at(self, tenant: int) -> Actor:
        return replace(self.actor, tenant=tenant)


_SEARCHES: tuple[tuple[SharedClass, str], ...] = (
    (SharedClass.MEDICATION, "MedicationStatement?subject=Patient/{}&_sort=-effective"),
    (SharedClass.MEDICATION, "MedicationStatement?subject=Patient/{}&status=active"),
    (SharedClass.RESULTS, "Observation?subject=Patient/{}&category=laboratory&_sort=-date"),
    (SharedClass.MEASUREMENTS, "Observation?subject=Patient/{}&category=vital-signs&code=8867-4"),
    (SharedClass.MEASUREMENTS, "Observation?subject=Patient/{}&category=vital-signs&_total=accurate"),
    (SharedClass.PLAN, "CarePlan?subject=Patient/{}"),
    (SharedClass.CRITICAL, "AllergyIntolerance?patient=Patient/{}"),
    (SharedClass.PROBLEMS, "Condition?subject=Patient/{}"),
    (SharedClass.NOTES, "ClinicalImpression?subject=Patient/{}"),
    (SharedClass.DOCUMENTS, "DocumentReference?subject=Patient/{}"),
    (SharedClass.SERVICES, "EpisodeOfCare?patient=Patient/{}"),
    (SharedClass.SERVICES, "Appointment?patient=Patient/{}"),
    (SharedClass.PERSON, "Patient?_id={}"),
)


def questions(seed: int, count: int, people: list[Person]) -> list[Asked]:
    random = Random(f"questions {seed}")  # noqa: S311 - which question is asked is no secret
    found = []
    for number in range(count):
        person = random.choice(people)
        name, actor, purpose = random.choice(_askers(person))
        kind, search = random.choice(_SEARCHES)
        asker_range = random.choice((Range.OWN, Range.REGION, Range.NATION, Range.NATION))
        asked = Question(person.national_id, search.format(person.id), kind)
        found.append(Asked(number, name, actor, purpose, asker_range, person, asked))
    return found


def _askers(person: Person) -> list[tuple[str, Actor, PurposeOfUse]]:
    own = "ida" if person.east else "vera"
    case, other = ("ost", "vest") if person.east else ("vest", "ost")
    citizen = Actor(ActorKind.CITIZEN, person.id, "Innbygger", 1, reference=f"Patient/{person.id}")
    proxy = Actor(
        ActorKind.PROXY, "datter", "Datter", 1, reference=f"RelatedPerson/{person.id}-rp",
        on_behalf_of=(f"Patient/{person.id}",),
    )  # fmt: skip
    asked = [
        ("nurse with a relation", _staff(own, "nurse", f"hjemmetjenesten-{case}"), _TREATS),
        ("nurse without a relation", _staff("tove", "nurse", f"hjemmetjenesten-{other}"), _TREATS),
        ("nurse with a task", _staff("tim", "nurse", "legevakt"), _TREATS),
        ("nurse she has blocked", _staff("omar", "nurse", f"hjemmetjenesten-{case}"), _TREATS),
        ("GP", _staff("grete", "gp", "torget"), _TREATS),
        ("emergency doctor who has opened", _staff("nadia", "doctor", "legevakt"), _EMERGENCY),
        ("emergency doctor who has not", _staff("olav", "doctor", "legevakt"), _EMERGENCY),
        ("caseworker", _staff("kari", "caseworker", f"hjemmetjenesten-{case}"), PurposeOfUse.ADMINISTRATION),
        ("citizen", citizen, PurposeOfUse.PATIENT_REQUEST),
        ("representative", proxy, PurposeOfUse.PATIENT_REQUEST),
    ]
    for purpose in (_TREATS, _EMERGENCY):
        word = Attested((person.id,), purpose, "d-1", "00" * 32, HOSPITAL, HOSPITAL)
        asked.append(
            (
                f"hospital doctor, {purpose}",
                replace(_staff("hans", "doctor", "havnes"), attested=word),
                purpose,
            )
        )
    return asked


def _staff(id: str, role: str, unit: str) -> Actor:
    return Actor(
        ActorKind.PRACTITIONER,
        id,
        id.title(),
        1,
        role=role,
        hpr="9900001",
        reference=f"Practitioner/{id}",
        organisations=(f"Organization/{unit}",),
        unit_name=unit,
    )
