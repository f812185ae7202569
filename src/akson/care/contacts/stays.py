"""Whether the patient is in hospital now, from Encounters that have begun and not ended.

Spec: https://hl7.org/fhir/R4/encounter.html, classes from https://terminology.hl7.org/CodeSystem-v3-ActCode.html.
Planned admissions and what is done during the stay do not belong here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, display, instant, reference

INPATIENT_CLASSES = ("IMP", "ACUTE", "NONAC", "SS")
"""`SS`, a short stay, is a stay: she is not at home, so visits wait, and whoever looks for her is told where she is
(docs/adr/0186). One list for the screens, the pathway and what the house does by itself."""
UNDER_WAY = ("in-progress", "arrived", "triaged", "onleave")


@dataclass(frozen=True, slots=True)
class Stay:
    where: str
    """Name of the hospital, or "" when the record does not say."""
    since: datetime | None


def _where(encounter: Resource, known: Mapping[str, Resource]) -> str:
    provider = encounter.get("serviceProvider")
    return display(provider) or str(known.get(reference(provider), {}).get("name") or "")


def current_stay(encounters: Iterable[Resource], known: Mapping[str, Resource] | None = None) -> Stay | None:
    """The newest stay under way; None when she is not admitted. `known` maps references to what they name."""
    stays = [
        Stay(_where(e, known or {}), instant((e.get("period") or {}).get("start")))
        for e in encounters
        if e.get("status") in UNDER_WAY
        and (e.get("class") or {}).get("code") in INPATIENT_CLASSES
        and not (e.get("period") or {}).get("end")
    ]
    return max(stays, key=lambda s: s.since.timestamp() if s.since else 0.0, default=None)
