"""Real nodes for tests: started as a user starts them, looked at from outside, killed when a test wants it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.lab_time import clock_of
from akson.app.wiring import local_issuer
from akson.world import SystemRandom

AKSON = [sys.executable, "-c", "from akson.app.cli import main; main()"]
READY_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
TOKEN_LIFETIME = timedelta(hours=12)


def environ(**more: str) -> dict[str, str]:
    """The environment without this machine's own settings."""
    return {k: v for k, v in os.environ.items() if not k.startswith("AKSON_")} | more


def akson(*arguments: object, timeout: float = 300, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    command = [*AKSON, *(str(a) for a in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environ(**env))


@dataclass
class RunningNode:
    process: subprocess.Popen[str]
    data: Path
    address: str

    def get(self, path: str, token: str = "") -> tuple[int, bytes]:
        request = urllib.request.Request(self.address + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def token(self, actor: str = "system") -> str:
        """What `akson token` prints, without a process for each: many ask again and again until something has happened."""
        settings = all_settings.load(environ={}, options={"data": str(self.data)})
        issuer = local_issuer(settings, clock=clock_of(settings), random=SystemRandom())
        return issuer.issue(CAST[actor], lifetime=TOKEN_LIFETIME)

    def workers(self) -> list[int]:
        """Process numbers of the supervisor's children that are Python: web and post workers."""
        return [pid for pid in children(self.process.pid) if b"akson.app.worker" in command_line(pid)]

    def interrupt(self) -> str:
        """Ctrl-C; gives what was said. Fails when it does not stop in time."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=STOP_TIMEOUT_S)
        return said

    def kill_tree(self) -> None:
        """SIGKILL for the supervisor and its workers at once; the database is left as it is."""
        pids = [self.process.pid, *self.workers()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=STOP_TIMEOUT_S)


def start(data: Path, *arguments: object, command: str = "serve", **env: str) -> RunningNode:
    """Waits until it answers."""
    line = [*AKSON, command, "--data", str(data), "--port", "0", *(str(a) for a in arguments)]
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environ(**env),
        start_new_session=True,
    )
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        told = facts(data)
        if told.get("pid") == process.pid and told.get("ready"):
            return RunningNode(process, data, told["address"])
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"the node did not start:\n{process.communicate()[0]}")


@contextmanager
def node(data: Path, *arguments: object, command: str = "serve", **env: str) -> Iterator[RunningNode]:
    running = start(data, *arguments, command=command, **env)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.interrupt()


def facts(data: Path) -> dict[str, object]:
    try:
        return json.loads((data / "akson.lock").read_text())
    except (OSError, ValueError):
        return {}


def postmaster(data: Path) -> int | None:
    """Process number of the folder's PostgreSQL when it lives."""
    try:
        pid = int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (OSError, ValueError, IndexError):
        return None
    return pid


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            found.append(int(entry.name))
    return found


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(happened: object, seconds: float = 60.0) -> None:
    assert callable(happened)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {seconds:.0f} s")
