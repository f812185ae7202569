"""Calls that come at the same time become one: while one batch is on its way, the next gathers. Nobody waits for a tick.

    _advance = Gathered(self._advanced)         # list of what was asked -> list of answers, in the same order
    await self._advance(asked)                  # one answer, or the exception that stands in its place

An answer that is an exception is raised to its own caller alone; what the batch raises, to all of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

TOGETHER_MAX = 64
"""Beyond it the first would wait for the last."""

A = TypeVar("A")
B = TypeVar("B")
S = TypeVar("S", bound=Hashable)
SHAPES_MAX = 200
"""Kept ready of one call: what is asked has few shapes, and whoever asks decides on none of them."""


class Gathered(Generic[A, B]):
    """Made by a store for one of its calls."""

    def __init__(self, carry_out: Callable[[list[A]], Awaitable[list[B | Exception]]]) -> None:
        self._carry_out = carry_out
        self._waiting: list[tuple[A, asyncio.Future[B]]] = []
        self._working: asyncio.Task[None] | None = None

    async def __call__(self, asked: A) -> B:
        answer: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="gathered")
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
            try:
                answers = await self._carry_out([asked for asked, _ in batch])
            except BaseException as failed:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(failed)
                if not isinstance(failed, Exception):
                    raise
                continue
            for (_, answer), said in zip(batch, answers, strict=True):
                # A caller who went away meanwhile no longer waits.
                if answer.done():
                    continue
                if isinstance(said, Exception):
                    answer.set_exception(said)
                else:
                    answer.set_result(said)


class GatheredByShape(Generic[S, A, B]):
    """As `Gathered`, with a gathering of its own for each shape of what is asked: a text of SQL."""

    def __init__(self, carry_out: Callable[[S, list[A]], Awaitable[list[B | Exception]]]) -> None:
        self._carry_out = carry_out
        self._shapes: dict[S, Gathered[A, B]] = {}

    async def __call__(self, shape: S, asked: A) -> B:
        gathered = self._shapes.get(shape)
        if gathered is None:
            if len(self._shapes) >= SHAPES_MAX:
                # Those under way go on by themselves.
                self._shapes.clear()
            gathered = self._shapes[shape] = Gathered(partial(self._carry_out, shape))
        return await gathered(asked)
