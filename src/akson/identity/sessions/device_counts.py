"""Which of a device's own numbers have come: `<data>/keys/rounds/<hash of person and device>` holds `[[1, 7], [9, 12]]`.

What the numbers stand for, and what a gap means, others say (`care/round/sequence.py`).
"""

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from akson.access.actor import Actor

KEPT_S = 14 * 24 * 3600
"""A phone that has not been heard of for so long is another's, or none: each shift is a new device."""
Ranges = tuple[tuple[int, int], ...]


class DeviceCounts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = 0

    def keep(self, actor: Actor, device: str, change: Callable[[Ranges], Ranges]) -> Ranges:
        """What stands afterwards. Two at once come one after the other; what was half written counts as nothing come."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old()
        owner = "\0".join((str(actor.tenant), actor.id, device))
        path = self._folder / hashlib.sha256(owner.encode()).hexdigest()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            kept = change(_ranges(file.read()))
            line = json.dumps(kept).encode()
            os.pwrite(descriptor, line, 0)
            os.ftruncate(descriptor, len(line))
        return kept

    def _forget_old(self) -> None:
        """At the day's first call of the process; a file that goes meanwhile is gone."""
        today = int(time.time() // (24 * 3600))
        if today == self._swept:
            return
        self._swept = today
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - KEPT_S:
                    path.unlink()


def _ranges(stored: bytes) -> Ranges:
    try:
        return tuple((int(low), int(high)) for low, high in json.loads(stored or b"[]"))
    except (ValueError, TypeError):
        return ()
