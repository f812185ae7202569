"""Web sessions: a signed cookie that holds the Actor, for one shift at most.

Its token type is its own, so that a stolen cookie is no access token and an access token is no cookie. Logging out is
remembered as a file named by the cookie's hash, which every process of the node sees; it goes when the cookie has expired.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from akson.access.actor import Actor
from akson.fhir.problem import Problem
from akson.identity.issuers.local import LocalIssuer
from akson.world import Clock

SESSION_LIFETIME = timedelta(hours=9)
SESSION_TYPE = "akson-session+jwt"


@dataclass(frozen=True, slots=True)
class WebSession:
    actor: Actor
    since: datetime
    """When the login was made."""


class Sessions:
    """Starts, finds and ends web sessions. `cookie` is the cookie's value; `ended` a folder of the node's own."""

    def __init__(self, issuer: LocalIssuer, *, ended: Path, clock: Clock) -> None:
        self._issuer = issuer
        self._ended = ended
        self._clock = clock
        ended.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_expired()

    def start(self, actor: Actor) -> str:
        return self._issuer.issue(actor, lifetime=SESSION_LIFETIME, type=SESSION_TYPE)

    def find(self, cookie: str) -> WebSession | None:
        """The session, or None when the cookie is unknown, altered, ended or too old."""
        try:
            actor = self._issuer.verify(cookie, type=SESSION_TYPE)
        except Problem:
            return None
        if self._mark(cookie).exists():
            return None
        issued = jwt.decode(cookie, options={"verify_signature": False})["iat"]  # verified two lines above
        return WebSession(actor, datetime.fromtimestamp(issued, UTC))

    def end(self, cookie: str) -> None:
        """Nobody is let in by this cookie again, on any process of this node."""
        mark, now = self._mark(cookie), self._clock.now().timestamp()
        mark.touch(mode=0o600)
        os.utime(mark, (now, now))

    def _mark(self, cookie: str) -> Path:
        return self._ended / hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()

    def _forget_expired(self) -> None:
        oldest = (self._clock.now() - SESSION_LIFETIME).timestamp()
        for mark in self._ended.iterdir():
            with suppress(FileNotFoundError):  # Another process of the node tidies at the same moment.
                if mark.stat().st_mtime < oldest:
                    mark.unlink()
