"""A web session as others see it: who, since when, and whether it lets anybody in at this moment."""

import hashlib
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

    @property
    def mark(self) -> str:
        """What the login is known by to those who must not hold its cookie; `Sessions.is_over` knows it again."""
        return self.id or mark_of(self.form_key)


def mark_of(cookie: str) -> str:
    """Of a session that is its cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
