"""The PostgreSQL that Akson brings along: found, made, started, shared and stopped; nothing about tables here.

    async with EmbeddedPostgres(data_folder) as server:
        store = await Store.open(server.dsn("record"), ...)

Why it is done so, above all as root: docs/adr/0003-unprivileged-database-user.md.
"""

from akson.store.server.embedded import EmbeddedPostgres
from akson.store.server.external import ExternalPostgres

__all__ = ["EmbeddedPostgres", "ExternalPostgres"]
