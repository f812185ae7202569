"""Further databases on a running server: for a lab or a bench, where many nodes share one PostgreSQL."""

from collections.abc import Sequence

import asyncpg


async def make(dsn: str, names: Sequence[str]) -> None:
    """Those that are absent. `dsn` is of a database that stands, by a user who may make others."""
    connection = await asyncpg.connect(dsn)
    try:
        present = {row[0] for row in await connection.fetch("select datname from pg_database")}
        for name in names:
            assert name.replace("_", "").isalnum()
            if name not in present:
                await connection.execute(f'create database "{name}" template template0')
    finally:
        await connection.close()


async def drop(dsn: str, names: Sequence[str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for name in names:
            assert name.replace("_", "").isalnum()
            await connection.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await connection.close()
