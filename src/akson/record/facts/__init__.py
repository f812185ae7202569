"""What a resource says to the judgement: one module for each kind of fact, pure rules over the resource alone.

`of(resource, since=…, act=…) -> Derived`. The store keeps the rows beside the resource, version by version. Whether a fact
opens or closes anything is for `akson.access` to say, not for this package. The table of who gives what: record/README.md.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from akson.access.facts import Relation
from akson.record.facts import (
    consents,
    labels,
    messages,
    patients,
    relatives,
    services,
    teams,
    unsigned,
    visits,
)
from akson.store.values import NOTHING_DERIVED, Derived

Json = Mapping[str, Any]

_RELATIONS: dict[str, tuple[Callable[[Json, datetime], Iterator[Relation]], ...]] = {
    "Appointment": (visits.appointed,),
    "Communication": (messages.received,),
    "Encounter": (visits.at_home, visits.on_ward),
    "EpisodeOfCare": (services.decided,),
    "Patient": (patients.on_list,),
    "ServiceRequest": (services.referred,),
    "Task": (services.work,),
}

GIVING = frozenset((*_RELATIONS, "CareTeam", "Consent", "RelatedPerson"))
"""Types by which somebody may come to see, or not to see."""


def of(resource: Json, *, since: datetime, act: str = "") -> Derived:
    """`since` is the instant of the version: the start of what states none. `act` is the kind of relation that an act of
    the record makes by this CareTeam; an ordinary write of the same content gives none."""
    type = resource["resourceType"]
    if type == "CareTeam":
        relations = tuple(teams.members(resource, since, act))
    else:
        relations = tuple(row for rule in _RELATIONS.get(type, ()) for row in rule(resource, since))
    security, released = labels.of(resource)
    security = (*security, *unsigned.of(resource))
    match type:
        case "Consent":
            return Derived(
                relations,
                barriers=tuple(consents.barriers(resource)),
                representations=tuple(consents.representations(resource)),
                labels=security,
                released=released,
            )
        case "RelatedPerson":
            return Derived(
                relations,
                representations=tuple(relatives.parental(resource)),
                addresses=tuple(patients.addresses(resource)),
                labels=security,
                released=released,
            )
        case "Patient":
            return Derived(
                relations,
                traits=tuple(patients.traits(resource)),
                addresses=tuple(patients.addresses(resource)),
                links=tuple(patients.links(resource)),
                labels=security,
                released=released,
            )
    if not (relations or security or released):
        return NOTHING_DERIVED
    return Derived(relations, labels=security, released=released)
