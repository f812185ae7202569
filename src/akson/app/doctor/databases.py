"""Checks of the databases: programs, connection, settings, migrations, and the tail of the access log.

The database of a folder that no node uses yet is not made for the sake of a check.
"""

from pathlib import Path

from akson.app.doctor.finding import Check, Finding, fault, ok, warn
from akson.app.settings import Settings
from akson.app.wiring import database_server
from akson.audit import checkpoint
from akson.fhir.problem import Problem
from akson.identity import keys
from akson.store.audit_log import AuditLogStore
from akson.store.inspection import DatabaseFacts, facts
from akson.store.server import binaries

TAIL_EVENTS = 2_000
FAMILIES = {"record": ("record", "post", "partners"), "log": ("log",)}


async def _programs(settings: Settings) -> Finding:
    if settings.database_url:
        return ok("Not needed: AKSON_DATABASE_URL names an external PostgreSQL")
    try:
        found = binaries.find()
    except Problem as problem:
        return fault(problem.what, problem.now)
    return ok(f"PostgreSQL {found.major} programs in {found.folder}")


async def _record(settings: Settings) -> Finding:
    return await _database(settings, "record")


async def _log(settings: Settings) -> Finding:
    return await _database(settings, "log")


async def _database(settings: Settings, name: str) -> Finding:
    if not _made(settings):
        return ok("Not made yet; the first start does it")
    server = database_server(settings)
    try:
        await server.start()
        try:
            return _judged(await facts(server.dsn(name), FAMILIES[name]))
        finally:
            await server.stop()
    except Problem as problem:
        return fault(f"{problem.what} {problem.why}", problem.now)


def _judged(found: DatabaseFacts) -> Finding:
    words = f"PostgreSQL {found.version}, {found.size_bytes / 1024**2:.0f} MiB"
    if found.ahead:
        return fault(
            f"{words}; its schema is newer than this program",
            "Start the version of Akson that was used last.",
        )
    if not found.fsync or not found.synchronous_commit:
        return fault(
            f"{words}; fsync or synchronous_commit is off", "Turn both on: what was acknowledged may be lost."
        )
    if found.behind:
        return warn(f"{words}; {found.behind} migrations to do", "The next start does them.")
    if not found.checksums:
        return warn(
            f"{words}; no data checksums", "Turn them on with pg_checksums, so that a rotten disk is noticed."
        )
    return ok(f"{words}, schema up to date, fsync on, checksums on")


async def _log_tail(settings: Settings) -> Finding:
    """The newest checkpoint's signature, and that the newest events follow one another without a gap."""
    if not _made(settings) or not (settings.data / "keys" / "log.pem").exists():
        return ok("No log yet")
    server = database_server(settings)
    try:
        await server.start()
        try:
            if (await facts(server.dsn("log"), FAMILIES["log"])).behind:
                return warn(
                    "The log's schema is older than this program", "The next start brings it up to date."
                )
            rows = await AuditLogStore.open(server.dsn("log"), pool_size=1)
            try:
                return await _tail(rows, settings.data / "keys")
            finally:
                await rows.close()
        finally:
            await server.stop()
    except Problem as problem:
        return fault(f"{problem.what} {problem.why}", problem.now)


async def _tail(rows: AuditLogStore, folder: Path) -> Finding:
    size = await rows.size()
    first = max(0, size - TAIL_EVENTS)
    places = [row.idx for row in await rows.events(first, size - first)]
    if places != list(range(first, size)):
        return fault(
            "Events are missing at the end of the access log",
            "Run akson log verify, and tell the privacy officer.",
        )
    newest = await rows.checkpoints(1)
    public = keys.log_key(folder).public_key()
    if newest and checkpoint.verify_any(newest[0].note, public) is None:
        return fault(
            "The newest checkpoint is not signed by this node's key",
            "Run akson log verify; was log.pem replaced?",
        )
    if newest and newest[0].size > size:
        return fault(
            "The log is shorter than its newest checkpoint",
            "It was cut back or restored: run akson log verify.",
        )
    return ok(f"{size} events; the newest {size - first} follow one another")


def _made(settings: Settings) -> bool:
    return bool(settings.database_url) or (settings.data / "pg" / "cluster" / "PG_VERSION").exists()


CHECKS = (
    Check("postgresql programs", _programs),
    Check("record database", _record),
    Check("log database", _log),
    Check("access log", _log_tail),
)
