"""A log of many entries made in a hurry, for `akson bench` alone: tiles and edge by COPY into a database of its own.

It has no events, so nothing of anybody is in it; the database is dropped again. No other part may import this.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import asyncpg

from akson.store.audit_log import AuditLogStore, TileRow

DATABASE = "akson_bench_log"


@asynccontextmanager
async def filled_log(
    admin_dsn: str, dsn: str, tiles: Iterable[TileRow], size: int, edge: bytes
) -> AsyncIterator[AuditLogStore]:
    """`admin_dsn` may create databases; `dsn` names DATABASE on the same server."""
    await _database(admin_dsn, "create")
    try:
        rows = await AuditLogStore.open(dsn, pool_size=2)
        try:
            await _fill(dsn, tiles, size, edge)
            yield rows
        finally:
            await rows.close()
    finally:
        await _database(admin_dsn, "drop")


async def _database(dsn: str, verb: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"{verb} database {DATABASE}{' with (force)' if verb == 'drop' else ''}")
    finally:
        await connection.close()


async def _fill(dsn: str, tiles: Iterable[TileRow], size: int, edge: bytes) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.copy_records_to_table(
            "log_tile", schema_name="log", records=((t.level, t.n, t.data) for t in tiles)
        )
        await connection.execute("update log.log_tree set size = $1, edge = $2", size, edge)
        await connection.execute("analyze log.log_tile")
    finally:
        await connection.close()
