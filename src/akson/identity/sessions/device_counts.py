"""Which of a device's own numbers have come: `<data>/keys/rounds/<hash of person and device>` holds `[[1, 7], [9, 12]]`.

What the numbers stand for, and what a gap means, others say (`care/round/sequence.py`).
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from akson.access.actor import Actor

Ranges = tuple[tuple[int, int], ...]


class DeviceCounts:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, actor: Actor, device: str, change: Callable[[Ranges], Ranges]) -> Ranges:
        """What stands afterwards. Two at once come one after the other; what was half written counts as nothing come."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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


def _ranges(stored: bytes) -> Ranges:
    try:
        return tuple((int(low), int(high)) for low, high in json.loads(stored or b"[]"))
    except (ValueError, TypeError):
        return ()
