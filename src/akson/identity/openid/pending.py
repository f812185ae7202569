"""Logins under way: what this node must remember between sending a browser away and seeing it come back.

One file each in `<data>/keys/logins`, named by the hash of the browser's cookie; taken once, by whichever worker the
browser comes back to:

    {"issuer": "helseid", "state": "…", "nonce": "…", "verifier": "…", "goal": "/innboks", "at": …}
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from akson.fhir.problem import Problem, ProblemKind
from akson.world import Clock

LIFETIME = timedelta(minutes=10)
UNDER_WAY_MAX = 2_000
_TIDY_EACH = 100


@dataclass(frozen=True, slots=True)
class Pending:
    issuer: str
    state: str
    nonce: str
    verifier: str
    goal: str
    """The path asked for before the login; "" for home."""
    at: float
    """When it began, in seconds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One who has logged in and has several roles: she says which, and the login is complete."""

    actors: list[dict[str, Any]]
    """Claims of each, as `akson.identity.claims` makes them."""
    issuer: str
    session: str
    subject: str
    id_token: str
    goal: str
    at: float


Kept = TypeVar("Kept", Pending, Choice)


class PendingLogins:
    """`cookie` is the value of the browser's login cookie; the file does not hold it."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._kept = 0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old()

    def keep(self, cookie: str, pending: Pending | Choice) -> None:
        """Raises Problem OVERLOADED AKS-LOGIN-014 when somebody begins logins without end."""
        self._kept += 1
        if self._kept % _TIDY_EACH == 0 and self._forget_old() >= UNDER_WAY_MAX:
            raise Problem(
                ProblemKind.OVERLOADED,
                "AKS-LOGIN-014",
                "Too many logins are under way.",
                now="Try again in some minutes.",
            )
        path = self._path(cookie)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(pending)))

    def take(self, cookie: str) -> Pending:
        """The login, once. Raises Problem AKS-LOGIN-010 when it is not there, was taken, or is too old."""
        return self._take(cookie, Pending)

    def take_choice(self, cookie: str) -> Choice:
        """As `take`, of a login that waits for a choice."""
        return self._take(cookie, Choice)

    def _take(self, cookie: str, kind: type[Kept]) -> Kept:
        path = self._path(cookie)
        claimed = path.with_suffix(".taken")
        try:
            path.rename(claimed)  # Of two who come with the same cookie the file system lets one through.
            pending = kind(**json.loads(claimed.read_text()))
        except (OSError, ValueError, TypeError) as absent:
            raise _not_begun_here() from absent
        finally:
            with suppress(OSError):
                claimed.unlink()
        if self._clock.now().timestamp() - pending.at > LIFETIME.total_seconds():
            raise _not_begun_here()
        return pending

    def _path(self, cookie: str) -> Path:
        return self._folder / hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()

    def _forget_old(self) -> int:
        """Deletes what nobody can come back to; gives how many are left."""
        oldest, left = (self._clock.now() - LIFETIME).timestamp(), 0
        for path in self._folder.iterdir():
            with suppress(OSError, ValueError, KeyError, TypeError):
                if json.loads(path.read_text())["at"] < oldest:
                    path.unlink()
                    continue
            left += 1
        return left


def _not_begun_here() -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-LOGIN-010",
        "This login was not begun in this browser, was used already, or took too long.",
        now="Begin again from the login page.",
    )
