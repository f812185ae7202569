"""The body of add-checkpoint: old size, consistency proof, checkpoint (https://c2sp.org/tlog-witness). Pure.

old 1180
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=

akson/storvik/access/1
1187
…
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

BODY_BYTES_MAX = 64 * 1024
PROOF_MAX = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    old_size: int
    proof: Sequence[bytes]
    note: str

    @property
    def origin(self) -> str:
        return self.note.partition("\n")[0]

    def written(self) -> bytes:
        lines = [f"old {self.old_size}", *(base64.b64encode(hash).decode() for hash in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()


def parsed(body: bytes) -> AddCheckpoint:
    """Raises ValueError."""
    if len(body) > BODY_BYTES_MAX:
        raise ValueError("too large")
    head, gap, note = body.decode().partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    proof = [base64.b64decode(line, validate=True) for line in lines]
    if not gap or not old or len(proof) > PROOF_MAX or any(len(hash) != 32 for hash in proof):
        raise ValueError("not an add-checkpoint request")
    return AddCheckpoint(int(old.group(1)), proof, note)
