"""The processes of a node and what they hold and use, as Linux tells it in /proc. Elsewhere there is nothing to tell.

Memory is PSS, in which a page that processes share is counted once in all. CPU time includes that of children that ended.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from akson.app.supervisor.node_lock import running_node

_PROC = Path("/proc")
_WORKER = b"akson.app.worker"


@dataclass(frozen=True, slots=True)
class Memory:
    total_mib: float
    """Supervisor, workers and PostgreSQL with all its processes."""
    worker_mib: float
    """Of the largest worker."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds so far, or cores between two moments."""

    node: float
    database: float
    client: float
    """This process: the bench itself."""
    others: float
    """Whatever else ran on the machine: figures of a busy machine say little."""

    def per(self, before: "Cpu", divisor: float) -> "Cpu":
        """What was used since `before`, for each of something: of a request, of a second."""

        def used(now: float, then: float) -> float:
            return round(max(0.0, now - then) / divisor, 3) if divisor else 0.0

        return Cpu(
            used(self.node, before.node),
            used(self.database, before.database),
            used(self.client, before.client),
            used(self.others, before.others),
        )


def memory_of(data: Path) -> Memory | None:
    """Of the node that runs on this folder; None where the system does not tell."""
    node, database = _families(data)
    held = {pid: mib for pid in {*node, *database} if (mib := pss_mib(pid)) is not None}
    if not held:
        return None
    workers = [mib for pid, mib in held.items() if _WORKER in _read(pid, "cmdline")]
    return Memory(round(sum(held.values()), 1), round(max(workers, default=0.0), 1))


def cpu_of(data: Path) -> Cpu:
    """CPU seconds so far."""
    node, database = _families(data)
    of_node, of_database, own = sum(map(_cpu_s, node)), sum(map(_cpu_s, database)), time.process_time()
    return Cpu(of_node, of_database, own, _busy_s() - of_node - of_database - own)


def _families(data: Path) -> tuple[list[int], list[int]]:
    """Supervisor and workers; PostgreSQL's processes, whoever started them."""
    told = running_node(data) or {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.glob("[0-9]*"):
        fields = _read(int(folder.name), "stat").rpartition(b")")[2].split()
        if len(fields) > 1:
            children[int(fields[1])].append(int(folder.name))
    database = _family(_postmaster(data), children)
    return [pid for pid in _family(told.get("pid"), children) if pid not in database], database


def _family(root: int | None, children: dict[int, list[int]]) -> list[int]:
    found = [root] if root else []
    for pid in found:
        found += children[pid]
    return found


def _postmaster(data: Path) -> int | None:
    try:
        return int((data / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def pss_mib(pid: int) -> float | None:
    """Of one process; None when it has gone or the system does not tell."""
    lines = (line.split() for line in _read(pid, "smaps_rollup").splitlines())
    return next((int(fields[1]) / 1024 for fields in lines if fields[:1] == [b"Pss:"]), None)


def _cpu_s(pid: int) -> float:
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _busy_s() -> float:
    """Of the whole machine, idle and waiting for disks not counted."""
    try:
        fields = (_PROC / "stat").read_text().splitlines()[0].split()[1:9]
    except (OSError, IndexError):
        return 0.0
    user, nice, system, _idle, _waiting, *rest = map(int, fields)
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _read(pid: int, name: str) -> bytes:
    """Empty when the process has gone or is not ours to look at."""
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
