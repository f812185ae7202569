"""A demo node on a free port that is killed as by a power cut and started again, and what its record holds, by the API."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from screenshots import AKSON

START_S = 240


class Node:
    """`akson up` on one port, killed and started again; it ends by its own number alone."""

    def __init__(self, folder: Path) -> None:
        self.data, self.log = folder / "data", (folder / "node.log").open("a")
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            self.port = int(bound.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        line = [*AKSON, "up", "--data", str(self.data), "--port", str(self.port), "--workers", "1"]
        self.process = subprocess.Popen(line, stdout=self.log, stderr=self.log, start_new_session=True)
        deadline = time.monotonic() + START_S
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"Noden startet ikke: {self.log.name}")
            time.sleep(0.1)
        self.tokens = {who: self.akson("token", who, "--hours", "12").strip() for who in ("system", "siri")}

    def _ready(self) -> bool:
        try:
            told = json.loads((self.data / "akson.lock").read_text("utf-8"))
        except (OSError, ValueError):
            return False
        return self.process is not None and told.get("pid") == self.process.pid and bool(told.get("ready"))

    def kill(self) -> None:
        """As when the machine's power goes: nobody is asked, nothing is finished."""
        assert self.process is not None
        workers = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid), "-o", "args="],
            capture_output=True,
            text=True,
        ).stdout
        ours = [int(line.split()[0]) for line in workers.splitlines() if "akson.app.worker" in line]
        for pid in (self.process.pid, *ours):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.log.close()

    def akson(self, *arguments: str, data: bool = True) -> str:
        line = [*AKSON, *arguments, *(("--data", str(self.data)) if data else ())]
        # Unbuffered, Python writes what a pipe takes at once and drops the rest: a long proof would be cut.
        quiet = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        done = subprocess.run(line, env=quiet, capture_output=True, text=True, timeout=300)
        if done.returncode not in (0, 3):
            raise SystemExit(f"akson {' '.join(arguments)}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def found(self, search: str) -> list[dict[str, Any]]:
        return [entry["resource"] for entry in self._ask("GET", search, "system").get("entry", ())]

    def put(self, resource: dict[str, Any], who: str) -> None:
        self._ask("PUT", f"{resource['resourceType']}/{resource['id']}", who, resource)

    def _ask(self, method: str, path: str, who: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}/fhir/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self.tokens[who]}",
                "Content-Type": "application/fhir+json",
                "Prefer": "return=representation",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
