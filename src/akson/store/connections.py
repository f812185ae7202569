"""Pools of connections, and a refusal in words when the database cannot be reached."""

import asyncpg

from akson.fhir.problem import Problem, ProblemKind

CONNECT_TIMEOUT_S = 20
STATEMENT_TIMEOUT_S = 120
IDLE_S = 300
STATEMENTS_MAX = 400
"""Prepared statements of one connection: each type and shape of restriction has its own."""


async def pool(dsn: str, *, size: int, **settings: str) -> asyncpg.Pool:
    """At most `size` connections, opened as needed. Raises OVERLOADED AKS-STORE-014 when none can be had."""
    try:
        return await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            timeout=CONNECT_TIMEOUT_S,
            max_inactive_connection_lifetime=IDLE_S,
            statement_cache_size=STATEMENTS_MAX,
            server_settings={"timezone": "UTC", "jit": "off", "application_name": "akson", **settings},
            # Nothing here changes a session's state, so the round trip that resets it is spared.
            reset=_nothing,
        )
    except (TimeoutError, OSError, asyncpg.PostgresError) as error:
        raise Problem(
            ProblemKind.OVERLOADED,
            "AKS-STORE-014",
            "The database cannot be reached.",
            why=f"{type(error).__name__}.",
            now="Check that PostgreSQL runs and that AKSON_DATABASE_URL is right; akson doctor tries it.",
        ) from error


async def _nothing(_connection: object) -> None:
    return
