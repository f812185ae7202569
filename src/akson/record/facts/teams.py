"""Relations from a CareTeam: each member, in its own period.

    CareTeam                          care-team
    … of category self-declared       self-declared    a member of staff has stated a ground
    … of category emergency           emergency        opened for some hours
    … of category lifted              lifted           a restriction lifted with a ground

The last three are made by acts of the record alone, which pass `act`. Whoever writes such a CareTeam through the API, or
changes one, gives nobody anything. Spec: https://hl7.org/fhir/R4/careteam.html.
"""

from collections.abc import Iterator
from datetime import datetime

from akson.access.facts import Relation, RelationKind
from akson.record.facts.elements import Json, bounds, codings, relation

CATEGORY_SYSTEM = "https://akson.no/fhir/CodeSystem/care-relation"
ACTS = frozenset({RelationKind.SELF_DECLARED, RelationKind.EMERGENCY, RelationKind.LIFTED})
_RUNS = frozenset({"active", "suspended"})


def members(team: Json, since: datetime, act: str) -> Iterator[Relation]:
    if team.get("status", "active") not in _RUNS:
        return
    claimed = {code for system, code in codings(team.get("category")) if system == CATEGORY_SYSTEM} & ACTS
    if claimed and claimed != {act}:
        return
    kind = act if claimed else RelationKind.CARE_TEAM
    for participant in team.get("participant", ()):
        stated = participant if "period" in participant else team
        start, end = bounds(stated.get("period"))
        yield from relation(team.get("subject"), participant.get("member"), kind, team, start or since, end)
