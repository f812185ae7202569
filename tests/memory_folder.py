"""Where tests keep their files: in memory when there is room, so that nobody waits for a disk to make databases.

Making a database is some six hundred files. On a disk that is a fifth of a second of the kernel's work, in memory a
hundredth, and most tests of the record make two. What a killed process leaves is the same in either; what a power cut
leaves is tested nowhere here. `make nightly` (AKSON_SEEDS) stays on the disk, where waiting for it is part of the timing.
"""

import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path("/dev/shm")
NEEDED_BYTES = 6 * 1024**3
"""The folders of three processes at their fullest are a third of it; containers are often given 64 MB."""


def use_memory() -> None:
    """For this process and all that it starts: pytest's folders, and whatever else asks for a temporary one.

    Nothing happens where TMPDIR says otherwise.
    """
    if "TMPDIR" in os.environ or "AKSON_SEEDS" in os.environ or not _has_room():
        return
    os.environ["TMPDIR"] = str(FOLDER)
    tempfile.tempdir = None


def _has_room() -> bool:
    if not FOLDER.is_dir() or not os.access(FOLDER, os.W_OK | os.X_OK):
        return False
    return min(shutil.disk_usage(FOLDER).free, _free_memory_bytes()) >= NEEDED_BYTES


def _free_memory_bytes() -> int:
    """What the kernel could give to whoever asks now (proc(5), MemAvailable); 0 where it does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    told = (line.split() for line in lines)
    return next((int(words[1]) * 1024 for words in told if words[0] == "MemAvailable:"), 0)
