"""The proof that a citizen downloads: all her events, where they stand in the tree, and who has signed it.

    {"format": "akson-log-proof/1", "patient": {"tenant": 1, "id": "astrid"}, "policy": "log …", "checkpoint": "akson/…",
     "events": [{"index": 41, "salt": "…", "event": "…"}, …], "heads": {…} | null, "epochs": […], "hashes": ["…", …],
     "signature": "…"}

`hashes` are the hashes of every largest part of the tree that holds none of the entries named, from the left: one proof of
all of them. The log's key signs the rest of the file, so that no byte of it can be changed unseen. `akson_verify` and the
page `/verifiser` check it without any of this code. Who may have one is the record's business.
"""

import asyncio
import base64
import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from akson.audit import checkpoint, cosigning, heads, policy, tiles
from akson.audit.chain import NOTHING_BEFORE, Head, leaf_hash, preimage
from akson.audit.merkle import HashOf, inclusion_proof
from akson.audit.policy import Policy
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import HeadsRow, LogRow

if TYPE_CHECKING:
    from akson.audit.log import AccessLog

FORMAT = "akson-log-proof/1"
EVENTS_MAX = 100_000


async def of_patient(log: "AccessLog", tenant: int, patient: str, witnesses: Policy) -> bytes:
    """The file. Raises Problem OVERLOADED AKS-AUDIT-030 when there is no checkpoint to prove by yet."""
    note, point = await newest(log, witnesses)
    events = await log.rows.all_events_of(tenant, patient, below=point.size, count=EVENTS_MAX)
    epochs = [row for row in await log.rows.epochs() if row.idx < point.size]
    day, entry = await _day(log, point.size)
    places = sorted([row.idx for row in (*events, *epochs, *([entry] if entry else []))])
    hashes = await tiles.answered(log.rows, lambda hash_of: rest_of_tree(places, point.size, hash_of))
    bundle: dict[str, Any] = {
        "checkpoint": note,
        "epochs": [_entry(row) for row in epochs],
        "events": [{"event": _b64(r.canonical), "index": r.idx, "salt": _b64(r.salt)} for r in events],
        "format": FORMAT,
        "hashes": [_b64(hash) for hash in hashes],
        "heads": await _heads(log, day, entry, tenant, patient) if day and entry else None,
        "patient": {"id": patient, "tenant": tenant},
        "policy": witnesses.published(policy.log_key(point.origin, log.public_key)),
    }
    return await asyncio.to_thread(_signed, log, bundle)


def _signed(log: "AccessLog", bundle: Mapping[str, Any]) -> bytes:
    signature = log.sign(f"{FORMAT}\n".encode() + written(bundle))
    return written({**bundle, "signature": _b64(signature)})


async def of_entry(log: "AccessLog", place: int, witnesses: Policy) -> str:
    """One entry as a C2SP tlog-proof; `extra` is what its leaf is made of. Raises NOT_FOUND AKS-AUDIT-031."""
    note, point = await newest(log, witnesses)
    found = await log.rows.events(place, 1) if place < point.size else []
    if not found:
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-AUDIT-031", f"No signed state of the log holds place {place}."
        )
    row = found[0]
    before = await log.rows.all_events_of(row.tenant, row.patient, below=place + 1, count=EVENTS_MAX)
    head = head_of(before[:-1]) if row.patient else Head()
    seq = head.seq + 1 if row.patient else 0
    made_of = preimage(row.salt, seq, head.leaf if row.patient else NOTHING_BEFORE, row.canonical)
    path = await tiles.answered(log.rows, lambda hash_of: inclusion_proof(place, point.size, hash_of))
    lines = ["c2sp.org/tlog-proof@v1", f"extra {_b64(made_of)}", f"index {place}", *map(_b64, path)]
    return "\n".join(lines) + "\n\n" + note


def head_of(rows: Sequence[LogRow]) -> Head:
    """Of all events of one patient up to some place, in order."""
    head = Head()
    for row in rows:
        head = Head(head.seq + 1, leaf_hash(row.salt, head.seq + 1, head.leaf, row.canonical))
    return head


async def newest(log: "AccessLog", witnesses: Policy) -> tuple[str, checkpoint.Checkpoint]:
    """The newest checkpoint that enough witnesses have signed, with their lines; the newest of all when none is."""
    found = await log.rows.checkpoints(1)
    if not witnesses.met(()):
        found = [point for size in await log.rows.cosigned() if (point := await log.rows.checkpoint(size))]
    for stored in found:
        signed = checkpoint.verify_any(stored.note, log.public_key)
        note = await with_cosignatures(log, stored.note, stored.size, witnesses)
        if signed is not None and witnesses.met(_seen(note, witnesses)):
            return note, signed
    raise Problem(
        ProblemKind.OVERLOADED,
        "AKS-AUDIT-030",
        "There is no proof yet.",
        why="No state of the log has been signed by the node and by enough witnesses.",
        now="Try again in some seconds. If it lasts, the node's own log says which witnesses do not answer.",
    )


async def with_cosignatures(log: "AccessLog", note: bytes, size: int, witnesses: Policy) -> str:
    """The note with the lines of those witnesses that the policy names."""
    text, _ = checkpoint.split(note)
    lines = [
        line
        for line in await log.rows.cosignatures(size)
        if any(cosigning.cosigned_at(text, line, w.key) is not None for w in witnesses.witnesses)
    ]
    return note.decode() + "".join(lines)


def _seen(note: str, witnesses: Policy) -> list[str]:
    text, _, lines = note.partition("\n\n")
    return [
        w.name
        for w in witnesses.witnesses
        if any(cosigning.cosigned_at(text + "\n", line, w.key) is not None for line in lines.splitlines())
    ]


async def _day(log: "AccessLog", size: int) -> tuple[HeadsRow | None, LogRow | None]:
    """The newest daily heads whose statement and pages are there."""
    for day in await log.rows.all_heads(below=size, count=heads.KEEP):
        entry = await log.rows.by_event_id(day.event_id)
        if entry is not None and entry.idx < size:
            return day, entry
    return None, None


async def _heads(log: "AccessLog", day: HeadsRow, entry: LogRow, tenant: int, patient: str) -> dict[str, Any]:
    place, around = await heads.place(log.rows, day, tenant, patient)
    places = [
        {
            "key": _b64(p.key),
            "path": [_b64(h) for h in p.path],
            "position": p.position,
            "value": _b64(p.value),
        }
        for p in ([place] if place else around)
    ]
    return {**_entry(entry), "places": places, "secret": _b64(day.secret)}


def rest_of_tree(places: Sequence[int], size: int, hash_of: HashOf) -> list[bytes]:
    """Hashes of the largest parts of a tree of `size` leaves that hold none of the `places` (sorted), from the left."""
    out: list[bytes] = []

    def over(lo: int, hi: int, first: int, last: int) -> None:
        if first == last:
            out.append(hash_of(lo, hi))
        elif hi - lo > 1:
            split = lo + (1 << (hi - lo - 1).bit_length() - 1)
            middle = bisect_left(places, split, first, last)
            over(lo, split, first, middle)
            over(split, hi, middle, last)

    if size:
        over(0, size, 0, len(places))
    return out


def written(bundle: Mapping[str, Any]) -> bytes:
    """The one way a proof is written."""
    return (json.dumps(bundle, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _entry(row: LogRow) -> dict[str, Any]:
    return {"entry": _b64(row.canonical), "index": row.idx, "salt": _b64(row.salt)}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
