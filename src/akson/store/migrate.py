"""Numbered SQL files applied once, in order, under an advisory lock; what the tables mean does not belong here.

Each family (`record`, `log`, `post`) keeps its own count in `migration.applied`, so that record and log can be
restored, moved and upgraded apart. A file that was applied never changes: its checksum is compared at every start.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from akson.fhir.problem import Problem, ProblemKind

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x616B736F  # "akso": any number, the same in every process.

_BOOKS = """
create schema if not exists migration;
create table if not exists migration.applied (
    family   text not null,
    number   int  not null,
    name     text not null,
    checksum bytea not null,
    at       timestamptz not null default now(),
    primary key (family, number)
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def migrations(family: str) -> list[Migration]:
    """The files of one family by number: `0001_record.sql` is number 1."""
    files = sorted((_FOLDER / family).glob("[0-9]*.sql"))
    return [Migration(int(path.name.split("_")[0]), path.stem, path.read_text()) for path in files]


async def migrate(connection: asyncpg.Connection, family: str) -> int:
    """Brings the database up to date and returns how many files were applied.

    Raises AKS-STORE-010 when the database is newer than this program, -011 when an applied file was changed since.
    """
    known = migrations(family)
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_BOOKS)
        rows = await connection.fetch(
            "select number, checksum from migration.applied where family = $1", family
        )
        applied = {row["number"]: bytes(row["checksum"]) for row in rows}
        _refuse_strangers(known, applied)
        missing = [migration for migration in known if migration.number not in applied]
        for migration in missing:
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into migration.applied (family, number, name, checksum) values ($1, $2, $3, $4)",
                family,
                migration.number,
                migration.name,
                migration.checksum,
            )
    return len(missing)


def _refuse_strangers(known: list[Migration], applied: dict[int, bytes]) -> None:
    newest = max((migration.number for migration in known), default=0)
    if max(applied, default=0) > newest:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-STORE-010",
            "The database is newer than this program.",
            why=f"Its schema is number {max(applied)}, this program knows up to {newest}.",
            now="Start the version of Akson that was used last, or a newer one.",
            permanent=True,
        )
    for migration in known:
        if applied.get(migration.number, migration.checksum) != migration.checksum:
            raise Problem(
                ProblemKind.INTERNAL,
                "AKS-STORE-011",
                f"Migration {migration.name} is not the one that was applied to this database.",
                why="An applied migration must never change; a new one is added instead.",
                now="Restore the file as it was in the version that made this database.",
                permanent=True,
            )
