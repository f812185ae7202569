"""A node for measuring: started as a user would, with a data folder of its own that goes away afterwards."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from akson.app.cast import CAST
from akson.app.settings import Settings
from akson.app.supervisor.node_lock import FILE_NAME
from akson.app.wiring import local_issuer
from akson.fhir.problem import Problem, ProblemKind
from akson.world import SystemClock, SystemRandom

LIMITS = ("AKSON_USER_REQUESTS_PER_SECOND", "AKSON_PARTNER_REQUESTS_PER_SECOND", "AKSON_LOGINS_PER_MINUTE")
READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 30.0
LOOK_EACH_S = 0.01


@asynccontextmanager
async def measured_node(settings: Settings, keep: Path | None) -> AsyncIterator[tuple[Settings, str, str]]:
    """Gives the node's settings, its address and a token of the system actor. `keep` is a data folder that stays."""
    with tempfile.TemporaryDirectory(prefix="akson-bench-") as folder:
        data = (keep or Path(folder) / "data").absolute()
        data.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from akson.app.cli import main; main()",
            "serve",
            "--data",
            str(data),
            "--port",
            "0",
            "--workers",
            str(settings.workers),
            stdout=asyncio.subprocess.DEVNULL,
            # What is measured is how fast it answers, not when it stops answering one who asks too much.
            env=os.environ | dict.fromkeys(LIMITS, "0"),
            start_new_session=True,
        )
        try:
            address = await _address(data, process)
            issuer = local_issuer(replace(settings, data=data), clock=SystemClock(), random=SystemRandom())
            yield replace(settings, data=data), address, issuer.issue(CAST["system"])
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)


async def _address(data: Path, process: asyncio.subprocess.Process) -> str:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_TIMEOUT_S
    while loop.time() < deadline and process.returncode is None:
        try:
            told = json.loads((data / FILE_NAME).read_text("utf-8"))
        except (OSError, ValueError):
            told = {}
        if told.get("ready") and told.get("pid") == process.pid:
            return told["address"]
        await asyncio.sleep(LOOK_EACH_S)
    raise Problem(
        ProblemKind.INTERNAL,
        "AKS-APP-040",
        "The node to be measured did not start.",
        why="Its own words stand above.",
        now="Run akson doctor.",
    )
