"""The parent of a load: hands files to load processes, shows how far they are, and tells at the end what became of each.

Files that wait for others (conditional references) are given again as long as something new was taken; what is left then
is refused with its reason. Killed at any point, the next run goes on (journal.py).
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from akson.app.loading.sources import Source, find
from akson.app.progress import Progress
from akson.app.settings import Settings
from akson.app.wiring import database_server
from akson.fhir.problem import Problem, ProblemKind

LINE_BYTES_MAX = 16 * 1024 * 1024
STOP_TIMEOUT_S = 30.0


@dataclass(slots=True)
class Report:
    """What a load came to; `files` is path -> taken, before, faults."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def taken(self) -> int:
        return sum(file["taken"] for file in self.files.values())

    @property
    def before(self) -> int:
        return sum(file["before"] for file in self.files.values())

    @property
    def refused(self) -> int:
        return sum(fault["resources"] or 1 for file in self.files.values() for fault in file["faults"])

    def as_json(self) -> dict[str, Any]:
        rate = round(self.taken / self.seconds, 1) if self.seconds else 0
        return {
            "taken": self.taken,
            "takenBefore": self.before,
            "refused": self.refused,
            "seconds": round(self.seconds, 3),
            "perSecond": rate,
            "files": [{"path": path} | file for path, file in sorted(self.files.items())],
        }


@dataclass(slots=True)
class Load:
    """One load. `workers` processes; `again` takes also what an earlier load took."""

    settings: Settings
    tenant: int
    workers: int
    again: bool
    progress: Progress
    report: Report = field(default_factory=Report)
    _sizes: dict[str, int] = field(default_factory=dict)
    _told: int = 0
    _bytes_done: int = 0

    async def run(self, paths: Sequence[Path]) -> Report:
        """Raises Problem when there is nothing to load, or when a process could not go on."""
        sources = find(paths)
        if not sources:
            raise Problem(
                ProblemKind.NOT_FOUND,
                "AKS-APP-035",
                "There is nothing to load there.",
                why="No file ends in .json, .json.gz, .ndjson or .ndjson.gz.",
            )
        self._sizes = {str(source.path): source.size for source in sources}
        server = database_server(self.settings)
        await server.start()
        try:
            processes = await asyncio.gather(*(self._start() for _ in range(min(self.workers, len(sources)))))
            try:
                # Processes take long to start; the rate is that of the loading.
                started = time.monotonic()
                await self._all(sources, processes)
                self.report.seconds = time.monotonic() - started
            finally:
                await asyncio.gather(*(_end(process) for process in processes))
        finally:
            await server.stop()
        return self.report

    async def _all(self, sources: list[Source], processes: Sequence[asyncio.subprocess.Process]) -> None:
        first = [str(s.path) for s in sources if s.first]
        rest = [str(s.path) for s in sources if not s.first]
        # Hospitals before practitioners before patients: each in its turn, so that what they refer to is there.
        waiting = await self._wave(first, processes[:1], last_chance=False)
        waiting += await self._wave(rest, processes, last_chance=False)
        while waiting:
            taken = self.report.taken
            left = await self._wave(waiting, processes, last_chance=False)
            if self.report.taken == taken:
                await self._wave(left, processes, last_chance=True)
                return
            waiting = left

    async def _wave(
        self, paths: list[str], processes: Sequence[asyncio.subprocess.Process], *, last_chance: bool
    ) -> list[str]:
        """Each file once; those that wait for others are returned."""
        todo, waiting = deque(paths), list[str]()
        await asyncio.gather(*(self._feed(process, todo, waiting, last_chance) for process in processes))
        return waiting

    async def _feed(
        self, process: asyncio.subprocess.Process, todo: deque[str], waiting: list[str], last_chance: bool
    ) -> None:
        """Keeps a process busy with two files: one is prepared while the other is written."""
        assert process.stdin is not None
        under_way = 0
        while todo or under_way:
            while todo and under_way < 2:
                job = {"path": todo.popleft(), "lastChance": last_chance}
                process.stdin.write(json.dumps(job).encode() + b"\n")
                under_way += 1
            said = await _hear(process)
            if "told" in said:
                self._told += said["told"]
                self._show()
                continue
            under_way -= 1
            path = said.pop("path")
            if said.get("waits"):
                waiting.append(path)
                continue
            self.report.files[path] = said
            self._bytes_done += self._sizes[path]
            self._show()

    def _show(self) -> None:
        everything = sum(self._sizes.values())
        self.progress.to(self._told, None, fraction=self._bytes_done / everything if everything else 1.0)

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "akson.app.loading.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES_MAX,
            # Ctrl-C reaches the parent alone; its processes finish the unit they are at and end with their input.
            start_new_session=True,
        )
        assert process.stdin is not None
        order = {"settings": asdict(self.settings), "tenant": self.tenant, "again": self.again}
        process.stdin.write(json.dumps(order, default=str).encode() + b"\n")
        await _hear(process)
        return process


async def _hear(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-APP-036",
            "The load was broken off.",
            why="A load process ended; its own words stand above.",
            now="Run the same command again: it goes on where it was.",
        )
    return json.loads(line)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Closing its input ends it after the units under way."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
