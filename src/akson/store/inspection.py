"""Facts about the databases for `akson doctor`, `akson bench` and the start of a node; no patient data passes here."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from akson.store import connections
from akson.store.migrate import migrations


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    version: str
    """`18.6`"""
    fsync: bool
    synchronous_commit: bool
    checksums: bool
    size_bytes: int
    behind: int
    """How many migrations this program has that the database does not."""
    ahead: int
    """How many the database has that this program does not know."""


async def facts(dsn: str, families: tuple[str, ...]) -> DatabaseFacts:
    """Raises OVERLOADED AKS-STORE-014 when it cannot be reached."""
    pool = await connections.pool(dsn, size=1)
    try:
        settings = {
            name: await pool.fetchval(f"show {name}")
            for name in ("fsync", "synchronous_commit", "data_checksums")
        }
        behind, ahead = await _distance(pool, families)
        return DatabaseFacts(
            version=(await pool.fetchval("show server_version")).split()[0],
            fsync=settings["fsync"] == "on",
            synchronous_commit=settings["synchronous_commit"] != "off",
            checksums=settings["data_checksums"] == "on",
            size_bytes=await pool.fetchval("select pg_database_size(current_database())"),
            behind=behind,
            ahead=ahead,
        )
    finally:
        await pool.close()


async def claim_stage(dsn: str, stage: str) -> str:
    """Says what the installation is, if nobody has said it before; returns what stands."""
    pool = await connections.pool(dsn, size=1)
    try:
        return await pool.fetchval(
            "update record.installation set stage = coalesce(stage, $1) returning stage", stage
        )
    finally:
        await pool.close()


async def table_bytes(dsn: str) -> int:
    """Disk space of the record's tables with indexes, history and TOAST; without log and post."""
    pool = await connections.pool(dsn, size=1)
    try:
        await pool.execute("vacuum (analyze)")
        return await pool.fetchval(
            "select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'record' and c.relkind = 'r'"
        )
    finally:
        await pool.close()


async def round_trips_per_second(dsn: str, *, connections_count: int, seconds: float) -> float:
    """What the bare database gives on this machine: `select 1` on prepared statements, nothing of Akson in between."""

    async def one(end: float) -> int:
        connection = await asyncpg.connect(dsn)
        try:
            statement = await connection.prepare("select $1::int")
            done = 0
            while time.perf_counter() < end:
                await statement.fetchval(done)
                done += 1
            return done
        finally:
            await connection.close()

    started = time.perf_counter()
    counts = await asyncio.gather(*(one(started + seconds) for _ in range(connections_count)))
    return sum(counts) / (time.perf_counter() - started)


async def copied_rows_per_second(dsn: str, bodies: Sequence[bytes], *, seconds: float) -> float:
    """What the bare database takes: `bodies` by COPY into a table without index, one durable transaction each time."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("drop schema if exists bench cascade; create schema bench")
        await connection.execute("create table bench.copied (id bigint not null, body bytea not null)")
        done, started = 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < seconds:
            rows = [(done + place, body) for place, body in enumerate(bodies)]
            await connection.copy_records_to_table(
                "copied", schema_name="bench", records=rows, columns=("id", "body")
            )
            done += len(rows)
        await connection.execute("drop schema bench cascade")
        return done / spent
    finally:
        await connection.close()


async def _distance(pool: asyncpg.Pool, families: tuple[str, ...]) -> tuple[int, int]:
    known = {(family, migration.number) for family in families for migration in migrations(family)}
    if not await pool.fetchval("select to_regclass('migration.applied') is not null"):
        return len(known), 0
    rows = await pool.fetch(
        "select family, number from migration.applied where family = any($1::text[])", list(families)
    )
    applied = {(row["family"], row["number"]) for row in rows}
    return len(known - applied), len(applied - known)
