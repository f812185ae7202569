"""The folder transport: files that come into `in`, receipts that go out through `out`.

    in/      whoever sends writes `name.part` and renames it to `name.xml`: only `.xml` is looked at
    done/    originals, moved here once they are stored: that is the acknowledgement
    out/     receipts; whoever carries them on takes them away
    failed/  what was not stored, because it is too large to be a message or may not be read

A file that somebody writes under its last name after all is left alone while it grows, and while it is not yet whole XML,
until nothing has happened to it for a while.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from akson.fhir import markup
from akson.fhir.problem import Problem

FOLDERS = ("in", "out", "done", "failed")
QUIET_S = 5.0
"""After so long without a change a broken file is taken as it is: it will not get better."""
FILE_BYTES_MAX = 100 * 1024 * 1024
FILES_EACH_POLL_MAX = 200
NAME_LENGTH_MAX = 200

Store = Callable[[bytes, str], Awaitable[int]]
"""(content, name) -> inbox id, durable when it returns."""
Aside = Callable[[str], Awaitable[None]]
"""(name): told of a file that is not stored, before it is moved."""


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    modified_ns: int
    since: float


class Folder:
    """One folder with its four parts. `clock_s` is a monotonic clock in seconds."""

    def __init__(self, root: Path, *, clock_s: Callable[[], float]) -> None:
        self.root = root
        self._clock_s = clock_s
        self._seen: dict[str, _Seen] = {}

    def prepare(self) -> None:
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)

    async def poll(self, store: Store, aside: Aside) -> int:
        """Takes in every file that is ready; gives how many."""
        taken = 0
        for name in await asyncio.to_thread(self._ready):
            taken += await self._take(name, store, aside)
        return taken

    async def _take(self, name: str, store: Store, aside: Aside) -> int:
        path = self.root / "in" / name
        content = await asyncio.to_thread(_read, path)
        # A file name is bytes; the database takes text.
        label = name.encode("utf-8", "replace").decode("utf-8")
        if content is None or len(content) > FILE_BYTES_MAX:
            if content is not None or (self._quiet(name) and path.exists()):
                await aside(label)
                await asyncio.to_thread(self._move, path, "failed", name)
            return 0
        if not self._quiet(name) and not await asyncio.to_thread(_whole, content):
            return 0
        id = await store(content, label)
        await asyncio.to_thread(self._move, path, "done", f"{id}-{name}"[:NAME_LENGTH_MAX])
        self._seen.pop(name, None)
        return 1

    def _ready(self) -> list[str]:
        """Files that have not changed since the poll before, oldest name first."""
        now, found, ready = self._clock_s(), dict[str, _Seen](), list[str]()
        for entry in os.scandir(self.root / "in"):
            if (
                not entry.name.endswith(".xml")
                or entry.name.startswith(".")
                or not entry.is_file(follow_symlinks=False)
            ):
                continue
            try:
                stat = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            before = self._seen.get(entry.name)
            same = before is not None and (before.size, before.modified_ns) == (
                stat.st_size,
                stat.st_mtime_ns,
            )
            found[entry.name] = before if same and before else _Seen(stat.st_size, stat.st_mtime_ns, now)
            if same:
                ready.append(entry.name)
        self._seen = found
        return sorted(ready)[:FILES_EACH_POLL_MAX]

    def _quiet(self, name: str) -> bool:
        seen = self._seen.get(name)
        return seen is not None and self._clock_s() - seen.since >= QUIET_S

    def _move(self, path: Path, folder: str, name: str) -> None:
        path.replace(self.root / folder / name)

    async def send(self, name: str, content: bytes) -> None:
        """A receipt, whole or not at all; the same name again is the same receipt."""
        await asyncio.to_thread(write_whole, self.root / "out", name, content)


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """Under another name first, on disk, then renamed: nobody ever reads half of it."""
    part = folder / f".{name}.{os.getpid()}.part"
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes | None:
    """None when it is gone, or may not be read: one such file must not keep all the others waiting."""
    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except OSError:
        return None


def _whole(content: bytes) -> bool:
    try:
        markup.read(content)
    except Problem:
        return False
    return True
