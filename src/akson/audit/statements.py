"""What the log says about itself, as entries in it: daily heads, and the beginning of an epoch. Pure.

    heads   0x80 · at_us int64 · size int64 · count int64 · root 32 · SHA-256 of the secret 32 · day, ten characters
    epoch   0x81 · at_us int64 · epoch int64 · kept int64 · length uint32 of reason and of note · reason · note

They stand among the events with tenant 0 and no patient, so they are in no chain. `akson_verify` reads the same layout.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

HEADS, EPOCH = 0x80, 0x81
STATEMENTS = (HEADS, EPOCH)
_HEADS = struct.Struct(">Bqqq32s32s10s")
_EPOCH = struct.Struct(">BqqqII")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class HeadsStatement:
    """The root of the sorted tree of all patients' heads, as they were when the log's tree had `size` entries."""

    at: datetime
    size: int
    count: int
    """Patients in the tree."""
    root: bytes
    secret_hash: bytes
    day: date
    """The day that ended, by the node's calendar."""

    def encode(self) -> bytes:
        return _HEADS.pack(
            HEADS, _us(self.at), self.size, self.count, self.root, self.secret_hash, str(self.day).encode()
        )


@dataclass(frozen=True, slots=True)
class EpochStatement:
    """The log was restored to an older state. What was seen of it later is named, and what is missing is a fact."""

    at: datetime
    epoch: int
    kept: int
    """Entries of the epochs before that are still there."""
    reason: str
    note: str
    """The last checkpoint of the epoch before that anybody has kept; the missing entries are those between."""

    def encode(self) -> bytes:
        reason, note = self.reason.encode(), self.note.encode()
        head = _EPOCH.pack(EPOCH, _us(self.at), self.epoch, self.kept, len(reason), len(note))
        return head + reason + note


def decode(data: bytes) -> HeadsStatement | EpochStatement:
    """Raises ValueError when it is neither."""
    try:
        if data[:1] == bytes((HEADS,)):
            _, at, size, count, root, secret_hash, day = _HEADS.unpack(data)
            return HeadsStatement(_at(at), size, count, root, secret_hash, date.fromisoformat(day.decode()))
        _, at, epoch, kept, reason, note = _EPOCH.unpack_from(data)
        texts = data[_EPOCH.size :]
        if data[0] == EPOCH and reason + note == len(texts):
            return EpochStatement(_at(at), epoch, kept, texts[:reason].decode(), texts[reason:].decode())
    except (struct.error, UnicodeDecodeError, OverflowError, IndexError) as odd:
        raise ValueError("no statement of the log") from odd
    raise ValueError("no statement of the log")


def is_statement(canonical: bytes) -> bool:
    return bool(canonical) and canonical[0] in STATEMENTS


def _us(at: datetime) -> int:
    return (at - _BEGIN) // _MICROSECOND


def _at(us: int) -> datetime:
    return _BEGIN + timedelta(microseconds=us)
