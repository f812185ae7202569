"""What the ebXML transport must not forget, as files: answers that were given, and letters until they are acknowledged.

    answers/3f/3f9a…e1/<digest of what came>.json     {"to": "her990202@edi…", "envelope": "PD94…", "accepted": true}
    sent/<message id>-<digest of document and receiver's certificate>.eml

A duplicate gets the *same* acknowledgement again (HIS 1037, 4.2), and a retry must be the same bytes, for a partner may hold
the digests of both against each other (HITS 1172, 5.8.2). Neither is the post's state: lost, the answer is made anew and the
letter sealed anew; the outbox and the inbox know what is accounted for. So both are forgotten by age, long after the last
retry that a partner makes (five, each twelve hours after the one before: HIS 1037).
"""

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from akson.exchange.transport.folder import write_whole

KEPT = timedelta(days=30)
"""Twelve times as long as partners retry; a duplicate after that is the inbox's to know, by sender and MsgId."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given to exactly that content."""

    to: str
    envelope: bytes
    accepted: bool
    """False when it was refused: the id is then not used up."""


class Memory:
    """Files below `root`; blocking, so called beside the event loop."""

    def __init__(self, root: Path) -> None:
        self._answers, self._sent = root / "answers", root / "sent"
        for folder in (self._answers, self._sent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def answers(self, sender: str, message_id: str) -> dict[str, Given]:
        """Digest of what came -> what was answered."""
        folder = self._folder(sender, message_id)
        if not folder.is_dir():
            return {}
        return {path.stem: _given(path.read_bytes()) for path in folder.glob("*.json")}

    def keep_answer(self, sender: str, message_id: str, digest: str, given: Given) -> None:
        """The first one stands."""
        folder = self._folder(sender, message_id)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / f"{digest}.json").exists():
            told = {
                "to": given.to,
                "envelope": base64.b64encode(given.envelope).decode(),
                "accepted": given.accepted,
            }
            write_whole(folder, f"{digest}.json", json.dumps(told).encode())

    def _folder(self, sender: str, message_id: str) -> Path:
        name = hashlib.sha256(f"{sender}\n{message_id}".encode()).hexdigest()
        return self._answers / name[:2] / name

    def sent(self, message_id: str, key: str) -> bytes | None:
        path = self._sent / f"{_safe(message_id)}-{key}.eml"
        return path.read_bytes() if path.exists() else None

    def keep_sent(self, message_id: str, key: str, mail: bytes) -> None:
        write_whole(self._sent, f"{_safe(message_id)}-{key}.eml", mail)

    def all_sent(self, message_id: str) -> list[bytes]:
        """Every way this parcel was sealed: one, or two when the receiver renewed its certificate between."""
        return [path.read_bytes() for path in self._sent.glob(f"{_safe(message_id)}-*.eml")]

    def forget_sent(self, message_id: str) -> None:
        for path in self._sent.glob(f"{_safe(message_id)}-*.eml"):
            path.unlink(missing_ok=True)

    def tidy(self, now: datetime) -> int:
        """Removes what is older than KEPT; gives how many. Safe beside whoever reads and writes."""
        oldest, gone = (now - KEPT).timestamp(), 0
        for path in (*self._sent.glob("*.eml"), *self._answers.glob("*/*/*.json")):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    gone += 1
                    self._without(path.parent)
        return gone

    def _without(self, folder: Path) -> None:
        """An answer's own folder goes with its last file; a folder that is not empty stays."""
        if folder != self._sent:
            with suppress(OSError):
                folder.rmdir()


def key(document: bytes, fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode() + document).hexdigest()[:16]


def _safe(message_id: str) -> str:
    """An id as part of a file name: ours are UUIDs, and others' are hashed."""
    plain = message_id.isascii() and message_id.replace("-", "").isalnum() and len(message_id) <= 64
    return message_id if plain else hashlib.sha256(message_id.encode()).hexdigest()


def _given(content: bytes) -> Given:
    told = json.loads(content)
    return Given(told["to"], base64.b64decode(told["envelope"]), told["accepted"])
