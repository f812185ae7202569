"""Web sessions: a signed cookie that holds the Actor, for one shift. Its token type is its own, so that a stolen cookie
is no access token and an access token is no cookie. A session-bound value guards forms against cross-site posts."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from akson.access.actor import Actor
from akson.fhir.problem import Problem
from akson.identity.issuers.local import LocalIssuer

SESSION_LIFETIME = timedelta(hours=9)
SESSION_TYPE = "akson-session+jwt"
COOKIE = "akson_session"


@dataclass(frozen=True, slots=True)
class WebSession:
    actor: Actor
    form_token: str
    """Stands in every form; a post without it is refused."""


class Sessions:
    """Opens and reads web sessions. `cookie` below is the cookie's value."""

    def __init__(self, issuer: LocalIssuer, *, form_key: bytes) -> None:
        self._issuer = issuer
        self._form_key = form_key

    def open(self, actor: Actor) -> str:
        """The value of the session cookie for `actor`."""
        return self._issuer.issue(actor, lifetime=SESSION_LIFETIME, type=SESSION_TYPE)

    def read(self, cookie: str | None) -> WebSession | None:
        """The session, or None when there is none, it has ended, or it was altered."""
        if not cookie:
            return None
        try:
            actor = self._issuer.verify(cookie, type=SESSION_TYPE)
        except Problem:
            return None
        return WebSession(actor, self._form_token(cookie))

    def form_is_ours(self, session: WebSession, sent: str) -> bool:
        return hmac.compare_digest(session.form_token.encode(), sent.encode("utf-8", "replace"))

    def _form_token(self, cookie: str) -> str:
        return hmac.new(self._form_key, cookie.encode(), hashlib.sha256).hexdigest()
