"""The node's time when it plays with a lab: the lab's, out of a file that the lab writes in the node's data folder.

    <data>/lab-clock.json    {"lab": "2026-11-18T13:05:00+00:00", "machine": "2026-11-27T07:20:00+00:00", "speed": 1.0}

So midnight, daylight saving and deadlines of 24 hours are the node's own. A record that has lived by one time never lives by
another: the file and `clock = lab` belong together, and neither is let in without the other (docs/adr/0178).
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from akson.app.settings import Settings
from akson.fhir.problem import Problem, ProblemKind
from akson.world import Clock, SystemClock

FILE_NAME = "lab-clock.json"
LAB = "lab"


class LabTime:
    """A Clock that follows the file, and never goes back."""

    def __init__(self, path: Path, machine: Clock) -> None:
        self._path = path
        self._machine = machine
        self._read_at: tuple[int, int] = (0, 0)
        self._lab, self._began, self._speed = _read(path)
        self._latest = self._lab

    def now(self) -> datetime:
        found = self._path.stat()
        mark = (found.st_ino, found.st_mtime_ns)
        if mark != self._read_at:
            self._lab, self._began, self._speed = _read(self._path)
            self._read_at = mark
        gone_s = (self._machine.now() - self._began).total_seconds() * self._speed
        self._latest = max(self._latest, self._lab + timedelta(seconds=max(0.0, gone_s)))
        return self._latest


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the lab's. Raises Problem AKS-APP-080, AKS-APP-081."""
    path = settings.data / FILE_NAME
    if settings.clock != LAB:
        if path.exists():
            raise _refused(
                "AKS-APP-080",
                f"{settings.data} lives by a lab's time.",
                "What stands there is of other days than today.",
                "Say AKSON_CLOCK=lab, or choose another data folder with --data.",
            )
        return SystemClock()
    if settings.database_url or not path.exists():
        raise _refused(
            "AKS-APP-081",
            "This node may not live by a lab's time.",
            "That is for a data folder that a lab has made, with its own database, and nothing else in it.",
            "Start the lab first, on a new data folder: akson lab up --leads --data FOLDER.",
        )
    return LabTime(path, SystemClock())


def check_stage(settings: Settings, *, demo: bool) -> None:
    """Before anything starts. Raises Problem AKS-APP-080, -081, and AKS-APP-083 for a node for real work."""
    if settings.clock == LAB and not demo:
        raise _refused(
            "AKS-APP-083",
            "A node for real work lives by the machine's time.",
            "AKSON_CLOCK=lab is for a demo that plays with a lab.",
            "Take the setting away, or play with akson up.",
        )
    clock_of(settings)


def check_new(data: Path) -> None:
    """Before a lab leads a folder's time. Raises Problem AKS-APP-082 for one that has lived by the machine's."""
    if (data / "pg").exists() and not (data / FILE_NAME).exists():
        raise _refused(
            "AKS-APP-082",
            f"{data} has lived by the machine's time.",
            "A lab that leads the time would put new things before old ones there.",
            "Choose a new data folder with --data.",
        )


def _read(path: Path) -> tuple[datetime, datetime, float]:
    told = json.loads(path.read_bytes())
    return datetime.fromisoformat(told["lab"]), datetime.fromisoformat(told["machine"]), float(told["speed"])


def _refused(id: str, what: str, why: str, now: str) -> Problem:
    return Problem(ProblemKind.CONFLICT, id, what, why=why, now=now, permanent=True)
