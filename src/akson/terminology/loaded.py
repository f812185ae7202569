"""What the operator has loaded: one file in the node's data folder, mapped into memory by every process.

`<data>/terminology/loaded.pack` is replaced as a whole, never changed, so a reader has the old one or the new one. Why a
file and not tables: docs/adr/0060-terminology-in-a-file.md.
"""

import fcntl
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from akson.terminology.concepts import CodeSystem, Json
from akson.terminology.library import ValueSet
from akson.terminology.packing import Heading, Pack, pack

FOLDER, FILE = "terminology", "loaded.pack"


class Loaded:
    """A shelf (library.Shelf), empty until something is loaded."""

    def __init__(self, data: Path) -> None:
        self._file = data / FOLDER / FILE
        self._seen = 0
        self._pack: Pack | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Opens the file again when it is another one; tells whether it was."""
        try:
            changed = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            changed = 0
        if changed == self._seen:
            return False
        self._seen = changed
        self._pack = _opened(self._file) if changed else None
        return True

    def systems(self, url: str) -> Sequence[CodeSystem]:
        return self._pack.systems(url) if self._pack else ()

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return self._pack.value_sets(url) if self._pack else ()

    def headings(self, kind: str) -> Iterator[tuple[str, Heading]]:
        return self._pack.headings(kind) if self._pack else iter(())


def add(data: Path, resources: Iterable[Json]) -> None:
    """Takes the resources in, each instead of one with the same type, url and version."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        kept = {_key(r): r for r in (_opened(folder / FILE).resources() if (folder / FILE).exists() else ())}
        kept |= {_key(r): r for r in resources}
        fresh = folder / f"{FILE}.new"
        with fresh.open("wb") as file:
            file.write(pack(kept[key] for key in sorted(kept)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / FILE)


def _key(resource: Json) -> tuple[str, str, str]:
    return (str(resource["resourceType"]), str(resource["url"]), str(resource.get("version", "")))


def _opened(path: Path) -> Pack:
    with path.open("rb") as file:
        return Pack(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two loads at a time would each forget what the other took in."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
