"""Searches of one shape that are asked at the same time become one statement, each row under its own asker's restriction.

As `coalescing.py` does it for reads by id: while one statement is on its way the next askers gather, and the values of each
(tenant, what is searched for, what the restriction says) stand in a row `k`:

    n   a0   a1              a2
    0   1    {8123,-77}      {5}         what a message of the post asks
    1   1    {-9120,412}     {5}         what another one asks at the same moment
"""

from functools import lru_cache

import asyncpg

from akson.store.coalescing import literal
from akson.store.gathering import SHAPES_MAX, GatheredByShape
from akson.store.search.scope import Arguments


class ValuesOfOne(Arguments):
    """The values of one asker: `k.a0`, `k.a1`, … instead of `$1`, `$2`."""

    per_row = True

    def __init__(self) -> None:
        super().__init__()
        self.types: list[str] = []

    def add(self, value: object, type: str) -> str:
        super().add(value, type)
        self.values[-1] = literal(self.values[-1])
        self.types.append(type)
        return f"k.a{len(self.values) - 1}"


_Asked = tuple[object, ...]
_Shape = tuple[str, tuple[str, ...]]


class SearchesTogether:
    """Built once per process."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._asking: GatheredByShape[_Shape, _Asked, list[asyncpg.Record]] = GatheredByShape(self._fetch)

    async def rows(self, text: str, values: ValuesOfOne) -> list[asyncpg.Record]:
        """Rows of `text` (`statement.page_each`) for these values, in their order."""
        return await self._asking((text, tuple(values.types)), tuple(values.values))

    async def _fetch(self, shape: _Shape, asked: list[_Asked]) -> list[list[asyncpg.Record] | Exception]:
        columns = [list(column) for column in zip(*asked, strict=True)]
        found: list[list[asyncpg.Record] | Exception] = [[] for _ in asked]
        for row in await self._pool.fetch(_with_values(*shape), list(range(len(asked))), *columns):
            rows = found[row["n"]]
            assert isinstance(rows, list)
            rows.append(row)
        return found


@lru_cache(maxsize=SHAPES_MAX)
def _with_values(text: str, types: tuple[str, ...]) -> str:
    """The statement with its rows `k` before it. Values travel as text; each is read once, not for every row tested."""
    names = [f"a{number}" for number in range(len(types))]
    arrays = "".join(f", ${number}::text[]" for number in range(2, len(types) + 2))
    read = "".join(f", {name}::{type} as {name}" for name, type in zip(names, types, strict=True))
    rows = f"unnest($1::int[]{arrays}) u(n{''.join(f', {name}' for name in names)})"
    return f"with k as materialized (select n{read} from {rows})\n{text}"
