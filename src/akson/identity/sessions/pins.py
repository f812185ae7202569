"""PINs that resume a locked session: one for each person and browser, chosen after a strong login.

The file `<data>/keys/pins/<hash of person and browser>` holds a scrypt hash of PIN and browser secret together. The secret
(256 bits) stays in the browser's cookie `akson-device`: a stolen file cannot be searched for PINs, and a stolen browser
has five tries, counted here before each is looked at. Sources: NIST SP 800-63B 5.1.1, OWASP Password Storage.
"""

import fcntl
import hashlib
import hmac
import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from akson.access.actor import Actor
from akson.identity.jwk import base64url
from akson.identity.sessions.refusals import poor_pin
from akson.world import Random

TRIES_MAX = 5
DIGITS_MIN = 4
DIGITS_MAX = 12
SECRET_BYTES = 32
_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 * 1024 * 1024}
_DIGITS = re.compile(rf"[0-9]{{{DIGITS_MIN},{DIGITS_MAX}}}", re.ASCII)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tried:
    right: bool
    left: int
    """How many tries are left; 0 also when there is no PIN."""


class Pins:
    def __init__(self, folder: Path, *, random: Random) -> None:
        self._folder = folder
        self._random = random

    def new_secret(self) -> str:
        """For a browser that has none yet; 43 characters."""
        return base64url(self._random.bytes(SECRET_BYTES))

    def has(self, actor: Actor, device: str) -> bool:
        return bool(device) and self._path(actor, device).exists()

    def choose(self, actor: Actor, device: str, secret: str, pin: str) -> None:
        """Raises Problem INVALID AKS-SESSION-006 for a PIN that anybody would try first. About 0.1 s: not on the loop."""
        _refuse_poor(pin)
        salt = self._random.bytes(16)
        stored: dict[str, object] = {"salt": salt.hex(), "hash": _hash(pin, secret, salt).hex(), "tries": 0}
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(actor, device)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write(file.fileno(), stored)

    def try_(self, actor: Actor, device: str, secret: str, pin: str) -> Tried:
        """Counted first and looked at afterwards, so that a hundred at once are still five. About 0.1 s: not on the loop."""
        path = self._path(actor, device)
        counted = _counted(path)
        if counted is None:
            return Tried(False, 0)
        salt, wanted, tries = counted
        if tries > TRIES_MAX:
            return Tried(False, 0)
        right = bool(_DIGITS.fullmatch(pin)) and hmac.compare_digest(_hash(pin, secret, salt), wanted)
        if right:
            _reset(path)
        elif tries >= TRIES_MAX:
            path.unlink(missing_ok=True)
        return Tried(right, TRIES_MAX if right else TRIES_MAX - tries)

    def forget(self, actor: Actor, device: str) -> None:
        self._path(actor, device).unlink(missing_ok=True)

    def _path(self, actor: Actor, device: str) -> Path:
        owner = "\0".join((str(actor.tenant), actor.kind.value, actor.id, device))
        return self._folder / hashlib.sha256(owner.encode()).hexdigest()


def usable_secret(secret: str) -> bool:
    """Whether a browser's cookie is one that this node made."""
    return bool(_SECRET.fullmatch(secret))


def _hash(pin: str, secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(f"{secret}\0{pin}".encode("utf-8", "surrogatepass"), salt=salt, **_SCRYPT)


def _counted(path: Path) -> tuple[bytes, bytes, int] | None:
    """Salt, hash and the number of this try; None when there is no PIN."""
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            stored = json.loads(file.read())
            stored["tries"] += 1
            _write(file.fileno(), stored)
            return bytes.fromhex(stored["salt"]), bytes.fromhex(stored["hash"]), stored["tries"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _reset(path: Path) -> None:
    with suppress(OSError, ValueError), path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _write(file.fileno(), json.loads(file.read()) | {"tries": 0})


def _write(descriptor: int, stored: dict[str, object]) -> None:
    line = json.dumps(stored).encode()
    os.pwrite(descriptor, line, 0)
    os.ftruncate(descriptor, len(line))


def _refuse_poor(pin: str) -> None:
    steps = {ord(b) - ord(a) for a, b in pairwise(pin)}
    if not _DIGITS.fullmatch(pin) or (len(steps) == 1 and steps <= {-1, 0, 1}) or len(set(pin)) < 3:
        raise poor_pin(DIGITS_MIN, DIGITS_MAX)
