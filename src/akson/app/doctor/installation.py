"""Checks of what belongs to the installation: files of the program, keys, folders, locks."""

import fcntl
import os
import stat
from pathlib import Path

from akson.app.doctor.finding import Check, Finding, fault, ok, warn
from akson.app.settings import Settings
from akson.app.supervisor.node_lock import running_node
from akson.world import SystemClock

STATIC_NEEDED = ("akson.css", "akson.js", "akson.svg")
KEY_FILES = ("token.pem", "log.pem")
WAITING_WARN = 50
FEST_DAYS_WARN = 60
_FOR_OTHERS = 0o077


async def _static(_settings: Settings) -> Finding:
    from akson.web.shell.static_files import FOLDER

    missing = [name for name in STATIC_NEEDED if not (FOLDER / name).is_file()]
    if not list((FOLDER / "vendor").rglob("*.woff2")):
        missing.append("fonts")
    if not list((FOLDER / "vendor").rglob("htmx*.js")):
        missing.append("htmx")
    if missing:
        return fault(
            f"Missing files of the screens: {', '.join(missing)}", "Install Akson again: make setup."
        )
    return ok("Styles, scripts and fonts are in place")


async def _definitions(_settings: Settings) -> Finding:
    from akson.fhir.definitions import load

    count = len(load().resource_types)
    return (
        ok(f"FHIR R4: {count} resource types")
        if count >= 146
        else fault(f"FHIR R4: {count} types", "Install again.")
    )


async def _keys(settings: Settings) -> Finding:
    folder = settings.data / "keys"
    present = [folder / name for name in KEY_FILES if (folder / name).exists()]
    if not present:
        return ok("No keys yet; the first start makes them")
    open_ones = [path.name for path in present if stat.S_IMODE(path.stat().st_mode) & _FOR_OTHERS]
    if open_ones:
        return fault(
            f"Others may read {', '.join(open_ones)}",
            f"chmod 600 {folder}/*.pem; if others may have read them, remove token.pem: all tokens end.",
        )
    unreadable = [path.name for path in present if not os.access(path, os.R_OK)]
    if unreadable:
        return fault(f"{', '.join(unreadable)} cannot be read", "Run this as the user who runs Akson.")
    return ok("Keys are readable by their owner alone")


async def _post(settings: Settings) -> Finding:
    folder = settings.data / "post" / "in"
    if not folder.is_dir():
        return ok("No post folder yet; the first start makes it")
    closed = [name for name in ("in", "out", "done", "failed") if not _writable(folder.parent / name)]
    if closed:
        return fault(
            f"Cannot write to post/{', post/'.join(closed)}", "Give the folders to the user who runs Akson."
        )
    waiting = sum(1 for _ in folder.iterdir())
    if waiting > WAITING_WARN and running_node(settings.data):
        return warn(
            f"{waiting} messages wait in post/in",
            "Look whether the post worker runs; its words are in the node's output.",
        )
    return ok(f"The post folder is writable; {waiting} wait in it")


async def _locks(settings: Settings) -> Finding:
    """Locks are the kernel's and go with their process; a file that stays behind blocks nothing."""
    if not settings.data.is_dir():
        return ok("No data folder yet")
    held = [p.name for p in (settings.data / "akson.lock", settings.data / "pg" / "start.lock") if _held(p)]
    if "start.lock" in held and not running_node(settings.data):
        return warn("Somebody starts or stops the database just now", "Wait a moment and look again.")
    return ok("Held: akson.lock, by the running node" if "akson.lock" in held else "Nothing is locked")


async def _fest(settings: Settings) -> Finding:
    """Published twice a month: an edition of two months is one that nobody fetches any more."""
    from akson.app.fest.kept import in_force, names_of, rules_of

    today = SystemClock().now().date()
    edition = in_force(settings.data, today)
    if edition is None:
        return ok("FEST: none imported; advice rests on Akson's own small set of rules")
    try:
        rules_of(edition), names_of(edition)
    except (OSError, ValueError, TypeError, KeyError):
        return fault(
            f"{edition.id} cannot be read", f"Remove {edition.folder} and import it again: akson fest FILE."
        )
    told = f"{edition.id}: {edition.rules} interactions, {edition.names} names"
    age = (today - edition.fetched.date()).days
    if age > FEST_DAYS_WARN:
        return warn(f"{told}; fetched {age} days ago", "Fetch the newest and import it: akson fest FILE.")
    return ok(told)


def _writable(folder: Path) -> bool:
    return not folder.exists() or os.access(folder, os.W_OK | os.X_OK)


def _held(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


CHECKS = (
    Check("screens", _static),
    Check("definitions", _definitions),
    Check("keys", _keys),
    Check("post folder", _post),
    Check("locks", _locks),
    Check("fest", _fest),
)
