"""Municipal services the citizen has been granted, from EpisodeOfCare coded in 9151.

Code list: https://volven.no (OID 2.16.578.1.12.4.1.1.9151). Decisions and complaints do not belong here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, concept_text, display, instant, reference


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    name: str
    unit: str
    """Name of the unit that delivers it, or "" when the resource does not say."""
    unit_reference: str
    since: datetime | None
    paused: bool


def services(episodes: Iterable[Resource]) -> list[Service]:
    """Running services, oldest first; a paused one (`onhold`) is still granted."""
    found = [
        Service(
            id=str(e.get("id", "")),
            name=next((t for t in map(concept_text, e.get("type") or []) if t), "Tjeneste"),
            unit=display(e.get("managingOrganization")),
            unit_reference=reference(e.get("managingOrganization")),
            since=instant((e.get("period") or {}).get("start")),
            paused=e.get("status") == "onhold",
        )
        for e in episodes
        if e.get("status") in ("active", "onhold")
    ]
    return sorted(found, key=lambda s: (s.since is None, s.since.timestamp() if s.since else 0.0, s.name))
