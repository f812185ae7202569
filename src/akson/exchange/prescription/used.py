"""One medicine as a message tells it, whichever message it is."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from akson.exchange.prescription.strengths import UNSAID, Strength

Resource: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Used:
    """Texts are the sender's own; "" and None are "not said".

    Used("Furix", generic="furosemid", atc="C03CA01", strength=("40", "mg", ""), form="Tablett", dose="1 tabl kl 08")
    """

    name: str
    generic: str = ""
    atc: str = ""
    form: str = ""
    strength: Strength = UNSAID
    dose: str = ""
    dosages: tuple[Resource, ...] = ()
    """FHIR Dosages where the doses are told as structure, without text."""
    as_needed: bool | None = None
    course: bool = False
    reason: str = ""
    start: str = ""
    """FHIR date or dateTime."""
    stop: str = ""
    stopped: bool = False
    stop_reason: str = ""
    multidose: bool = False
    note: str = ""
    confirmed: str = ""
    """When the sender last changed it, as FHIR date; "" when it is as of the message."""
    prescription: str = ""
    """ReseptId."""
    prescriber: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """All of one message's list."""

    medicines: tuple[Used, ...]
    allergies: tuple[str, ...] = ()
    note: str = ""
    packing: Resource = field(default_factory=dict)
    """M25.2 and M25.3: `{"until": "2026-11-20T12:00:00", "first": "2026-11-24", "last": "2026-12-07"}`."""
