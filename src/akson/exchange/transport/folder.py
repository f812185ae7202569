"""The folder transport: files that come into `in`, receipts that go out through `out`.

    in/      whoever sends writes `name.part` and renames it to `name.xml`: only `.xml` is looked at
    done/    originals, moved here once they are stored: that is the acknowledgement
    out/     receipts; whoever carries them on takes them away
    failed/  what was not stored, because it is too large to be a message or may not be read

A file that somebody writes under its last name after all is left alone while it grows, and while it is not yet whole XML,
until nothing has happened to it for a while.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable, Unreachable
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
        label = _label(name)
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
        """Files that have not changed since the poll before, oldest first."""
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
        return sorted(ready, key=lambda name: (found[name].modified_ns, name))[:FILES_EACH_POLL_MAX]

    def _quiet(self, name: str) -> bool:
        seen = self._seen.get(name)
        return seen is not None and self._clock_s() - seen.since >= QUIET_S

    def _move(self, path: Path, folder: str, name: str) -> None:
        path.replace(self.root / folder / name)

    async def send(self, name: str, content: bytes) -> None:
        """A receipt, whole or not at all; the same name again is the same receipt."""
        await asyncio.to_thread(write_whole, self.root / "out", name, content)


class FolderTransport:
    """The same folder under the contract of every transport: `out` is sent to, `in` is fetched from.

    It has no envelope: who sends stands in the message alone, and nobody acknowledges. A reference is the file's name and
    what is in it, so that another file under an old name is never taken for the old one.
    """

    name = "folder"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    async def send(self, parcel: Parcel) -> Handed:
        name = f"{parcel.type.lower()}-{parcel.id}.xml"
        if not _NAME.fullmatch(name):
            raise Undeliverable("The type or the id of the parcel cannot be the name of a file.")
        with _reaching("out"):
            await self._folder.send(name, parcel.document)
        return Handed(parcel.id)

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        found: list[Arrival] = []
        with _reaching("in"):
            for name in await asyncio.to_thread(self._folder._ready):
                if len(found) < limit and (arrival := await asyncio.to_thread(self._look, name)):
                    found.append(arrival)
        return found

    def _look(self, name: str) -> Arrival | None:
        """None while it may still get better."""
        content, quiet = _read(self._folder.root / "in" / name), self._folder._quiet(name)
        if content is None or len(content) > FILE_BYTES_MAX:
            gone = content is None and not (quiet and (self._folder.root / "in" / name).exists())
            return None if gone else _unreadable(name, large=content is not None)
        if not quiet and not _whole(content):
            return None
        return Arrival(_reference(name, content), Kind.MESSAGE, content, content, name=_label(name))

    async def taken(self, arrival: Arrival) -> None:
        with _reaching("in"):
            await asyncio.to_thread(self._put_away, arrival)

    def _put_away(self, arrival: Arrival) -> None:
        """Only what was fetched: a file that has got other content since stays where it is."""
        for entry in list(os.scandir(self._folder.root / "in")):
            if _label(entry.name) != arrival.name:
                continue
            content = _read(Path(entry.path))
            if content is None or len(content) > FILE_BYTES_MAX:
                if _unreadable(entry.name, large=content is not None).reference == arrival.reference:
                    self._folder._move(Path(entry.path), "failed", entry.name)
            elif _reference(entry.name, content) == arrival.reference:
                kept = f"{arrival.reference[:16]}-{entry.name}"[:NAME_LENGTH_MAX]
                self._folder._move(Path(entry.path), "done", kept)

    async def close(self) -> None:
        return


_NAME = re.compile(r"[a-z0-9_.-]{1,150}", re.ASCII)


def _label(name: str) -> str:
    """A file name is bytes; the database takes text."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _reference(name: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()[:32]}-{_label(name)}"


def _unreadable(name: str, *, large: bool) -> Arrival:
    megabytes = FILE_BYTES_MAX // 1024 // 1024
    note = f"Filen er større enn {megabytes} MB." if large else "Filen kan ikke leses."
    reference = f"{'large' if large else 'closed'}-{_label(name)}"
    return Arrival(reference, Kind.MESSAGE, b"", name=_label(name), problem="T01", note=note)


@contextmanager
def _reaching(part: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable(f"The folder {part!r} cannot be used: {error.strerror}.") from error


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
