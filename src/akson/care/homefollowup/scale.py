"""Which of the two SpO₂ scales of NEWS2 applies, and who decided it: a Flag for as long as scale 2 does.

Scale 2 is for confirmed hypercapnic respiratory failure and is decided by a doctor (RCP 2017). A set is scored on the
scale that applied when it was measured, so an old score never changes because the scale does today.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, any_code, display, instant
from akson.care.homefollowup.readings import Reading

FOLLOW_UP = "https://akson.no/fhir/CodeSystem/follow-up"
SCALE_2 = "news2-scale-2"
WORDS = "NEWS2: SpO₂-skala 2"


@dataclass(frozen=True, slots=True)
class Scale2:
    """A time in which scale 2 applies."""

    flag: Resource
    since: datetime
    until: datetime | None
    decided_by: str

    def at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


def scale_2(flags: Iterable[Resource]) -> list[Scale2]:
    """Times of scale 2, oldest first; what was entered in error never applied."""
    found = [
        Scale2(flag, since, instant(period.get("end")), display(flag.get("author")))
        for flag in flags
        if flag.get("status") != "entered-in-error" and any_code([flag.get("code") or {}], SCALE_2)
        if (since := instant((period := flag.get("period") or {}).get("start")))
    ]
    return sorted(found, key=lambda one: one.since)


def on_scale(sets: Iterable[Reading], times: Sequence[Scale2]) -> list[Reading]:
    """The sets, each told which scale it is scored on."""
    found = list(sets)
    for reading in found:
        reading.scale_2 = any(one.at(reading.at) for one in times)
    return found


def begun(id: str, patient: Resource, decided_by: Resource, at: str) -> Resource:
    """The Flag that puts scale 2 in force. `decided_by` is a Reference, with a name at least."""
    return {
        "resourceType": "Flag",
        "id": id,
        "status": "active",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/flag-category", "code": "clinical"}]}],
        "code": {"coding": [{"system": FOLLOW_UP, "code": SCALE_2, "display": WORDS}], "text": WORDS},
        "subject": patient,
        "period": {"start": at},
        "author": decided_by,
    }  # fmt: skip


def ended(flag: Resource, at: str) -> Resource:
    return {**flag, "status": "inactive", "period": {**(flag.get("period") or {}), "end": at}}
