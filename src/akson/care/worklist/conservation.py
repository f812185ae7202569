"""Nothing vanishes: what was planned is done, moved, cancelled with a reason, or open; and what is open has an owner.

    planned = done + moved + cancelled + open        broken: cancelled without a reason, or in a state that is none

Visits, tasks and beds are counted from the resources as they stand, by the simulator after each step and by the screen live.
Spec: https://hl7.org/fhir/R4/appointment.html, task.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from akson.care.fhir_json import Resource, any_code, concept_text, instant, reference
from akson.terminology.systems import BED_HOLDS

RESPONSIBLE = "https://akson.no/fhir/StructureDefinition/responsible-unit"
BED_HOLD, MOVED = "bed-hold", "moved"
HELD = ("booked", "arrived", "checked-in")
_DONE = {"Appointment": ("fulfilled", "noshow"), "Task": ("completed",)}
_CANCELLED = {"Appointment": ("cancelled",), "Task": ("cancelled", "rejected", "failed")}
_OPEN = {
    "Appointment": ("proposed", "pending", "booked", "arrived", "checked-in", "waitlist"),
    "Task": ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"),
}


@dataclass(frozen=True, slots=True)
class Count:
    planned: int = 0
    done: int = 0
    moved: int = 0
    cancelled: int = 0
    """With a reason."""
    open: int = 0
    broken: tuple[str, ...] = ()
    """`Appointment/x`: counted in none of these."""
    without_owner: tuple[str, ...] = ()
    """Open, and nobody's."""

    @property
    def balances(self) -> bool:
        return not self.broken and self.planned == self.done + self.moved + self.cancelled + self.open

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.planned + other.planned,
            self.done + other.done,
            self.moved + other.moved,
            self.cancelled + other.cancelled,
            self.open + other.open,
            self.broken + other.broken,
            self.without_owner + other.without_owner,
        )


class Adding:
    """A sum of many, without a value for each step."""

    def __init__(self) -> None:
        self._sums = [0, 0, 0, 0, 0]
        self._broken: list[str] = []
        self._nobodys: list[str] = []

    def add(self, one: Count) -> None:
        for place, number in enumerate((one.planned, one.done, one.moved, one.cancelled, one.open)):
            self._sums[place] += number
        self._broken += one.broken
        self._nobodys += one.without_owner

    @property
    def counted(self) -> Count:
        planned, done, moved, cancelled, open = self._sums
        return Count(planned, done, moved, cancelled, open, tuple(self._broken), tuple(self._nobodys))


@dataclass(frozen=True, slots=True)
class Posted:
    """Messages that were sent, as the post's own book has them: `sent = confirmed + … + under_way`."""

    sent: int = 0
    confirmed: int = 0
    refused: int = 0
    undelivered: int = 0
    unconfirmed: int = 0
    """No receipt within its deadline."""
    under_way: int = 0
    without_owner: int = 0
    """Refused, undelivered or unconfirmed, and nobody's to see to."""

    @property
    def balances(self) -> bool:
        parts = self.confirmed + self.refused + self.undelivered + self.unconfirmed + self.under_way
        return self.sent == parts

    @property
    def words(self) -> str:
        """`12 sendt = 9 bekreftet + 1 avvist + 0 ikke sendt + 1 ikke bekreftet + 1 underveis`."""
        return (
            f"{self.sent} sendt = {self.confirmed} bekreftet + {self.refused} avvist + {self.undelivered} ikke sendt "
            f"+ {self.unconfirmed} ikke bekreftet + {self.under_way} underveis"
        )


@dataclass(frozen=True, slots=True)
class Beds:
    """Promises against beds."""

    held: int = 0
    without_bed: tuple[str, ...] = ()
    """Holds that stand, and that their bed does not know of: the bed could be promised again."""
    without_hold: tuple[str, ...] = ()
    """What beds carry and no hold stands for: the bed is lost until somebody looks."""
    twice: tuple[str, ...] = field(default=())
    """Beds with two holds at the same time."""

    @property
    def balances(self) -> bool:
        return not (self.without_bed or self.without_hold or self.twice)


def count(resources: Iterable[Resource]) -> Count:
    """Of Appointments (visits) and Tasks. Holds of beds are counted by `beds`; what was entered in error never was."""
    found = Adding()
    for resource in resources:
        if resource.get("status") != "entered-in-error" and not _is_hold(resource):
            found.add(one(resource))
    return found.counted


def one(resource: Resource) -> Count:
    """Of one alone: in which sum it is, and whether anybody owns it."""
    type, status, name = resource["resourceType"], resource.get("status"), _name(resource)
    if status in _DONE[type]:
        return Count(planned=1, done=1)
    if status in _CANCELLED[type]:
        reason = resource.get("cancelationReason" if type == "Appointment" else "statusReason")
        if any_code([reason or {}], MOVED):
            return Count(planned=1, moved=1)
        return Count(planned=1, cancelled=1) if concept_text(reason) else Count(planned=1, broken=(name,))
    if status in _OPEN[type]:
        return Count(planned=1, open=1, without_owner=() if _owner(resource) else (name,))
    return Count(planned=1, broken=(name,))


def _owner(resource: Resource) -> str:
    if resource["resourceType"] == "Task":
        owner = resource.get("owner") or {}
        return reference(owner) or str(owner.get("display") or "")
    actors = [
        reference(p.get("actor")) for p in resource.get("participant") or [] if p.get("status") != "declined"
    ]
    units = [e.get("valueReference") for e in resource.get("extension") or [] if e.get("url") == RESPONSIBLE]
    return next((a for a in [*actors, *map(reference, units)] if a and not a.startswith("Patient/")), "")


def beds(locations: Iterable[Resource], holds: Iterable[Resource]) -> Beds:
    """The promises that stand against what the beds carry."""
    known = {_name(location): _carried(location) for location in locations}
    standing = {str(h["id"]): h for h in holds if _is_hold(h) and h.get("status") in HELD}
    carried = {number for holds_of in known.values() for number in holds_of}
    return Beds(
        held=len(standing),
        without_bed=tuple(f"Appointment/{n}" for n, h in standing.items() if n not in known.get(_bed(h), {})),
        without_hold=tuple(sorted(carried - set(standing))),
        twice=tuple(name for name, holds_of in known.items() if _overlap(list(holds_of.values()))),
    )


def _bed(hold: Resource) -> str:
    actors = (reference(p.get("actor")) for p in hold.get("participant") or [])
    return next((a for a in actors if a.startswith("Location/")), "")


def _carried(location: Resource) -> Mapping[str, tuple[str, str]]:
    found = {}
    for extension in location.get("extension") or []:
        if extension.get("url") == BED_HOLDS:
            told = {e["url"]: e for e in extension["extension"]}
            period = told["period"]["valuePeriod"]
            found[str(told["number"]["valueString"])] = (period["start"], period["end"])
    return found


def _overlap(periods: Sequence[tuple[str, str]]) -> bool:
    times = sorted((s, e) for start, end in periods if (s := instant(start)) and (e := instant(end)))
    return any(later < end for (_, end), (later, _) in pairwise(times))


def words(counted: Count, posted: Posted | None = None) -> str:
    """The live figure: `0 uten eier`; what does not add up comes first."""
    owner = f"{len(counted.without_owner) + (posted.without_owner if posted else 0)} uten eier"
    lost = len(counted.broken) + (0 if posted is None or posted.balances else 1)
    return f"{lost} uten begrunnelse, {owner}" if lost else owner


def in_full(counted: Count) -> str:
    """`12 planlagt = 5 gjort + 1 flyttet + 2 avlyst med grunn + 4 åpne`."""
    return (
        f"{counted.planned} planlagt = {counted.done} gjort + {counted.moved} flyttet "
        f"+ {counted.cancelled} avlyst med grunn + {counted.open} åpne"
    )


def _is_hold(resource: Resource) -> bool:
    return any_code(resource.get("serviceCategory") or [], BED_HOLD)


def _name(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"
