"""One access event: who did what to whose data, why, and what was answered. Denials too.

One event per patient and response. Canonical bytes are made once, stored as they are, and hashed.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccessEvent:
    id: bytes
    """16 random bytes."""
    at: datetime
    tenant: int
    actor_kind: str
    actor_id: str
    actor_name: str
    role: str
    unit: str
    patient: str
    """Patient id, or "" when the access concerned no patient."""
    action: str
    """`read`, `vread`, `search`, `history`, `create`, `update`, `delete`, `receive`, `export`, `log`."""
    purpose: str
    outcome: str
    """`permit` or `deny`."""
    rules: tuple[str, ...]
    """Ids of the rules that decided."""
    words: str
    """The reason in bokmål, as the citizen reads it."""
    policy_version: str
    resources: tuple[str, ...]
    """`Type/id/version` of what was shown or written (at most 100; `count` tells the rest)."""
    count: int
    request: str
    """Ties several events of one request together."""
