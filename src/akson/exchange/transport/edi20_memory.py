"""What the EDI 2.0 client must still know after it was killed: how far it has read, and what it has handed over.

    <folder>/read.json          {"offset": 4711, "taken": ["7f0c…:8140001"], "unmarked": [["7f0c…", "8140001"]]}
    <folder>/sent/<parcel id>   the id that the message server gave it

All of it may be lost at the price of duplicates, which the inbox knows by sender and MsgId. Nothing of it can lose a
message: the offset moves only over what is taken.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from akson.exchange.transport.folder import write_whole
from akson.world import Clock

TAKEN_MAX = 500
"""Beyond the newest so many, a repeated notification is fetched again: the inbox knows it."""
SENT_KEPT_S = 30 * 24 * 3600
_NAME = "read.json"


class Edi20Memory:
    """One folder for each transport; one process at a time."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._sent = folder / "sent"
        self._sent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _read(folder / _NAME)
        self.offset: int = kept.get("offset", 0)
        self._taken: dict[str, None] = dict.fromkeys(kept.get("taken", ()))
        self._unmarked: dict[tuple[str, str], None] = dict.fromkeys(kept.get("unmarked", ()))
        self._tidy()

    def is_taken(self, key: str) -> bool:
        return key in self._taken

    @property
    def unmarked(self) -> Iterable[tuple[str, str]]:
        """(message, HER-id) that the server has not yet been told of."""
        return tuple(self._unmarked)

    def take(self, key: str, marks: tuple[str, str] | None) -> None:
        """Durable when it returns."""
        self._taken[key] = None
        while len(self._taken) > TAKEN_MAX:
            del self._taken[next(iter(self._taken))]
        if marks is not None:
            self._unmarked[marks] = None
        self._save()

    def marked(self, marks: tuple[str, str]) -> None:
        if self._unmarked.pop(marks, True) is None:
            self._save()

    def move_to(self, offset: int) -> None:
        """Everything up to `offset` is taken, or nothing that could be."""
        if offset > self.offset:
            self.offset = offset
            self._save()

    def reference(self, parcel: str) -> str:
        """What the server called it, or ""."""
        try:
            return (self._sent / _file_name(parcel)).read_text("ascii")
        except FileNotFoundError:
            return ""

    def handed(self, parcel: str, reference: str) -> None:
        write_whole(self._sent, _file_name(parcel), reference.encode("ascii"))

    def _save(self) -> None:
        held = {"offset": self.offset, "taken": list(self._taken), "unmarked": list(self._unmarked)}
        write_whole(self._folder, _NAME, json.dumps(held).encode())

    def _tidy(self) -> None:
        oldest = self._clock.now().timestamp() - SENT_KEPT_S
        for entry in os.scandir(self._sent):
            if entry.stat().st_mtime < oldest:
                Path(entry.path).unlink(missing_ok=True)


def _file_name(parcel: str) -> str:
    """Ids are UUIDs; nothing else ever becomes a file's name."""
    if not parcel or not all(c in "0123456789abcdef-" for c in parcel):
        raise ValueError("a parcel's id is a UUID in lower case")
    return parcel


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError:
        return {}  # Cut off by a dying disk: reading from the beginning costs duplicates and nothing else.
    return found if isinstance(found, dict) else {}
