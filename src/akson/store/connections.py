"""Pools of connections, and a refusal in words when the database cannot be reached."""

from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind

CONNECT_TIMEOUT_S = 20
STATEMENT_TIMEOUT_S = 120
IDLE_S = 300
STATEMENTS_MAX = 400
"""Prepared statements of one connection: each type and shape of restriction has its own."""


async def pool(dsn: str, *, size: int, **settings: str) -> asyncpg.Pool:
    """At most `size` connections, opened as needed. Raises OVERLOADED AKS-STORE-014 when none can be had, now or later."""
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=CONNECT_TIMEOUT_S,
        max_inactive_connection_lifetime=IDLE_S,
        statement_cache_size=STATEMENTS_MAX,
        server_settings={"timezone": "UTC", "jit": "off", "application_name": "akson", **settings},
        connect=_connect,
        # Nothing here changes a session's state, so the round trip that resets it is spared.
        reset=_nothing,
    )


def lost(failed: BaseException) -> Problem | None:
    """What a door says when the database went away under a statement; None for every other fault.

    A connection that cannot be made is AKS-STORE-014 already; here one was cut off, so what it was doing may have been
    done. Source: https://www.postgresql.org/docs/17/errcodes-appendix.html, classes 08 and 57.
    """
    ended = isinstance(failed, _ENDED) or (
        isinstance(failed, asyncpg.InterfaceError)
        and not isinstance(failed, ValueError)
        and "clos" in str(failed)
    )
    if not ended:
        return None
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-STORE-015",
        "The database went away before it had answered.",
        why="It is being restarted, or its connection was cut off. What was sent may or may not have been stored.",
        now="Try again in a moment: ask first, or send it conditionally, so that nothing is stored twice.",
    )


_ENDED = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
)


async def _connect(*given: Any, **named: Any) -> Any:
    try:
        return await asyncpg.connect(*given, **named)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Problem(
            ProblemKind.OVERLOADED,
            "AKS-STORE-014",
            "The database cannot be reached.",
            why=f"{type(error).__name__}.",
            now="Check that PostgreSQL runs and that AKSON_DATABASE_URL is right; akson doctor tries it.",
        ) from error


async def _nothing(_connection: object) -> None:
    return
