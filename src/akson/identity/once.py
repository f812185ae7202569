"""What may be used once, remembered by every process of the node and across restarts: an empty file per use.

    <folder>/29396700/5f3c…      the minute of its end; SHA-256 of what was used
    <folder>/held/91ab…          who holds it, where the same may come again; its end is the file's time

Making a file that must not exist is atomic on every file system we run on, so two workers cannot both be first. A
minute's folder goes when the minute is past. Why no table: docs/adr/0085-once-in-files.md.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from pathlib import Path

from akson.world import Clock

_MINUTE_S = 60
_HELD = "held"
KEPT_AFTER_S = 60
"""Beyond the end, for clocks that differ."""


class OnceMarks:
    """`folder` is the node's own. Each kind of thing has a folder of its own."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._tidied = 0
        self._made = ""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def first(self, what: str, *, until: float) -> bool:
        """Whether nobody has used `what` before. `until` (Unix seconds) must follow from `what` itself."""
        self._tidy()
        # Texts and no Paths: this stands in every request that is bound to a key.
        minute = f"{self._folder}/{int(until) // _MINUTE_S}"
        if minute != self._made:
            Path(minute).mkdir(mode=0o700, exist_ok=True)
            self._made = minute
        try:
            os.close(os.open(f"{minute}/{_name(what)}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return False
        except FileNotFoundError:
            # Another process has tidied the folder away: a use so long after its end is none.
            return False
        return True

    def held_by(self, what: str, holder: str, *, until: float) -> bool:
        """Whether `holder` is the first to use `what`, or the same who used it first. For what may be shown again."""
        self._tidy()
        held = self._folder / _HELD
        held.mkdir(mode=0o700, exist_ok=True)
        mark = held / _name(what)
        # Whole or not at all: a second process must never read half a holder.
        draft = held / f".{mark.name}.{os.getpid()}"
        draft.write_text(holder, "utf-8")
        os.utime(draft, (until, until))
        try:
            mark.hardlink_to(draft)
        except FileExistsError:
            return mark.read_text("utf-8") == holder
        finally:
            draft.unlink(missing_ok=True)
        return True

    def _tidy(self) -> None:
        """At most once a minute: whole minutes that are past, and what was held until then."""
        now = int(self._clock.now().timestamp())
        oldest = (now - KEPT_AFTER_S) // _MINUTE_S - 1
        if oldest <= self._tidied:
            return
        self._tidied = oldest
        for minute in self._folder.iterdir():
            if minute.name.isdecimal() and int(minute.name) < oldest:
                shutil.rmtree(minute, ignore_errors=True)  # Another process tidies at the same moment.
        held = self._folder / _HELD
        for mark in held.iterdir() if held.is_dir() else ():
            with suppress(FileNotFoundError):
                if mark.stat().st_mtime < now - KEPT_AFTER_S:
                    mark.unlink()


def _name(what: str) -> str:
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
