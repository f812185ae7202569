"""Becomes an unprivileged user and then the program it was given; run by path, imports nothing of Akson.

    python -I launch.py UID GID CAPABILITY PROGRAM ARGUMENT...

CAPABILITY is the number of the one capability kept, or -1 for none. Used only when Akson runs as root, because
PostgreSQL refuses to. Spec: capabilities(7), prctl(2). Which user and why: account.py and ADR 0003.
"""

import ctypes
import os
import sys

PR_SET_KEEPCAPS = 8
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise SystemExit(f"launch: {what}: {os.strerror(number)}")


def _keep_only(capability: int) -> None:
    """Every set holds this one capability and nothing else; the ambient set carries it through exec."""
    sets = (_Sets * 2)()
    mask = 1 << (capability % 32)
    sets[capability // 32] = _Sets(mask, mask, mask)
    _checked(_libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), ctypes.byref(sets)), "capset")
    _checked(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), "ambient capability")


def become(uid: int, gid: int, capability: int) -> None:
    """Changes this process for good: no way back, and no set-user-id program may give anything more."""
    if capability >= 0:
        _checked(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability >= 0:
        _keep_only(capability)
    if sys.platform == "linux":
        _checked(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def main(arguments: list[str]) -> None:
    uid, gid, capability = (int(value) for value in arguments[:3])
    os.chdir("/")
    os.umask(0o077)
    become(uid, gid, capability)
    os.execv(arguments[3], arguments[3:])  # noqa: S606 - being this program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
