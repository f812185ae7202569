"""The embedded PostgreSQL: shared, crash-safe, and run by nobody in particular when we are root."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from akson.fhir.problem import Problem
from akson.store.server import EmbeddedPostgres, account, binaries

root_only = pytest.mark.skipif(
    os.geteuid() != 0, reason="Speaks of starting as root; this is an ordinary user."
)

HOLDER = """
import asyncio, sys
from pathlib import Path
from akson.store.server import EmbeddedPostgres
async def main():
    async with EmbeddedPostgres(Path(sys.argv[1])) as server:
        print(server.dsn("record"), flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


def server_pid(folder: Path) -> int:
    return int((folder / "pg" / "cluster" / "postmaster.pid").read_text().split()[0])


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Another process that uses the server until its standard input closes."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def alive(folder: Path) -> bool:
    return EmbeddedPostgres(folder)._cluster.running() is not None


async def answer(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval("select current_database()")
    finally:
        await connection.close()


async def test_starts_with_both_databases_and_finds_the_data_again(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        assert [await answer(server.dsn(name)) for name in ("record", "log")] == ["record", "log"]
        connection = await asyncpg.connect(server.dsn("record"))
        await connection.execute("create table kept (n int); insert into kept values (7)")
        await connection.close()
    assert not alive(tmp_path)
    async with EmbeddedPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.dsn("record"))
        assert await connection.fetchval("select n from kept") == 7
        await connection.close()


async def test_is_durable_checked_and_closed_to_whoever_lacks_the_password(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.dsn("record"))
        shown = {
            name: await connection.fetchval(f"show {name}") for name in ("fsync", "data_checksums", "jit")
        }
        assert shown == {"fsync": "on", "data_checksums": "on", "jit": "off"}
        await connection.close()
        secret = (tmp_path / "pg" / "password").read_text().strip()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn("record").replace(secret, "wrong"))
        assert (tmp_path / "pg" / "password").stat().st_mode & 0o777 == 0o600


async def test_a_log_shows_neither_statements_nor_rows(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.dsn("record"))
        await connection.execute("create table p (name text primary key)")
        for _ in range(2):
            try:
                await connection.execute("insert into p values ($1)", "Hemmelig Navn")
            except asyncpg.UniqueViolationError:
                break
        await connection.close()
    written = "".join(path.read_text() for path in (tmp_path / "pg" / "log").iterdir())
    assert "Hemmelig" not in written and "insert into" not in written


async def test_the_last_to_leave_stops_it(tmp_path: Path) -> None:
    other = hold(tmp_path)
    assert other.stdout is not None and other.stdin is not None
    await asyncio.to_thread(other.stdout.readline)
    async with EmbeddedPostgres(tmp_path):
        pass
    assert alive(tmp_path), "another process still uses it"
    other.stdin.close()
    other.wait(20)
    assert not alive(tmp_path)


async def test_two_at_once_on_an_empty_folder_share_one_server(tmp_path: Path) -> None:
    both = [hold(tmp_path) for _ in range(2)]
    said = [await asyncio.to_thread(process.stdout.readline) for process in both if process.stdout]
    assert said[0] == said[1] and said[0].startswith("postgresql://")
    for process in both:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(20) for process in both] == [0, 0]
    assert not alive(tmp_path)


@pytest.mark.crash
async def test_a_server_left_by_a_killed_process_is_used_and_stopped(tmp_path: Path) -> None:
    other = hold(tmp_path)
    assert other.stdout is not None
    await asyncio.to_thread(other.stdout.readline)
    pid = server_pid(tmp_path)
    other.kill()
    other.wait()
    async with EmbeddedPostgres(tmp_path) as server:
        assert await answer(server.dsn()) == "record"
        assert server_pid(tmp_path) == pid
    assert not alive(tmp_path)


@pytest.mark.crash
async def test_a_killed_server_is_started_again(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        os.kill(server_pid(tmp_path), signal.SIGKILL)
        while alive(tmp_path):
            await asyncio.sleep(0.01)
        await server.start()
        assert await answer(server.dsn()) == "record"


@pytest.mark.crash
async def test_a_pid_file_naming_a_stranger_is_removed(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path):
        written = (tmp_path / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()
    stranger = "\n".join([str(os.getpid()), *written[1:]]) + "\n"
    (tmp_path / "pg" / "cluster" / "postmaster.pid").write_text(stranger)
    async with EmbeddedPostgres(tmp_path) as server:
        assert await answer(server.dsn()) == "record"


async def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "pg" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(tmp_path) as server:
        assert await answer(server.dsn()) == "record"
    assert not half.exists()


async def test_a_long_path_is_served_over_loopback_with_a_password(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    async with EmbeddedPostgres(deep) as server:
        assert server.address.startswith("127.0.0.1:")
        assert await answer(server.dsn("log")) == "log"
        host, port = server.address.split(":")
        with socket.create_connection((host, int(port)), timeout=5):
            pass


@root_only
async def test_root_below_a_closed_folder_touches_nothing_outside_its_own(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir(mode=0o700)
    before = [(path.stat().st_mode, path.stat().st_uid) for path in (tmp_path, closed, data)]
    passwd = Path("/etc/passwd").read_bytes()
    async with EmbeddedPostgres(data) as server:
        assert await answer(server.dsn()) == "record"
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{server_pid(data)}/status").read_text().splitlines()
        )
        assert "0" not in status["Uid"].split(), "PostgreSQL runs unprivileged"
        assert int(status["CapEff"], 16) & ~(1 << account.CAP_DAC_READ_SEARCH) in (
            0,
            1 << account.CAP_DAC_OVERRIDE,
        )
        assert status["NoNewPrivs"].strip() == "1"
    assert before == [(path.stat().st_mode, path.stat().st_uid) for path in (tmp_path, closed, data)]
    assert passwd == Path("/etc/passwd").read_bytes()


@root_only
async def test_root_with_open_folders_keeps_no_capability_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "_open_to", lambda user, path: True)
    programs = binaries.find().folder
    assert account.choose(tmp_path, tmp_path, programs).capability == -1


@root_only
async def test_root_without_any_way_through_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "permitted_capabilities", lambda: 0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Problem) as caught:
        account.choose(closed, closed, binaries.find().folder)
    assert caught.value.id == "AKS-STORE-002"
    assert "ordinary user" in caught.value.now


def test_programs_of_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        binaries.find(major=14)
    assert caught.value.id == "AKS-STORE-001"
