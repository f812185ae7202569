"""Phones that carry a list of the round, as files in `<data>/keys/phones`: which are to forget it at their next contact.

    {"device": "5e…", "sub": "ida", "tenant": 1, "name": "Ida Nilsen", "since": 1795680000, "session": "4f…",
     "state": "stands"}

`ended`: the login that loaded the list was ended by its issuer; the list is unreadable, what is not sent stays sealed until
she is back. `removed`: the phone is lost, or not to be trusted; all of it is wiped. What a phone does: docs/adr/0206.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from akson.access.actor import Actor

STANDS, ENDED, REMOVED = "stands", "ended", "removed"
KEPT_S = 14 * 24 * 3600
"""A list lasts for hours; what a phone that was removed is told, it is told for this long."""
DEVICE_CHARACTERS_MAX = 64


@dataclass(frozen=True, slots=True)
class Phone:
    device: str
    """Made on the phone for each list."""
    sub: str
    tenant: int
    name: str
    since: float
    session: str
    """Id of the session that loaded the list; "" of one that is its cookie."""
    state: str = STANDS


class Phones:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note(self, device: str, actor: Actor, session: str, at: float) -> None:
        """A list goes out to it. One that was removed stays removed."""
        if not device or len(device) > DEVICE_CHARACTERS_MAX or self.state(device) == REMOVED:
            return
        self._write(Phone(device, actor.id, actor.tenant, actor.name, at, session))

    def state(self, device: str) -> str:
        """A phone that nothing is known of stands: a list older than this file."""
        found = self._read(self._path(device))
        return found.state if found else STANDS

    def remove(self, device: str) -> bool:
        """False when there is no such phone."""
        found = self._read(self._path(device))
        if found is None:
            return False
        self._write(replace(found, state=REMOVED))
        return True

    def end(self, sessions: Collection[str]) -> int:
        """The lists that these sessions loaded; gives how many."""
        ending = [p for p in self.every() if p.session and p.session in sessions and p.state == STANDS]
        for phone in ending:
            self._write(replace(phone, state=ENDED))
        return len(ending)

    def every(self) -> list[Phone]:
        """The newest first; those too old to matter are forgotten."""
        return sorted(self._fresh(), key=lambda phone: phone.since, reverse=True)

    def _fresh(self) -> Iterator[Phone]:
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - KEPT_S:
                    path.unlink()
                elif (found := self._read(path)) is not None:
                    yield found

    def _path(self, device: str) -> Path:
        return self._folder / hashlib.sha256(device.encode()).hexdigest()

    def _read(self, path: Path) -> Phone | None:
        try:
            return Phone(**json.loads(path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, phone: Phone) -> None:
        """Whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".")
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(phone), file)
        Path(name).replace(self._path(phone.device))
