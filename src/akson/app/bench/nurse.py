"""The nurse that reads and searches are repeated as: her unit carries out service decisions for 200 patients.

When fewer were loaded, patients without a record of their own make up the number: a decision looks at relations.
"""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from akson.access.actor import Actor, ActorKind
from akson.app.bench.client import Client, Request
from akson.app.bench.people import People, Person
from akson.app.cast import CAST

RELATIONS = 200
UNIT = "bench-unit"
NURSE: Actor = replace(
    CAST["ida"],
    kind=ActorKind.PRACTITIONER,
    id="bench-nurse",
    name="Målt Sykepleier",
    hpr="",
    reference="Practitioner/bench-nurse",
    organisations=(f"Organization/{UNIT}",),
    unit_name="Målt enhet",
)


async def give_relations(client: Client, people: list[Person]) -> People:
    """Writes them as `system`; gives those of the loaded whom she may now see."""
    seen = people[:RELATIONS]
    await client.send(Request("POST", "", _transaction(_resources(seen))))
    return People(seen)


def _resources(seen: list[Person]) -> Iterator[dict[str, object]]:
    yield {"resourceType": "Organization", "id": UNIT, "name": NURSE.unit_name}
    for number in range(RELATIONS):
        patient = seen[number].id if number < len(seen) else f"bench-patient-{number}"
        if number >= len(seen):
            yield {"resourceType": "Patient", "id": patient, "name": [{"family": f"Fylt-{number}"}]}
        yield {
            "resourceType": "EpisodeOfCare",
            "id": f"bench-episode-{number}",
            "status": "active",
            "patient": {"reference": f"Patient/{patient}"},
            "managingOrganization": {"reference": f"Organization/{UNIT}"},
            "period": {"start": "2026-01-01"},
        }


def _transaction(resources: Iterator[dict[str, object]]) -> bytes:
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in resources
    ]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})
