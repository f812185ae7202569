"""Which user runs PostgreSQL, and how a command is run as that user; what is run does not belong here.

An ordinary user runs it as himself. Root cannot (PostgreSQL refuses), so an existing unprivileged user is borrowed:
no user is created and no permission outside the data folder is changed. Where a folder above is closed to that user,
one capability to pass through closed folders is kept. The options and their price: ADR 0003.
"""

import os
import pwd
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from akson.fhir.problem import Problem, ProblemKind

CAP_DAC_READ_SEARCH = 2
"""Read any file and pass through any folder; writes nothing."""
CAP_DAC_OVERRIDE = 1
"""The same plus writing. Containers commonly grant this one and not the other."""
COMMAND_TIMEOUT_S = 120

_LAUNCHER = Path(__file__).with_name("launch.py")
_BORROWED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """`capability` is the number of the one kept, -1 for none; `switch` is false for an ordinary user."""

    uid: int
    gid: int
    name: str
    capability: int = -1
    switch: bool = False

    def run(
        self, command: Sequence[str | Path], *, environ: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Runs to the end, output captured. What stays running (pg_ctl start) must not hold our pipes."""
        prefix: list[str | Path] = []
        if self.switch:
            prefix = [sys.executable, "-I", _LAUNCHER, str(self.uid), str(self.gid), str(self.capability)]
        return subprocess.run(
            [*prefix, *command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            env=environ,
            umask=0o077,
        )

    def own(self, path: Path, mode: int) -> None:
        """Gives one path below the data folder to this user."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        path.chmod(mode)


def choose(data_folder: Path, home: Path, programs: Path) -> Account:
    """The account for a data folder, the database's `home` in it, and the programs. Raises AKS-STORE-002."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), str(os.geteuid()))
    user = _borrowed(data_folder)
    closed = [path for path in (home, programs) if not _open_to(user, path)]
    # Reading through closed folders is enough unless the program file itself is closed (an umask of 077 when installed).
    sealed = not _grants(user, programs / "postgres")
    if not closed and not sealed:
        return Account(user.pw_uid, user.pw_gid, user.pw_name, switch=True)
    useful = (CAP_DAC_OVERRIDE,) if sealed else (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    return Account(
        user.pw_uid, user.pw_gid, user.pw_name, _capability(user, closed or [programs], useful), switch=True
    )


def _borrowed(data_folder: Path) -> pwd.struct_passwd:
    """The owner of the data folder when it is not root, else a user that exists for such use."""
    owner = data_folder.stat().st_uid
    if owner != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            pass  # A bare number, as in containers: initdb needs a name, so somebody else runs it.
    for name in _BORROWED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        if user.pw_uid != 0:
            return user
    raise _impossible("No unprivileged user exists on this machine (looked for postgres and nobody).")


def _open_to(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether the user may pass through every folder down to `path` by the mode bits alone."""
    resolved = path.resolve()
    return all(_grants(user, folder) for folder in (resolved, *resolved.parents))


def _grants(user: pwd.struct_passwd, path: Path) -> bool:
    """Whether the mode bits of one path let the user execute (a program) or pass (a folder)."""
    status = path.stat()
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _capability(user: pwd.struct_passwd, closed: Sequence[Path], useful: Sequence[int]) -> int:
    permitted = permitted_capabilities()
    for capability in useful:
        if permitted >> capability & 1:
            return capability
    raise _impossible(
        f"User {user.pw_name} cannot enter {' and '.join(str(path) for path in closed)}, because a folder above is closed, "
        "and this system grants no capability to pass."
    )


def permitted_capabilities() -> int:
    """Bit set of this process's permitted capabilities; 0 where the system has none (not Linux)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)


def _impossible(why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-STORE-002",
        "The embedded PostgreSQL cannot be started as root here.",
        why=f"PostgreSQL refuses to run as root, so an unprivileged user must run it. {why}",
        now="Run Akson as an ordinary user, choose a data folder that others may enter (AKSON_DATA or --data), "
        "or point AKSON_DATABASE_URL to a PostgreSQL of your own.",
        permanent=True,
    )
