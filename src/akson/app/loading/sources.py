"""Which files there are to load, in which order. Reading them is units.py's.

    Source(path=…/Ada_1.json.gz, kind="bundle", size=31_004, first=False)

Files that others refer to come first: Synthea writes hospitals and practitioners beside the patients, and the patients'
Bundles point at them by conditional references. Whatever other order is needed is found by trying again (parent.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from akson.fhir.problem import Problem, ProblemKind

KINDS = {".json": "json", ".json.gz": "json", ".ndjson": "ndjson", ".ndjson.gz": "ndjson"}
FIRST = ("hospitalinformation", "practitionerinformation")


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    kind: str
    """`json` (one resource or Bundle) or `ndjson` (one resource in each line)."""
    size: int
    modified_ns: int
    first: bool

    @property
    def key(self) -> str:
        """The same file with the same content, for the journal: path, size and time of change."""
        return f"{self.path.resolve()}|{self.size}|{self.modified_ns}"


def find(paths: Iterable[Path]) -> list[Source]:
    """Files as named, folders recursively; each once, sorted. Raises Problem AKS-APP-030 (missing), -031 (no such kind)."""
    found: dict[Path, Source] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and _kind(p))
            found |= {p.resolve(): _source(p) for p in inside}
        elif not path.exists():
            raise Problem(ProblemKind.NOT_FOUND, "AKS-APP-030", f"There is no file or folder {path}.")
        elif not _kind(path):
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-APP-031",
                f"{path.name} is no kind of file that can be loaded.",
                now=f"Give files that end in {', '.join(KINDS)}, or folders of them.",
            )
        else:
            found[path.resolve()] = _source(path)
    return sorted(found.values(), key=lambda source: (not source.first, str(source.path)))


def _kind(path: Path) -> str:
    name = path.name.lower()
    return next((kind for ending, kind in KINDS.items() if name.endswith(ending)), "")


def _source(path: Path) -> Source:
    status = path.stat()
    first = path.name.lower().startswith(FIRST)
    return Source(path, _kind(path), status.st_size, status.st_mtime_ns, first)
