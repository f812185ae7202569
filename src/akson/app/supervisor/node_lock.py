"""One running node for each data folder. The lock is the kernel's, so a killed node leaves nothing that blocks the next.

`<data>/akson.lock` holds a line of JSON for people and for the second start:

    {"pid": 4711, "address": "http://127.0.0.1:8080", "ready": true}
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

FILE_NAME = "akson.lock"


class NodeLock:
    """Held from `take` to `leave`; goes with the process."""

    def __init__(self, data_folder: Path) -> None:
        self._path = data_folder / FILE_NAME
        self._handle: int | None = None

    def take(self) -> None:
        """Raises Problem AKS-APP-010 when a node runs on this folder already."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise _running(self._path) from None
        self._handle = handle
        self.say({"pid": os.getpid()})

    def say(self, facts: dict[str, Any]) -> None:
        """Replaces what the file tells."""
        assert self._handle is not None, "the lock is held"
        line = json.dumps(facts).encode() + b"\n"
        os.pwrite(self._handle, line, 0)
        os.ftruncate(self._handle, len(line))

    def leave(self) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def running_node(data_folder: Path) -> dict[str, Any] | None:
    """What the node that runs on this folder tells of itself; None when none runs."""
    try:
        handle = os.open(data_folder / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _facts(data_folder / FILE_NAME)
    finally:
        os.close(handle)


def _facts(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _running(path: Path) -> Problem:
    told = _facts(path)
    where = f" at {told['address']}" if told.get("address") else ""
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-APP-010",
        f"Akson is already running on this data folder{where}.",
        why=f"Process {told.get('pid', '?')} holds {path}.",
        now="Use that one, stop it first (Ctrl-C in its window), or choose another folder with --data.",
    )
