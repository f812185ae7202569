"""A web session as others see it: who, since when, and whether it lets anybody in at this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from akson.access.actor import Actor

SESSION_LIFETIME = timedelta(hours=9)
"""One shift."""


class Standing(StrEnum):
    OPEN = "open"
    UNBOUND = "unbound"
    """Logged in, but the browser has not shown a key of its own yet: nothing is shown before it has."""
    STALE = "stale"
    """The cookie is older than a cookie may be; a proof by the browser's key renews it."""
    LOCKED = "locked"
    """Idle too long, or locked by hand; proof and PIN open it."""


@dataclass(frozen=True, slots=True)
class WebSession:
    actor: Actor
    since: datetime
    """When the strong login was made."""
    standing: Standing
    form_key: str
    """What the tokens of its forms are made with: the same for as long as it lasts, whatever its cookie is."""
    id: str = ""
    """"" for a session that is a signed cookie alone (the demo's)."""
    device: str = ""
    """Thumbprint of the browser's key; "" when it is not bound to one."""
    lock_after: timedelta = timedelta(0)
