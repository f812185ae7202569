"""Reads by id that are asked for at the same time become one statement, each row under its own reader's restriction.

While one statement is on its way the next readers gather; nobody waits for a tick. The restriction is compiled by
`search.restriction` as always; here its values stand in columns of the rows asked for, because they differ from one
reader to the next. Readers whose restrictions have the same shape share a statement.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from akson.access.decision import Restriction
from akson.store.buckets import bucket_of, keeps_place
from akson.store.keys import Keys
from akson.store.lanes import Lanes
from akson.store.rows import Row
from akson.store.search.restriction import condition
from akson.store.search.scope import Arguments
from akson.store.statements import statement
from akson.store.tables import at_place

ROWS_MAX = 64
"""Reads of one statement: beyond it the first would wait for the last."""


class _RowArguments(Arguments):
    """Values that stand in columns `k.a0`, `k.a1`, … as text, instead of `$1`, `$2`."""

    per_row = True

    def add(self, value: object, type: str) -> str:
        self.values.append(literal(value))
        return f"k.a{len(self.values) - 1}::{type}"


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    values: tuple[object, ...]
    answer: "asyncio.Future[Row | None]"


_Shape = tuple[int, str, str, bool]
"""Tenant, type, the restriction's text, and whether the id says where the resource stands."""


class CoalescedReads:
    def __init__(self, lanes: Lanes, keys: Keys) -> None:
        self._lanes = lanes
        self._keys = keys
        self._waiting: dict[_Shape, list[_Asked]] = {}
        self._sending: dict[_Shape, asyncio.Task[None]] = {}

    async def read(self, tenant: int, type: str, id: str, restriction: Restriction) -> Row | None:
        """The row of `read.sql`, or None when there never was one."""
        arguments = _RowArguments()
        seen = condition(restriction, "t", tenant=tenant, keys=self._keys, arguments=arguments, indexed=False)
        shape = (tenant, type, seen, keeps_place(type, id))
        answer: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(shape, []).append(_Asked(id, tuple(arguments.values), answer))
        if shape not in self._sending:
            self._sending[shape] = asyncio.create_task(self._send(shape), name="reads")
        return await answer

    async def _send(self, shape: _Shape) -> None:
        try:
            while asked := self._waiting.pop(shape, None):
                if len(asked) > ROWS_MAX:
                    self._waiting[shape] = asked[ROWS_MAX:]
                    asked = asked[:ROWS_MAX]
                await self._answer(shape, asked)
        finally:
            del self._sending[shape]

    async def _answer(self, shape: _Shape, asked: list[_Asked]) -> None:
        try:
            found = await self._fetch(shape, asked)
        except BaseException as failed:
            for one in asked:
                if not one.answer.done():
                    one.answer.set_exception(failed)
            if not isinstance(failed, Exception):
                raise
            return
        for place, one in enumerate(asked):
            # A reader who went away meanwhile no longer waits.
            if not one.answer.done():
                one.answer.set_result(found.get(place))

    async def _fetch(self, shape: _Shape, asked: list[_Asked]) -> dict[int, Row]:
        tenant, type, seen, placed = shape
        columns = [[one.values[n] for one in asked] for n in range(len(asked[0].values))]
        rows = await self._lanes.fetch(
            _text(type, seen, len(columns), placed=placed),
            tenant,
            list(range(len(asked))),
            [one.id for one in asked],
            [bucket_of(one.id) for one in asked],
            *columns,
        )
        return {row["n"]: row for row in rows}


@lru_cache(maxsize=1_000)
def _text(type: str, seen: str, columns: int, *, placed: bool) -> str:
    """The statement with the restriction put in, and a column for each of its values."""
    arrays = "".join(f", ${5 + n}::text[]" for n in range(columns))
    names = "".join(f", a{n}" for n in range(columns))
    text = statement("read_several", type, seen).replace("{arrays}", arrays).replace("{names}", names)
    return text.replace("{placed}", at_place(type, "$1::int", placed=placed))


def literal(value: object) -> str | None:
    """A value as PostgreSQL reads it from text; arrays of text with every element quoted."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
        case list():
            quoted = (str(item).replace("\\", "\\\\").replace('"', '\\"').replace("\0", "") for item in value)
            return "{" + ",".join(f'"{item}"' for item in quoted) + "}"
        case _:
            return str(value).replace("\0", "")
