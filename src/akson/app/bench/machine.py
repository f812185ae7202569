"""The machine's line: without it a figure says nothing."""

import os
import platform
from pathlib import Path


def machine_line(postgres: str, workers: int) -> str:
    """`Intel(R) Xeon(R) …, 2 cores, 15.6 GiB, Linux 6.1 · Python 3.11.7 · PostgreSQL 18.6 · 2 web workers`"""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    hardware = f"{_processor()}, {cores} cores, {_memory()}, {system}"
    return f"{hardware} · Python {platform.python_version()} · PostgreSQL {postgres} · {workers} web workers"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory() -> str:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "memory unknown"
    return f"{total / 1024**3:.0f} GiB"
