"""Checks of the machine: Python, disk, clock, port, environment."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from akson.app.doctor.finding import Check, Finding, fault, ok, warn
from akson.app.settings import Settings, strangers
from akson.app.supervisor.node_lock import running_node
from akson.world import SystemClock

PYTHON_MIN = (3, 11)
DISK_FREE_WARN_BYTES = 2 * 1024**3
DISK_FREE_FAULT_BYTES = 256 * 1024**2
FSYNC_ROUNDS = 5
FSYNC_SLOW_S = 0.05
CLOCK_NOT_BEFORE_YEAR = 2026


async def _python(_settings: Settings) -> Finding:
    version = ".".join(str(n) for n in sys.version_info[:3])
    if sys.version_info < PYTHON_MIN:
        return fault(f"Python {version}", "Akson needs 3.11 or newer: make setup PYTHON=python3.12")
    return ok(f"Python {version}")


async def _environment(_settings: Settings) -> Finding:
    unknown = strangers()
    if unknown:
        return warn(
            f"Unknown in the environment: {', '.join(unknown)}",
            "Look for a slip in the name; see docs/settings.md.",
        )
    return ok("No unknown AKSON_ variables")


async def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_standing(settings.data)).free
    words = f"{free / 1024**3:.1f} GiB free for {settings.data}"
    if free < DISK_FREE_FAULT_BYTES:
        return fault(words, "PostgreSQL stops when the disk is full. Make room, or move the data folder.")
    if free < DISK_FREE_WARN_BYTES:
        return warn(words, "Make room soon; a resource takes about 3 kB with index and history.")
    return ok(words)


async def _fsync(settings: Settings) -> Finding:
    try:
        seconds = await asyncio.to_thread(_fsync_seconds, _standing(settings.data))
    except OSError as refused:
        return fault(
            f"The data folder cannot be written: {refused.strerror}", "Give it to the user who runs Akson."
        )
    words = f"A write is on disk after {seconds * 1000:.1f} ms"
    if seconds > FSYNC_SLOW_S:
        return warn(words, "Each commit waits for it; a local SSD answers within 5 ms.")
    return ok(words)


def _fsync_seconds(folder: Path) -> float:
    """Median of a few small synchronous writes."""
    taken = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(FSYNC_ROUNDS):
            began = time.perf_counter()
            os.write(file.fileno(), b"x" * 8192)
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return sorted(taken)[len(taken) // 2]


async def _clock(settings: Settings) -> Finding:
    now = SystemClock().now()
    if now.year < CLOCK_NOT_BEFORE_YEAR:
        return fault(
            f"The clock says {now:%Y-%m-%d}",
            "Set it, and let it be set by NTP: the access log depends on it.",
        )
    if settings.data.is_dir():
        newest = max((p.stat().st_mtime for p in settings.data.iterdir()), default=0.0)
        if newest > now.timestamp() + 60:
            return fault(
                "The clock is behind files that are in the data folder",
                "Set it by NTP before Akson is started.",
            )
    return ok(f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC")


async def _port(settings: Settings) -> Finding:
    if running := running_node(settings.data):
        return ok(f"A node runs on this data folder at {running.get('address', '?')}")
    if settings.port == 0:
        return ok("A free port will be taken")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as refused:
            return fault(
                f"Port {settings.port} on {settings.host}: {refused.strerror}",
                "Choose another: --port, or AKSON_PORT.",
            )
    return ok(f"Port {settings.port} is free")


def _standing(path: Path) -> Path:
    """The folder itself, or the nearest one above that exists."""
    return next(p for p in (path, *path.parents) if p.exists())


CHECKS = (
    Check("python", _python),
    Check("environment", _environment),
    Check("disk space", _disk),
    Check("disk write", _fsync),
    Check("clock", _clock),
    Check("port", _port),
)
