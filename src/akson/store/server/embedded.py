"""A PostgreSQL shared by every Akson process of one data folder; the cluster itself is cluster.py's.

Each process that uses the server holds `users.lock` shared. The last to leave finds nobody else holding it and stops
the server. Locks vanish with their process, so one that was killed blocks nothing: the server it left is found and used.
"""

import asyncio
import fcntl
import os
from pathlib import Path
from types import TracebackType

import asyncpg

from akson.store.server.cluster import CONNECTIONS_MAX, USER, Address, Cluster

DATABASES = ("record", "log")


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(data_folder) as server: server.dsn("record")`. Files stand in `<data_folder>/pg`."""

    def __init__(self, folder: Path, *, connections: int = CONNECTIONS_MAX) -> None:
        """`connections`: how many it allows, when it is this process that starts it."""
        self._cluster = Cluster(folder.absolute(), connections)
        self._address: Address | None = None
        self._users: int | None = None

    async def start(self) -> "EmbeddedPostgres":
        """Joins the running server or starts it. Again after a crash of the server alone: starts it anew.

        Raises Problem AKS-STORE-001 (no programs), -002 (root, impossible), -003 (failed), -004 (another owner).
        """
        await asyncio.to_thread(self._cluster.prepare)
        start = await asyncio.to_thread(self._lock, "start.lock", fcntl.LOCK_EX)
        try:
            if self._users is None:
                self._users = await asyncio.to_thread(self._lock, "users.lock", fcntl.LOCK_SH)
            self._address = await asyncio.to_thread(lambda: self._cluster.running() or self._cluster.start())
            await self._make_databases()
        finally:
            os.close(start)
        return self

    async def stop(self) -> None:
        """Leaves; stops the server when nobody else uses it."""
        if self._users is None:
            return
        await asyncio.to_thread(self._leave)
        self._address = None

    async def running(self) -> bool:
        """Whether the server is up now; False after a crash of the server alone. Cheap: reads one small file."""
        return await asyncio.to_thread(self._cluster.running) is not None

    def dsn(self, database: str = "record") -> str:
        """Address and password as a postgresql:// text; for every process of this machine that may read the folder."""
        assert self._address is not None, "the server was not started"
        return self._address.dsn(self._cluster.password(), database)

    @property
    def address(self) -> str:
        """For people and logs: without the password."""
        assert self._address is not None, "the server was not started"
        return str(self._address.sockets or f"127.0.0.1:{self._address.port}")

    async def __aenter__(self) -> "EmbeddedPostgres":
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _lock(self, name: str, how: int) -> int:
        # Locks hang on the open file: not inherited by programs we start, released by the kernel when we die.
        handle = os.open(self._cluster.home / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, how)
        return handle

    def _leave(self) -> None:
        assert self._users is not None
        start = self._lock("start.lock", fcntl.LOCK_EX)
        try:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._cluster.stop()
        finally:
            os.close(self._users)
            self._users = None
            os.close(start)

    async def _make_databases(self) -> None:
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            present = {row[0] for row in await connection.fetch("select datname from pg_database")}
            for name in DATABASES:
                if name not in present:
                    await connection.execute(f'create database "{name}" owner {USER} template template0')
        finally:
            await connection.close()
