"""One access event: who did what to whose data, why, and what was answered. Denials too.

One event per patient and response. Canonical bytes are made once, stored as they are, and hashed. The fields cover the
five elements of an EHDS log (accessor, subject, category, time, origin) and what the national trust framework's AuditEvent
carries. What an event of today cannot know yet is empty, never guessed.
"""

from dataclasses import dataclass
from datetime import datetime

DECISION_BYTES_MAX = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvent:
    id: bytes
    """16 random bytes."""
    at: datetime
    tenant: int
    actor_kind: str
    actor_id: str
    actor_name: str
    role: str
    hpr: str = ""
    """The national number of a health professional."""
    enterprise: str = ""
    """The legal entity worked for: its FHIR reference or organisation number."""
    unit: str
    """Shown to the citizen: `Hjemmetjenesten Øst`."""
    place: str = ""
    """Reference of the place of care (the nearest unit), where `unit` is its name."""
    client: str = ""
    """The program that asked, by its client id."""
    patient: str
    """Patient id, or "" when the access concerned no patient."""
    action: str
    """`read`, `vread`, `search`, `history`, `create`, `update`, `delete`, `receive`, `export`, `log`; what an act is
    called: `disclose`, …"""
    purpose: str
    ground: str = ""
    """What the person stated as ground, in her words."""
    decision_ref: str = ""
    """Id of the decision behind the care relation (`decision_ref` of the trust framework); the same on both sides."""
    attest: bytes = b""
    """SHA-256 of the attest that another organisation sent along."""
    outcome: str
    """`permit` or `deny`."""
    delivered: bool = True
    """Whether the answer was to carry data: false for a refusal, and for an answer stopped by the last guard."""
    rules: tuple[str, ...]
    """Ids of the rules that decided: the reasons."""
    words: str
    """The reason in bokmål, as the citizen reads it."""
    policy_version: str
    decision: bytes = b""
    """The question and the facts it was decided on, for replay; opaque here, at most DECISION_BYTES_MAX."""
    categories: tuple[str, ...] = ()
    """Data classes of what was shown or written: `clinical`, `demographic`, …"""
    resources: tuple[str, ...]
    """`Type/id/version` of what was shown or written (at most 100; `count` tells the rest)."""
    count: int
    request: str
    """Ties several events of one request together."""
    origin: str = ""
    """The node that answered, when it is not the one whose log this is."""
