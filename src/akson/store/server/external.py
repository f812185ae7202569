"""A PostgreSQL that somebody else runs (15 or newer): reached and checked, never started or stopped.

The log lives in a second database, `<name>_log` beside the record's unless told otherwise; it is made when it is absent
and the user may make databases.
"""

from types import TracebackType
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.server.binaries import MAJOR_MIN

CONNECT_TIMEOUT_S = 20
_NO_WAY_IN = (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError)


class ExternalPostgres:
    """The same shape as `EmbeddedPostgres`: `start`, `stop`, `dsn("record" | "log")`, `address`."""

    def __init__(self, record_url: str, log_url: str = "") -> None:
        self._urls = {"record": record_url, "log": log_url or _beside(record_url)}

    async def start(self) -> "ExternalPostgres":
        """Raises Problem AKS-STORE-070 (unreachable), -071 (too old), -072 (no log database and not allowed to make it)."""
        connection = await _connect(self._urls["record"])
        try:
            major = connection.get_server_version().major
            if major < MAJOR_MIN:
                raise Problem(
                    ProblemKind.UNSUPPORTED,
                    "AKS-STORE-071",
                    f"PostgreSQL {major} is too old.",
                    why=f"Akson needs version {MAJOR_MIN} or newer.",
                    now="Upgrade it, or leave AKSON_DATABASE_URL out to use the embedded one.",
                )
            await self._ensure_log(connection)
        finally:
            await connection.close()
        return self

    async def running(self) -> bool:
        """Somebody else watches over it."""
        return True

    async def stop(self) -> None:
        """It goes on: others may use it."""

    def dsn(self, database: str = "record") -> str:
        return self._urls[database]

    @property
    def address(self) -> str:
        """For people and logs: without user and password."""
        parts = urlsplit(self._urls["record"])
        return f"{parts.hostname or 'local socket'}{f':{parts.port}' if parts.port else ''}{parts.path}"

    async def __aenter__(self) -> "ExternalPostgres":
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _ensure_log(self, connection: asyncpg.Connection) -> None:
        try:
            await (await asyncpg.connect(self._urls["log"], timeout=CONNECT_TIMEOUT_S)).close()
            return
        except asyncpg.InvalidCatalogNameError:
            pass
        except _NO_WAY_IN as error:
            raise _unreachable(f"{type(error).__name__}.", "AKSON_LOG_DATABASE_URL") from error
        name = unquote(urlsplit(self._urls["log"]).path.strip("/"))
        try:
            # The name stands in double quotes: identifiers cannot be sent as parameters.
            await connection.execute(
                'create database "{}" template template0'.format(name.replace('"', '""'))
            )
        except asyncpg.DuplicateDatabaseError:
            return
        except asyncpg.InsufficientPrivilegeError:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-STORE-072",
                f"The database of the access log, {name}, does not exist.",
                why="The user in AKSON_DATABASE_URL may not make databases.",
                now=f'Let the administrator run: create database "{name}" owner <that user>. '
                "Or name another one in AKSON_LOG_DATABASE_URL.",
            ) from None


def _beside(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}_log"))


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    except asyncpg.InvalidCatalogNameError:
        raise _unreachable("The database it names does not exist.") from None
    except _NO_WAY_IN as error:
        raise _unreachable(f"{type(error).__name__}.") from error


def _unreachable(why: str, setting: str = "AKSON_DATABASE_URL") -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-STORE-070",
        f"The PostgreSQL of {setting} cannot be reached.",
        why=why,
        now="Check address, user, password and that it runs; akson doctor tries it.",
        permanent=True,
    )
