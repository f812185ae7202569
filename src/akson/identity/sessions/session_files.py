"""Sessions that are more than a cookie, as files in `<data>/keys/sessions`: seen by every process, gone at once when ended.

    {"id": "4f…", "actor": {"sub": "ida", …}, "since": …, "ends": …, "secret": "…", "device": {"kty": "EC", …},
     "needs_device": true, "locked": false, "active": …, "seen": {"<jti>": …}, "issuer": "helseid", "session": "…",
     "subject": "…", "id_token": "…"}

A change is read, made and written under one lock of the operating system, so that two workers never undo each other.
"""

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
KNOWN_MAX = 10_000


@dataclass(slots=True)
class SessionRecord:
    id: str
    actor: dict[str, Any]
    """Claims, as `akson.identity.claims` makes them."""
    since: float
    ends: float
    secret: str
    """What its cookies are sealed with; never leaves the server."""
    active: float
    """When its user was last seen to do something."""
    needs_device: bool = False
    device: dict[str, Any] | None = None
    """The browser's public key (JWK)."""
    locked: bool = False
    seen: dict[str, float] = field(default_factory=dict)
    """Proofs that were used, until they are too old to be used again."""
    issuer: str = ""
    session: str = ""
    subject: str = ""
    id_token: str = ""


class SessionFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int, int], SessionRecord]] = {}

    def read(self, id: str) -> SessionRecord | None:
        """To look at, not to change. Parsed once for each version of the file: a change is always a new file."""
        if not ID.fullmatch(id):
            return None
        try:
            stat = (self._folder / id).stat()
        except OSError:
            self._known.pop(id, None)
            return None
        version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        known = self._known.get(id)
        if known is not None and known[0] == version:
            return known[1]
        found = self._parsed(id)
        if found is not None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            self._known[id] = (version, found)
        return found

    def _parsed(self, id: str) -> SessionRecord | None:
        try:
            return SessionRecord(**json.loads((self._folder / id).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None  # Gone, or written by another version: whoever has it logs in again.

    @contextmanager
    def change(self, id: str) -> Iterator[SessionRecord | None]:
        """The record, written when the block ends without an error. None when there is none."""
        with self._alone():
            found = self._parsed(id) if ID.fullmatch(id) else None
            yield found
            if found is not None:
                self._write(found)

    def make(self, record: SessionRecord) -> None:
        with self._alone():
            self._write(record)

    def delete(self, id: str) -> None:
        """Under the lock: a change under way in another worker must not write it back."""
        if ID.fullmatch(id) and self._folder.is_dir():
            with self._alone():
                (self._folder / id).unlink(missing_ok=True)

    def all(self) -> list[SessionRecord]:
        if not self._folder.is_dir():
            return []
        found = (self.read(path.name) for path in self._folder.iterdir())
        return [record for record in found if record is not None]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # Held for a fraction of a millisecond.
            yield
        finally:
            os.close(handle)

    def _write(self, record: SessionRecord) -> None:
        """Whole or not at all: a reader never sees half of it."""
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(json.dumps(_told(record), separators=(",", ":")).encode())
            Path(name).replace(self._folder / record.id)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _told(record: SessionRecord) -> dict[str, Any]:
    """Not `asdict`: that copies every proof that was used."""
    return {name.name: getattr(record, name.name) for name in fields(record)}
