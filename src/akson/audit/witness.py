"""A witness: signs under another's checkpoint when the tree it last signed is a beginning of it, and never forgets one.

One state for each log: size and root, kept on disk before the answer leaves. The rules of https://c2sp.org/tlog-witness:

    400  not a request, or old size above the checkpoint's        404  a log that this witness does not know
    403  no signature of the log's key, or a false one            409  another old size than it signed last; says which
    422  the proof does not hold, or two roots of one size        200  its signature line

Which logs it knows is its operator's choice; a new epoch is another log, and has to be let in by hand.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit import checkpoint, cosigning
from akson.audit.merkle import EMPTY_ROOT, verify_consistency
from akson.audit.policy import VerifierKey
from akson.audit.requests import AddCheckpoint, parsed
from akson.world import Clock

SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""
    media_type: str = TEXT_TYPE


class Witness:
    """`logs` is origin -> key; `folder` holds one file for each log."""

    def __init__(
        self, name: str, key: Ed25519PrivateKey, logs: Mapping[str, VerifierKey], folder: Path, clock: Clock
    ) -> None:
        self.name = name
        self.logs = logs
        self._key = key
        self._folder = folder
        self._clock = clock

    @property
    def verifier_key(self) -> VerifierKey:
        return cosigning.witness_key(self.name, self._key)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Blocks until the disk has it: call it beside the event loop."""
        try:
            asked = parsed(body)
        except ValueError:
            return Answer(400, "The request cannot be read.\n")
        log = self.logs.get(asked.origin)
        if log is None:
            return Answer(404, "This witness does not know the log.\n")
        signed = checkpoint.verify_any(asked.note.encode(), log.key)
        if signed is None:
            return Answer(403, "No signature of the log's key holds.\n")
        if asked.old_size > signed.size:
            return Answer(400, "The old size is above the checkpoint's.\n")
        with self._alone():
            size, root = self._state(asked.origin)
            if asked.old_size != size:
                return Answer(409, f"{size}\n", SIZE_TYPE)
            if not _goes_on(size, root, signed, asked):
                return Answer(422, "The checkpoint does not go on from the one that was signed last.\n")
            text, _ = checkpoint.split(asked.note.encode())
            line = cosigning.cosign(text, self.name, self._key, int(self._clock.now().timestamp()))
            self._keep(asked.origin, asked.note + line)
            return Answer(200, line)

    def checkpoint_of(self, origin_hash: str) -> str | None:
        """What it signed last of the log with this SHA-256, in hexadecimals, of its origin."""
        known = {_file_name(origin): origin for origin in self.logs}
        if origin_hash not in known:
            return None
        path = self._folder / origin_hash
        return path.read_text("utf-8") if path.exists() else None

    def _state(self, origin: str) -> tuple[int, bytes]:
        note = self.checkpoint_of(_file_name(origin))
        if note is None:
            return 0, EMPTY_ROOT
        signed = checkpoint.verify_any(note.encode(), self.logs[origin].key)
        assert signed is not None, (
            "what was kept has been changed on disk; a witness that forgets must not sign"
        )
        return signed.size, signed.root

    def _keep(self, origin: str, note: str) -> None:
        """Whole or not at all, and on the disk before anybody is told."""
        path = self._folder / _file_name(origin)
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Asking what was signed and keeping what is signed now are one act, also between processes."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _goes_on(size: int, root: bytes, signed: checkpoint.Checkpoint, asked: AddCheckpoint) -> bool:
    if signed.size == 0 and signed.root != EMPTY_ROOT:
        return False
    if size == 0 and asked.proof:
        return False
    return verify_consistency(size, signed.size, asked.proof, root, signed.root)


def _file_name(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()
