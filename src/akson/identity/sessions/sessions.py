"""Starts, finds, binds, renews, locks, resumes and ends web sessions. One per process; what they share are files.

A session is one of two things. The demo's is a signed token in the cookie, for one shift, as long as its user wants no PIN.
Every other one is a file, and its cookie is `s1.<id>.<until>.<mac>`: once a browser's key is bound to it, a cookie lives
half a minute, and only that key renews it. So a copied cookie dies by itself and can change nothing (docs/adr/0081).
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from akson.access.actor import Actor
from akson.fhir.problem import Problem
from akson.identity.claims import to_actor, to_claims
from akson.identity.issuers.local import LocalIssuer
from akson.identity.sessions.device_counts import DeviceCounts
from akson.identity.sessions.phones import Phones
from akson.identity.sessions.pins import Pins
from akson.identity.sessions.proofs import AGE_MAX_S, AHEAD_MAX_S, Asked, device_of, jti_of, public_key
from akson.identity.sessions.refusals import locked, refused
from akson.identity.sessions.session_files import SessionFiles, SessionRecord
from akson.identity.sessions.standing import SESSION_LIFETIME, Standing, WebSession, mark_of
from akson.world import Clock, Random, SystemRandom

SESSION_TYPE = "akson-session+jwt"
COOKIE_LIFETIME = timedelta(seconds=30)
"""Of a bound session's cookie. The page renews it twice as often."""
BOUND_WITHIN = timedelta(minutes=5)
"""From a login until the browser has shown its key."""
LOCK_AFTER = timedelta(minutes=10)
ACTIVE_NOTED_EACH_S = 30
PROOFS_KEPT_S = AGE_MAX_S + AHEAD_MAX_S
PROOFS_KEPT_MAX = 1_000
MARK_OF_COOKIE_CHARACTERS = 64
"""SHA-256 in hex; the id of a session that is a file is shorter."""
_VERSION = "s1"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What an issuer said beside who it is: needed to end its session and ours together."""

    issuer: str
    session: str = ""
    subject: str = ""
    id_token: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    cookie: str
    """"" when the PIN was wrong."""
    left: int
    """Tries left; 0: the session has ended, and only a new login helps."""


class Sessions:
    """`cookie` is the cookie's value; `ended` a folder of the node's own, `sessions` and `pins` stand beside it."""

    def __init__(
        self,
        issuer: LocalIssuer,
        *,
        ended: Path,
        clock: Clock,
        random: Random | None = None,
        lock_after: timedelta = LOCK_AFTER,
    ) -> None:
        self._issuer = issuer
        self._ended = ended
        self._clock = clock
        self._random = random or SystemRandom()
        self._files = SessionFiles(ended.with_name("sessions"))
        self.pins = Pins(ended.with_name("pins"), random=self._random)
        self.counts = DeviceCounts(ended.with_name("rounds"))
        self.phones = Phones(ended.with_name("phones"))
        self.lock_after = lock_after
        ended.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_expired()

    def start(self, actor: Actor) -> str:
        """A session that is its cookie, for one shift."""
        return self._issuer.issue(actor, lifetime=SESSION_LIFETIME, type=SESSION_TYPE)

    def start_vouched(
        self, actor: Actor, vouched: Vouched, *, lifetime: timedelta = SESSION_LIFETIME, needs_device: bool
    ) -> str:
        """A session after a login at an issuer. With `needs_device` nothing is shown until `bind`."""
        record = self._record(actor, lifetime)
        record.needs_device = needs_device
        record.issuer, record.session = vouched.issuer, vouched.session
        record.subject, record.id_token = vouched.subject, vouched.id_token
        self._files.make(record)
        return self._cookie(record)

    def find(self, cookie: str) -> WebSession | None:
        """The session when it lets in at this moment; None when it is unknown, altered, ended, too old, locked or stale.

        Its user does something: that is noted, so that it does not lock.
        """
        found = self.look(cookie)
        if found is None or found.standing is not Standing.OPEN:
            return None
        if found.device:
            self._note_active(found.id)
        return found

    def _note_active(self, id: str) -> None:
        record = self._files.read(id)
        if record is not None and self._now() - record.active > ACTIVE_NOTED_EACH_S:
            with self._files.change(id) as again:
                if again is not None:
                    again.active = self._now()

    def look(self, cookie: str) -> WebSession | None:
        """The session however it stands; None when it is unknown, altered, ended or too old."""
        if cookie.startswith(f"{_VERSION}."):
            return self._look_at_file(cookie)
        try:
            actor = self._issuer.verify(cookie, type=SESSION_TYPE)
        except Problem:
            return None
        if self._mark(cookie).exists():
            return None
        issued = jwt.decode(cookie, options={"verify_signature": False})["iat"]  # verified above
        return WebSession(actor, datetime.fromtimestamp(issued, UTC), Standing.OPEN, form_key=cookie)

    def bind(self, cookie: str, proof: str, asked: Asked) -> str:
        """The session bound to the key in the proof; gives its new cookie, the old one is worth nothing.

        Raises Problem AKS-SESSION-001/002 when the proof does not hold, there is no session, or it is bound already.
        """
        jwk = public_key(proof)
        jti = jti_of(proof, jwk, asked, self._clock.now())
        session = self.look(cookie)
        if session is None or session.device or session.standing not in (Standing.OPEN, Standing.UNBOUND):
            raise refused("there is nothing to bind")
        if not session.id:
            return self._bind_signed(session, cookie, jwk, jti)
        with self._files.change(session.id) as record:
            if record is None or record.device:
                raise refused("there is nothing to bind")
            record.device = jwk
            record.secret = self._random.bytes(32).hex()  # The cookie of before is worth nothing.
            self._use(record, jti)
            return self._cookie(record)

    def renew(self, cookie: str, proof: str, asked: Asked, *, active: bool) -> str:
        """A fresh cookie for the browser that holds the key. `active`: its user did something since the last time.

        Raises Problem AKS-SESSION-001/002 when it is another, -003 when the session is locked.
        """
        with self._proven(cookie, proof, asked) as (record, session):
            if session.standing is Standing.LOCKED:
                raise locked()
            if active:
                record.active = self._now()
            return self._cookie(record)

    def prove(self, cookie: str, proof: str, asked: Asked) -> None:
        """Whether this request was made by the browser the session is bound to. Raises Problem AKS-SESSION-001/002."""
        with self._proven(cookie, proof, asked):
            pass

    def lock(self, cookie: str) -> None:
        """Covered until PIN or a new login. A session that is bound to nothing has no PIN, and is left alone."""
        session = self.look(cookie)
        if session and session.device:
            with self._files.change(session.id) as record:
                if record is not None:
                    record.locked = True

    def resume(self, cookie: str, proof: str, asked: Asked, *, pin: str, secret: str) -> Resumed:
        """Open again with the right PIN; ended when the tries are used up. Takes about 0.1 s: not on the loop.

        Raises Problem AKS-SESSION-001/002 when this is not the browser.
        """
        with self._proven(cookie, proof, asked) as (_, session):
            pass  # The proof is used up before the PIN is looked at, and the lock is not held meanwhile.
        tried = self.pins.try_(session.actor, session.device, secret, pin)
        if not tried.right:
            if tried.left == 0:
                self.end(cookie)
            return Resumed("", tried.left)
        with self._files.change(session.id) as record:
            if record is None:
                raise refused("the session has ended")
            record.locked, record.active = False, self._now()
            return Resumed(self._cookie(record), tried.left)

    def end(self, cookie: str) -> str:
        """Nobody is let in by this cookie or its session again, on any process; gives the issuer's ID token, or ""."""
        if cookie.startswith(f"{_VERSION}."):
            found = self._sealed(cookie)
            if found is None:
                return ""
            self._files.delete(found[0].id)
            return found[0].id_token
        mark, now = self._mark(cookie), self._clock.now().timestamp()
        mark.touch(mode=0o600)
        os.utime(mark, (now, now))
        return ""

    def is_over(self, mark: str) -> bool:
        """Whether the login with this mark (`WebSession.mark`) has ended: logged out, ended by its issuer, or too old.

        Of a session that is its cookie only that it was logged out is known; its age the asker knows.
        """
        if len(mark) == MARK_OF_COOKIE_CHARACTERS:
            return (self._ended / mark).exists()
        record = self._files.read(mark)
        return record is None or self._now() >= record.ends

    def vouched(self, cookie: str) -> Vouched | None:
        """Which issuer's login the session came from; None for one of the node's own."""
        found = self._sealed(cookie)
        if found is None or not found[0].issuer:
            return None
        record = found[0]
        return Vouched(record.issuer, record.session, record.subject, record.id_token)

    def end_vouched(self, issuer: str, *, session: str, subject: str) -> int:
        """Ends what came from a login that the issuer has ended; gives how many."""
        ending = [
            record.id
            for record in self._files.all()
            if record.issuer == issuer
            and (record.session == session if session else record.subject == subject)
        ]
        for id in ending:
            self._files.delete(id)
        self.phones.end(ending)
        return len(ending)

    def _record(self, actor: Actor, lifetime: timedelta) -> SessionRecord:
        now = self._now()
        return SessionRecord(
            id=self._random.uuid().hex,
            actor=to_claims(actor),
            since=now,
            ends=now + min(lifetime, SESSION_LIFETIME).total_seconds(),
            secret=self._random.bytes(32).hex(),
            active=now,
        )

    def _bind_signed(self, session: WebSession, cookie: str, jwk: dict[str, object], jti: str) -> str:
        """The demo's session becomes one that is a file, as old as it was."""
        record = self._record(session.actor, SESSION_LIFETIME)
        record.since = session.since.timestamp()
        record.ends = record.since + SESSION_LIFETIME.total_seconds()
        record.device = jwk
        self._use(record, jti)
        self._files.make(record)
        self.end(cookie)
        return self._cookie(record)

    def _look_at_file(self, cookie: str) -> WebSession | None:
        found = self._sealed(cookie)
        if found is None:
            return None
        record, until = found
        standing = self._standing(record, until)
        return self._session(record, standing) if standing else None

    def _standing(self, record: SessionRecord, until: float) -> Standing | None:
        now = self._now()
        if record.device is None:
            if now >= until:
                return None
            return Standing.UNBOUND if record.needs_device else Standing.OPEN
        if record.locked or now - record.active > self.lock_after.total_seconds():
            return Standing.LOCKED
        return Standing.OPEN if now < until else Standing.STALE

    def _session(self, record: SessionRecord, standing: Standing) -> WebSession:
        return WebSession(
            to_actor(record.actor),
            datetime.fromtimestamp(record.since, UTC),
            standing,
            form_key=hashlib.sha256(f"form\0{record.id}\0{record.secret}".encode()).hexdigest(),
            id=record.id,
            device=device_of(record.device) if record.device else "",
            lock_after=self.lock_after,
        )

    def _cookie(self, record: SessionRecord) -> str:
        now = self._now()
        life = COOKIE_LIFETIME if record.device else BOUND_WITHIN if record.needs_device else SESSION_LIFETIME
        until = int(min(now + life.total_seconds(), record.ends))
        return f"{_VERSION}.{record.id}.{until}.{_seal(record, until)}"

    def _sealed(self, cookie: str) -> tuple[SessionRecord, float] | None:
        """The record a cookie belongs to and until when the cookie is fresh; None unless this node sealed it."""
        parts = cookie.split(".")
        if len(parts) != 4 or parts[0] != _VERSION or not parts[2].isdecimal() or len(parts[2]) > 12:
            return None
        record = self._files.read(parts[1])
        if record is None or self._now() >= record.ends:
            return None
        until = int(parts[2])
        made = _seal(record, until).encode()
        if not hmac.compare_digest(parts[3].encode("utf-8", "surrogatepass"), made):
            return None
        return record, until

    @contextmanager
    def _proven(self, cookie: str, proof: str, asked: Asked) -> Iterator[tuple[SessionRecord, WebSession]]:
        """The record to change, and the session as it stands, for the browser that proves itself."""
        session = self.look(cookie)
        if session is None or not session.device or session.id != asked.session:
            raise refused("the session has ended")
        with self._files.change(session.id) as record:
            if record is None or record.device is None:
                raise refused("the session has ended")
            self._use(record, jti_of(proof, record.device, asked, self._clock.now()))
            yield record, session

    def _use(self, record: SessionRecord, jti: str) -> None:
        """Once. Raises Problem AKS-SESSION-001 the second time."""
        now = self._now()
        record.seen = {known: at for known, at in record.seen.items() if now - at < PROOFS_KEPT_S}
        if jti in record.seen:
            raise refused("it was used before")
        if len(record.seen) >= PROOFS_KEPT_MAX:
            raise refused("too many were used within a minute")
        record.seen[jti] = now

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _mark(self, cookie: str) -> Path:
        return self._ended / mark_of(cookie)

    def _forget_expired(self) -> None:
        oldest = (self._clock.now() - SESSION_LIFETIME).timestamp()
        for mark in self._ended.iterdir():
            with suppress(FileNotFoundError):  # Another process of the node tidies at the same moment.
                if mark.stat().st_mtime < oldest:
                    mark.unlink()
        for record in self._files.all():
            if self._now() >= record.ends:
                self._files.delete(record.id)


def _seal(record: SessionRecord, until: int) -> str:
    text = f"cookie\0{record.id}\0{until}"
    return hmac.new(bytes.fromhex(record.secret), text.encode(), hashlib.sha256).hexdigest()
