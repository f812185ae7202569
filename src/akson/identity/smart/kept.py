"""What stands behind an opaque handle: launches, codes, refresh tokens. A file each, seen by every process, used once.

    <folder>/codes/5f3c…           what the code gives
    <folder>/codes/5f3c….used      the same, after somebody took it: to be known again when it comes a second time

The handle itself is not stored, only its SHA-256: whoever reads the folder cannot use what is in it.
"""

import base64
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from akson.world import Clock, Random

HANDLE_BYTES = 32
HANDLE_CHARACTERS_MAX = 100
TIDY_S = 60


@dataclass(frozen=True, slots=True)
class Taken:
    content: dict[str, Any]
    again: bool
    """Somebody has taken it before."""


class Kept:
    """`folder` is the node's own; each kind of handle has a folder of its own."""

    def __init__(self, folder: Path, *, clock: Clock, random: Random) -> None:
        self._folder = folder
        self._clock = clock
        self._random = random
        self._tidied = 0.0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, content: dict[str, Any], *, until: float) -> str:
        """The handle. `until` in Unix seconds."""
        self._tidy()
        handle = base64.urlsafe_b64encode(self._random.bytes(HANDLE_BYTES)).decode().rstrip("=")
        place = self._place(handle)
        draft = place.with_suffix(".draft")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.utime(draft, (until, until))
        draft.rename(place)
        return handle

    def look(self, handle: str) -> dict[str, Any] | None:
        """What is kept, and it stays; None when unknown, taken or too old."""
        return self._read(self._place(handle))

    def take(self, handle: str) -> Taken | None:
        """What is kept, for the first who asks; known again afterwards until its time is up."""
        place = self._place(handle)
        used = place.with_suffix(".used")
        again = False
        try:
            place.rename(used)
        except FileNotFoundError:
            again = True
        content = self._read(used)
        return None if content is None else Taken(content, again)

    def _read(self, place: Path) -> dict[str, Any] | None:
        try:
            if place.stat().st_mtime <= self._clock.now().timestamp():
                return None
            return json.loads(place.read_text("utf-8"))
        except FileNotFoundError:
            return None

    def _place(self, handle: str) -> Path:
        shown = handle[: HANDLE_CHARACTERS_MAX + 1].encode("utf-8", "surrogatepass")
        return self._folder / hashlib.sha256(shown).hexdigest()

    def _tidy(self) -> None:
        now = self._clock.now().timestamp()
        if now - self._tidied < TIDY_S:
            return
        self._tidied = now
        for place in self._folder.iterdir():
            with suppress(FileNotFoundError):  # Another process tidies at the same moment.
                if place.stat().st_mtime < now - TIDY_S:
                    place.unlink()


class Ended:
    """Grants that have ended before their time: a mark each, in every process within a minute."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def end(self, grant: str, *, until: float) -> None:
        """`until`: when nothing of the grant could live any more."""
        mark = self._mark(grant)
        mark.touch(mode=0o600)
        os.utime(mark, (until, until))
        now = self._clock.now().timestamp()
        for old in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if old.stat().st_mtime < now:
                    old.unlink()

    def has(self, grant: str) -> bool:
        return self._mark(grant).exists()

    def _mark(self, grant: str) -> Path:
        return self._folder / hashlib.sha256(grant.encode("utf-8", "surrogatepass")).hexdigest()
