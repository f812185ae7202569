"""Worker processes: started, watched, restarted with growing pauses, told to stop.

A worker holds the read end of a pipe whose other end is its parent's. When the parent dies, however it dies, the pipe
closes and the worker ends itself. Its own output: `ready` on standard output once, everything else on standard error.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from akson.app.supervisor.orders import Order
from akson.fhir.problem import Problem, ProblemKind

PAUSE_FIRST_S = 0.2
PAUSE_MAX_S = 10.0
HEALTHY_AFTER_S = 30.0
STARTS_FAILED_MAX = 5
READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 8.0

Tell = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """One worker and its successors. `keep_running` returns when it was told to stop, raises when it never comes up."""

    name: str
    order: Order
    tell: Tell
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    _stopping: bool = False

    async def keep_running(self) -> None:
        """Raises Problem AKS-APP-013 after STARTS_FAILED_MAX starts in a row that were never ready."""
        pause, failed = PAUSE_FIRST_S, 0
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            code, was_ready = await self._live()
            if self._stopping:
                return
            failed = 0 if was_ready else failed + 1
            if failed >= STARTS_FAILED_MAX:
                raise _never_ready(self.name)
            lived = asyncio.get_running_loop().time() - began
            pause = PAUSE_FIRST_S if lived > HEALTHY_AFTER_S else min(pause * 2, PAUSE_MAX_S)
            self.tell(f"{self.name} ended ({_how(code)}); starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)

    async def _live(self) -> tuple[int, bool]:
        """Exit code of one life, and whether it was ever ready."""
        pass_fds = (self.order.socket,) if self.order.socket >= 0 else ()
        self.process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "akson.app.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=pass_fds,
            # Ctrl-C in the terminal reaches the parent alone; it tells the workers in its own order.
            start_new_session=True,
        )
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(self.order.line())
            await process.stdin.drain()
        was_ready = False
        try:
            with contextlib.suppress(TimeoutError):
                was_ready = await asyncio.wait_for(process.stdout.readline(), READY_TIMEOUT_S) == b"ready\n"
            if was_ready:
                self.ready.set()
            elif process.returncode is None:
                _signal(process, signal.SIGKILL)
            return await process.wait(), was_ready
        finally:
            # Cancelled or not, no worker outlives the one who watches it.
            _signal(process, signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM: it finishes what it is doing. SIGKILL after STOP_TIMEOUT_S; what was acknowledged is on disk."""
        self._stopping = True
        process = self.process
        if process is None or process.returncode is not None:
            return
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self.tell(f"{self.name} did not stop in {STOP_TIMEOUT_S:.0f} s and was ended")
            _signal(process, signal.SIGKILL)
            await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name


def _never_ready(name: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-APP-013",
        f"{name} could not be started.",
        why=f"It ended {STARTS_FAILED_MAX} times before it was ready; its own words stand above.",
        now="Run akson doctor.",
        permanent=True,
    )
