"""Lays the bodies that a search looks into, unpacked, into a table of its transaction. Which ones: search/bodies.py.

The restriction stands at the candidates as at everything else, so neither their number nor their time tells of a row that
the reader may not see.
"""

from collections.abc import Callable, Sequence

import asyncpg

from akson.fhir.search.query import Query
from akson.store.rows import body_of
from akson.store.search import terms
from akson.store.search.bodies import READABLE
from akson.store.search.scope import Scope
from akson.store.tables import table_of

READABLE_MAX = 100_000
"""Bodies of one search: some five seconds."""
_BATCH = 500
_TABLE = READABLE.partition(".")[2]


async def lay_out(
    connection: asyncpg.Connection, candidates: Sequence[Query], scope_of: Callable[[str], Scope]
) -> bool:
    """Within a transaction. False when there are more than READABLE_MAX."""
    await connection.execute(
        f"create temp table {_TABLE} (self bigint primary key, body bytea not null) on commit drop"
    )
    laid: set[int] = set()
    for query in candidates:
        scope = scope_of(query.type)
        condition = terms.rows(query, scope)
        columns = ", ".join(
            scope.column(c) for c in ("self", "id", "version", "updated", "body_codec", "body")
        )
        text = f"select {columns} from {table_of(query.type)} {scope.alias} where {condition}"
        rows = await connection.cursor(text, *scope.arguments.values)
        while batch := await rows.fetch(_BATCH):
            new = [(r["self"], body_of(query.type, r)) for r in batch if r["self"] not in laid]
            laid.update(self for self, _ in new)
            if len(laid) > READABLE_MAX:
                return False
            await connection.copy_records_to_table(_TABLE, records=new, columns=("self", "body"))
    return True
