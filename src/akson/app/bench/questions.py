"""What is asked: one function for each question, from people and chance to a request.

The questions are those that the peers in docs/benchmarks.md were asked, so that a figure can stand beside theirs.
"""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec

from akson.app.bench.client import Request
from akson.app.bench.people import People, Person

_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OBSERVATIONS_OF_A_TRANSACTION = 5


def _get(path: str) -> Request:
    return Request("GET", path)


def _token(value: str) -> str:
    return quote(value, safe="")


def read_patient(people: People) -> Request:
    return _get(f"Patient/{people.any().id}")


def read_observation(people: People) -> Request:
    person = people.any(people.with_codes)
    return _get(f"Observation/{people.chance.choice(person.observations)}")


def by_family(people: People) -> Request:
    return _get(f"Patient?family={_token(people.any().family)}")


def by_identifier(people: People) -> Request:
    return _get(f"Patient?identifier={_token(people.any().identifier)}")


def curve(people: People) -> Request:
    """The newest twenty of one measurement of one patient."""
    person = people.any(people.with_codes)
    code = _token(people.chance.choice(person.codes))
    return _get(f"Observation?patient={person.id}&code={code}&_sort=-date&_count=20")


def vitals_since(people: People) -> Request:
    person = people.any(people.with_vitals)
    return _get(
        f"Observation?patient={person.id}&category=vital-signs&date=ge{person.vitals_since}&_count=50"
    )


def conditions_with_encounters(people: People) -> Request:
    return _get(f"Condition?patient={people.any().id}&_include=Condition:encounter&_count=50")


def encounters_with_observations(people: People) -> Request:
    person = people.any(people.with_encounters)
    return _get(f"Encounter?patient={person.id}&_revinclude=Observation:encounter&_count=20")


def chained_identifier(people: People) -> Request:
    person = people.any(people.with_codes)
    return _get(f"Observation?patient.identifier={_token(person.identifier)}&_count=20")


def everything(people: People) -> Request:
    return _get(f"Patient/{people.any().id}/$everything")


def create_observation(people: People) -> Request:
    person = people.any()
    encounter = f"Encounter/{people.chance.choice(person.encounters)}" if person.encounters else ""
    return Request("POST", "Observation", msgspec.json.encode(_pulse(people, person, encounter)))


def update_observation(people: People) -> Request:
    """Another content under the same id, of any patient: the worst case for an index that lies by patient."""
    id = people.next_observation()
    resource = {**_pulse(people, people.any(), ""), "id": id}
    return Request("PUT", f"Observation/{id}", msgspec.json.encode(resource))


def transaction(people: People) -> Request:
    """A consultation with five measurements that refer to it."""
    person, encounter = people.any(), _urn(people)
    resources: list[tuple[str, dict[str, Any]]] = [(encounter, _consultation(person))]
    resources += [
        (_urn(people), _pulse(people, person, encounter)) for _ in range(OBSERVATIONS_OF_A_TRANSACTION)
    ]
    entries = [
        {"fullUrl": urn, "request": {"method": "POST", "url": r["resourceType"]}, "resource": r}
        for urn, r in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    return Request("POST", "", msgspec.json.encode(bundle))


MIX = (
    (read_patient, 20),
    (read_observation, 20),
    (by_identifier, 10),
    (curve, 20),
    (vitals_since, 8),
    (conditions_with_encounters, 5),
    (encounters_with_observations, 3),
    (create_observation, 9),
    (update_observation, 5),
)
"""Of a hundred requests of a working day."""


def mixed(people: People) -> Request:
    asks, weights = zip(*MIX, strict=True)
    return people.chance.choices(asks, weights)[0](people)


def _urn(people: People) -> str:
    return f"urn:uuid:{UUID(int=people.chance.getrandbits(128), version=4)}"


def _consultation(person: Person) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": _ACT, "code": "AMB"},
        "subject": {"reference": f"Patient/{person.id}"},
        "period": {"start": "2026-02-03T10:00:00+01:00", "end": "2026-02-03T10:20:00+01:00"},
    }


def _pulse(people: People, person: Person, encounter: str) -> dict[str, Any]:
    """A heart rate at any minute of six years, so that values spread over the index as they do in life."""
    number = people.chance.randrange
    when = (
        f"20{number(20, 26)}-{number(1, 13):02}-{number(1, 29):02}T{number(24):02}:{number(60):02}:00+01:00"
    )
    vital = {"system": _CATEGORY, "code": "vital-signs", "display": "Vital Signs"}
    pulse = {"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [vital]}],
        "code": {"coding": [pulse], "text": "Heart rate"},
        "subject": {"reference": f"Patient/{person.id}"},
        **({"encounter": {"reference": encounter}} if encounter else {}),
        "effectiveDateTime": when,
        "issued": "2026-01-01T00:00:00.000+01:00",
        "valueQuantity": {
            "value": number(45, 140),
            "unit": "beats/minute",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }
