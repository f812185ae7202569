"""Editions of FEST in the data folder, written whole or not at all; what a node uses is the newest that has begun.

<data>/fest/2026-11-15T030906/edition.json   {"id": "FEST 2026-11-15", "fetched": "2026-11-15T03:09:06", "sha256": …}
                              rules.ndjson    one rule a line, as a table of `editions.toml`
                              names.csv       name,substance,atc,strength,form,numbers
"""

import csv
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from akson.app.fest.catalogue import Catalogue
from akson.app.fest.edition import Made
from akson.care.decisionsupport.rules import Rules, edition_of, load
from akson.care.medication.prescribing.catalogue import use as offer
from akson.care.medication.reconciliation.names import Names, use, with_register
from akson.fhir.problem import Problem, ProblemKind

_log = logging.getLogger("akson")
FOLDER = "fest"
READER = 1
"""How files are read; raised when the same file would give other rows, which are then written anew."""
COLUMNS = ("name", "substance", "atc", "strength", "form", "numbers")


@dataclass(frozen=True, slots=True)
class Kept:
    """What one edition holds, as `edition.json` says it."""

    id: str
    fetched: datetime
    sha256: str
    """Of what was made of the file: the same file packed another way is the same edition."""
    reader: int
    names: int
    rules: int
    left_out: Mapping[str, int]
    withdrawn: Mapping[str, int]
    unassessed: int
    folder: Path

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "fetched": self.fetched.isoformat(),
            "sha256": self.sha256,
            "reader": self.reader,
            "names": self.names,
            "rules": self.rules,
            "left_out": dict(self.left_out),
            "withdrawn": dict(self.withdrawn),
            "unassessed": self.unassessed,
        }


def keep(data: Path, catalogue: Catalogue, made: Made) -> tuple[Kept, bool]:
    """The edition in the folder, and whether it is new there.

    Raises Problem CONFLICT AKS-FEST-010 for another content under a moment that is taken: an edition is never changed.
    """
    assert catalogue.fetched is not None
    root = data / FOLDER
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = root / catalogue.fetched.strftime("%Y-%m-%dT%H%M%S")
    rules = "".join(json.dumps(rule, ensure_ascii=False) + "\n" for rule in made.rules).encode()
    digest = hashlib.sha256(rules + repr(made.names).encode()).hexdigest()
    kept = Kept(
        made.id, catalogue.fetched, digest, READER, len(made.names), len(made.rules), made.left_out,
        catalogue.withdrawn, len(catalogue.unassessed), folder,
    )  # fmt: skip
    standing = _read(folder)
    if standing is not None and standing.sha256 == digest:
        return standing, False
    if standing is not None and standing.reader >= READER:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-FEST-010",
            f"Another file of {catalogue.fetched.isoformat()} has been imported.",
            why="What advice was given by is never changed: each edition is named by the moment it was fetched.",
            now=f"See which of the two is right; remove {folder} to take this one.",
        )
    _write(root, folder, kept, rules, made)
    return kept, True


def _write(root: Path, folder: Path, kept: Kept, rules: bytes, made: Made) -> None:
    """Beside, then renamed: a crash leaves no half edition, and a running node reads what it has in memory."""
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        beside.chmod(0o755)
        (beside / "rules.ndjson").write_bytes(rules)
        with (beside / "names.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, COLUMNS)
            rows.writeheader()
            rows.writerows(made.names)
        (beside / "edition.json").write_text(
            json.dumps(kept.as_json(), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        for name in ("rules.ndjson", "names.csv", "edition.json"):
            with (beside / name).open("rb") as file:
                os.fsync(file.fileno())
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def editions(data: Path) -> tuple[Kept, ...]:
    """Oldest first."""
    root = data / FOLDER
    folders = sorted(p for p in root.iterdir() if not p.name.startswith(".")) if root.is_dir() else []
    return tuple(
        sorted((k for folder in folders if (k := _read(folder))), key=lambda k: k.fetched.isoformat())
    )


def in_force(data: Path, day: date) -> Kept | None:
    """The newest edition that was fetched by then."""
    begun = [kept for kept in editions(data) if kept.fetched.date() <= day]
    return begun[-1] if begun else None


@dataclass(frozen=True, slots=True)
class InUse:
    """What a process works with."""

    edition: Kept | None
    rules: Rules
    names: Names | None


def for_use(data: Path, day: date) -> InUse:
    """An edition that cannot be read keeps no record closed: our own rules speak alone, and the log says so."""
    edition = in_force(data, day)
    try:
        return InUse(edition, rules_of(edition), names_of(edition))
    except (OSError, ValueError, TypeError, KeyError) as broken:
        _log.error(
            "AKS-FEST-011 %s cannot be used: %s. Import it again.",
            edition and edition.id,
            type(broken).__name__,
        )
        return InUse(None, load(), None)


def begin(data: Path, day: date) -> Rules:
    """Said once, when a node is opened: names are read by the edition from now on, its products are offered to who orders
    medicines, and advice is given by these rules."""
    register = for_use(data, day)
    use(register.names)
    offer(_rows(register.edition.folder) if register.edition else None)
    return register.rules


def rules_of(kept: Kept | None) -> Rules:
    """Our own rules, and the edition's beside them."""
    if kept is None:
        return load()
    with (kept.folder / "rules.ndjson").open(encoding="utf-8") as file:
        return load().beside(edition_of(kept.id, kept.fetched.date(), map(json.loads, file)))


def names_of(kept: Kept | None) -> Names | None:
    return with_register(_rows(kept.folder)) if kept else None


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "names.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _read(folder: Path) -> Kept | None:
    """None for what is no whole edition: nothing half is ever used."""
    try:
        told = json.loads((folder / "edition.json").read_text("utf-8"))
        fetched = datetime.fromisoformat(told.pop("fetched"))
        return Kept(fetched=fetched, folder=folder, **told)
    except (OSError, ValueError, TypeError, KeyError):
        return None
