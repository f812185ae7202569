"""A load process: `python -m akson.app.loading.worker`. Reads a line of JSON for each file, answers with lines of JSON.

    in   {"settings": {…}, "tenant": 1, "again": false}                      once
    in   {"path": "…", "lastChance": false}                                  for each file
    out  {"ready": true}                                                     once
    out  {"told": 312}                                                       resources taken, while a file is under way
    out  {"path": "…", "taken": 312, "before": 0, "faults": []}              a file is done
    out  {"path": "…", "waits": true}                                        it refers to what is not here yet

Two files are under way at a time: while one waits for the disk, the other is parsed and validated. Ends with its input.
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.loading.journal import Journal
from akson.app.loading.sources import find
from akson.app.loading.taking import Taking, Waits
from akson.app.settings import Settings
from akson.app.wiring import open_node
from akson.fhir.problem import Problem
from akson.record.session import RecordSession

FILES_AT_ONCE = 2


def main() -> None:
    import uvloop

    uvloop.run(_work())


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def _work() -> None:
    lines = asyncio.StreamReader(limit=1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    told = json.loads(await lines.readline())
    settings = Settings(**told["settings"] | {"data": Path(told["settings"]["data"])})
    actor = replace(CAST["system"], tenant=told["tenant"])
    async with open_node(settings, pool_size=2 * FILES_AT_ONCE) as node:
        journal = Journal.open(settings.data, settings.database_url)
        if told["again"]:
            journal.forget()

        def open_session() -> RecordSession:
            return node.record.open(actor, PurposeOfUse.OPERATIONS)

        taking = Taking(node.record, open_session, journal, lambda count: _say({"told": count}))
        _say({"ready": True})
        await asyncio.gather(*(_serve(lines, taking) for _ in range(FILES_AT_ONCE)))
        journal.close()


async def _serve(lines: asyncio.StreamReader, taking: Taking) -> None:
    while line := await _next_line(lines):
        job = json.loads(line)
        _say({"path": job["path"]} | await _answer(job, taking))


_reading = asyncio.Lock()


async def _next_line(lines: asyncio.StreamReader) -> bytes:
    """One of those who wait gets the line."""
    async with _reading:
        with contextlib.suppress(ConnectionError):
            return await lines.readline()
    return b""


async def _answer(job: dict[str, Any], taking: Taking) -> dict[str, Any]:
    try:
        outcome = await taking.file(find([Path(job["path"])])[0], last_chance=job["lastChance"])
    except Waits:
        return {"waits": True}
    except Problem as problem:
        fault = {
            "entry": None,
            "resources": 0,
            "id": problem.id,
            "what": problem.what,
            "why": problem.why,
            "issues": [],
        }
        return {"taken": 0, "before": 0, "faults": [fault | {"now": problem.now}]}
    return {"taken": outcome.taken, "before": outcome.before, "faults": outcome.faults}


if __name__ == "__main__":
    main()
