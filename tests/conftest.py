"""What every test may use: a real PostgreSQL, fresh databases in it, and the shared folder when it is there.

The server is the embedded one in a temporary folder, or the one AKSON_TEST_DATABASE_URL (else AKSON_DATABASE_URL)
points to; its user must be allowed to create databases.
"""

import gc
import os
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from akson.store.server import EmbeddedPostgres
from tests import sharing_out
from tests.memory_folder import use_memory

pytest_plugins = ["tests.browsing"]


def pytest_configure() -> None:
    use_memory()
    # A node is four processes and a command is one: none of them translates the same files anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        sharing_out.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing_out.SharedOut:
    return sharing_out.SharedOut(config, log)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    sharing_out.remember(report)


def pytest_sessionfinish() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        sharing_out.write_times()


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: looking through it for garbage was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """DSN of a running server, as a user that may create databases."""
    external = os.environ.get("AKSON_TEST_DATABASE_URL") or os.environ.get("AKSON_DATABASE_URL")
    if external:
        yield external
        return
    # Whole towns of nodes stand on it at once.
    async with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), connections=400) as server:
        await _forget_at_power_cuts(server.dsn("postgres"))
        yield server.dsn("postgres")


async def _forget_at_power_cuts(dsn: str) -> None:
    """Nobody cuts this server's power, and each database made or dropped would wait for the disk to have all of it.

    What is killed on purpose (tests/crash, test_server) runs on servers of its own, as they are set for people.
    """
    connection = await asyncpg.connect(dsn)
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            await connection.execute(f"alter system set {setting} = off")
        await connection.execute("select pg_reload_conf()")
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """DSN of an empty database of this test's own (for the record)."""
    async for dsn in _fresh_database(postgres_dsn):
        yield dsn


@pytest_asyncio.fixture(loop_scope="session")
async def log_database(postgres_dsn: str) -> AsyncIterator[str]:
    """DSN of a second empty database of this test's own (for the log)."""
    async for dsn in _fresh_database(postgres_dsn):
        yield dsn


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input beside the repository (AKSON_SHARED, default ../shared); skips when absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("AKSON_SHARED", default))
    if not folder.is_dir():
        pytest.skip(
            "The folder of shared real data is absent: set AKSON_SHARED or put it beside the repository."
        )
    return folder


async def _fresh_database(server: str) -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(8)}"
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f"create database {name} template template0")
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()
