"""What one piece of work asks of the database, for `akson bench screens`: statements, time, rows; and the same rows bare.

with watching() as watched:
    …                                   # everything that this process asks meanwhile
watched.statements, watched.waited_s    # 14, 0.021: seconds with a statement under way, however many at once
await bare_rows(dsn, watched.rows)      # seconds to fetch the same rows by their keys, and nothing else
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from akson.store.buckets import bucket_of

_ASKING = ("fetch", "fetchrow", "fetchval", "execute", "executemany")
_TABLE = re.compile(r'from record\."([a-z]+)" t')
_TENANT = 1


@dataclass(slots=True)
class Watched:
    statements: int = 0
    found: int = 0
    """Rows, of every kind."""
    waited_s: float = 0.0
    rows: dict[str, set[str]] = field(default_factory=dict)
    """Ids of resources that were read, by table."""
    _under_way: int = 0
    _since: float = 0.0

    def begin(self) -> None:
        if self._under_way == 0:
            self._since = time.perf_counter()
        self._under_way += 1

    def end(self) -> None:
        self._under_way -= 1
        if self._under_way == 0:
            self.waited_s += time.perf_counter() - self._since

    def take(self, text: str, answer: Any) -> None:
        self.statements += 1
        rows = answer if isinstance(answer, list) else [answer]
        self.found += len(rows)
        table = _TABLE.search(text)
        if table and rows and isinstance(rows[0], asyncpg.Record) and "body" in rows[0].keys():  # noqa: SIM118 (a Record)
            self.rows.setdefault(table[1], set()).update(row["id"] for row in rows)


@contextmanager
def watching() -> Iterator[Watched]:
    """Everything that this process asks until the block ends; one at a time. Never in a node that serves anybody."""
    watched, before = Watched(), {name: getattr(asyncpg.Connection, name) for name in _ASKING}
    for name, ask in before.items():
        setattr(asyncpg.Connection, name, _watched(ask, watched))
    try:
        yield watched
    finally:
        for name, ask in before.items():
            setattr(asyncpg.Connection, name, ask)


def _watched(ask: Any, watched: Watched) -> Any:
    async def asked(connection: asyncpg.Connection, text: str, *values: Any, **more: Any) -> Any:
        watched.begin()
        try:
            answer = await ask(connection, text, *values, **more)
        finally:
            watched.end()
        watched.take(text, answer)
        return answer

    return asked


async def bare_rows(dsn: str, rows: Mapping[str, set[str]], *, times: int = 5) -> float:
    """Seconds for one connection to fetch just these rows by their keys, a statement for each table; best of `times`."""
    connection = await asyncpg.connect(dsn)
    try:
        spent = []
        for _ in range(times):
            began = time.perf_counter()
            for table, ids in rows.items():
                keys = sorted(ids)
                await connection.fetch(
                    f"select t.id, t.version, t.body from unnest($2::text[], $3::smallint[]) k(id, bucket) "
                    f'join record."{table}" t on t.tenant = $1 and t.bucket = k.bucket and t.id = k.id',
                    _TENANT,
                    keys,
                    [bucket_of(id) for id in keys],
                )
            spent.append(time.perf_counter() - began)
        return min(spent)
    finally:
        await connection.close()
