"""Work that keeps the interpreter itself busy for seconds, done in a process of its own.

    proposal = await apart(propose, day)

`Aside` is a thread: enough for what gives the lock away now and then. A solver that holds it for five seconds would let
nobody else be answered.
"""

import asyncio
import multiprocessing
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

T = TypeVar("T")


class Apart:
    """Started by who asks and gone when the work is done: it takes one piece at a time, and keeps no memory after."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def __call__(self, work: Callable[..., T], *given: Any) -> T:
        """What `work` gives or raises. `work` is a function of a module, and everything it is given can be pickled.

        A child that dies is told as `BrokenProcessPool`; the next who asks gets a new one.
        """
        pool = self._pool = self._pool or ProcessPoolExecutor(
            1,
            multiprocessing.get_context("spawn"),
            # Ctrl-C is the supervisor's to answer.
            initializer=signal.signal,
            initargs=(signal.SIGINT, signal.SIG_IGN),
            max_tasks_per_child=1,
        )
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *given)
        except BrokenProcessPool:
            self._pool = None
            raise

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
