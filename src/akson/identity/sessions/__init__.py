"""Web sessions: one strong login for a shift, bound to one browser's key, covered when idle, resumed by PIN.

OPEN ──idle or «Lås»──> LOCKED ──proof + PIN──> OPEN        five wrong PINs: the session ends
  └─cookie older than 30 s───> STALE ──proof──> OPEN   only the browser that holds the key can
"""

from akson.identity.sessions.pins import Pins
from akson.identity.sessions.sessions import SESSION_TYPE, Resumed, Sessions, Vouched
from akson.identity.sessions.standing import SESSION_LIFETIME, Standing, WebSession

__all__ = [
    "SESSION_LIFETIME",
    "SESSION_TYPE",
    "Pins",
    "Resumed",
    "Sessions",
    "Standing",
    "Vouched",
    "WebSession",
]
