"""What a load has done, line by line, so that a broken one goes on where it was. One file in `<data>/load`.

    {"begin": "…/Ada_1.json.gz|31004|…#0", "witness": "Patient/3h7…", "at": "2026-11-24T08:00:00+00:00"}
    {"done":  "…/Ada_1.json.gz|31004|…#0", "taken": 312, "faults": []}

`begin` is on disk before the commit, and names one resource that the commit will write: after a kill between the commit and
`done`, that witness tells which of the two it was. Many processes append; a line is one write. No patient data: ids only.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Doubt:
    """A unit that was begun and not finished."""

    witness: str
    at: datetime


@dataclass(slots=True)
class Journal:
    """`done` and `doubts` as an earlier load left them; writing appends."""

    path: Path
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    doubts: dict[str, Doubt] = field(default_factory=dict)
    _handle: int = -1

    @classmethod
    def open(cls, data_folder: Path, database: str) -> "Journal":
        """`database` names the record's database: what one database took, another one lacks."""
        folder = data_folder / "load"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        journal = cls(folder / f"journal-{hashlib.sha256(database.encode()).hexdigest()[:8]}.jsonl")
        whole = journal._read()
        journal._handle = os.open(journal.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not whole:
            os.write(journal._handle, b"\n")
        return journal

    def forget(self) -> None:
        """Everything is loaded again, whatever was taken before."""
        self.done.clear()
        self.doubts.clear()

    def begin(self, unit: str, witness: str, at: datetime) -> None:
        """On disk when it returns: the commit that follows will be."""
        self._append({"begin": unit, "witness": witness, "at": at.isoformat()})
        os.fsync(self._handle)

    def finish(self, unit: str, taken: int, faults: list[dict[str, Any]]) -> None:
        self._append({"done": unit, "taken": taken, "faults": faults})

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _append(self, line: dict[str, Any]) -> None:
        os.write(self._handle, json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def _read(self) -> bool:
        """Whether the file ends with a whole line."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return True
        for raw in data.split(b"\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                continue  # The last line of a killed process may be half; its unit is then in doubt, or never begun.
            if "begin" in line:
                self.doubts[line["begin"]] = Doubt(line["witness"], datetime.fromisoformat(line["at"]))
            elif "done" in line:
                self.doubts.pop(line["done"], None)
                self.done[line["done"]] = line
        return data.endswith(b"\n") or not data
