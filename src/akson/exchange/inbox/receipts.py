"""The receipts of one message: made once, kept beside its original, and the same bytes ever after.

{"state": "accepted", "receipts": [{"to": "990002", "status": "1", "codes": [], "name": "apprec-….xml", "content": "<…>"}]}
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from akson.exchange.envelope import apprec
from akson.exchange.envelope.values import Envelope
from akson.exchange.judgement import Answer
from akson.exchange.times import NORWAY

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/receipt")


@dataclass(frozen=True, slots=True)
class Receipt:
    to: str
    """HER-id of the receiver it speaks for."""
    status: str
    """8258: `1` OK, `2` refused."""
    codes: tuple[str, ...]
    """8221."""
    name: str
    """File name in `post/out`."""
    content: str
    role: str = ""
    """`PRIM` or `COP`; in AppRec 1.0 `REQ` or `SPR` for the primary receiver."""
    version: str = ""
    """Of AppRec."""
    texts: tuple[str, ...] = ()
    """Of `codes`, with what more is said."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How it ended, and what was said about it. `state` is `accepted` or `refused`."""

    state: str
    receipts: tuple[Receipt, ...]


def build(
    envelope: Envelope | None,
    answers: Sequence[Answer],
    *,
    seed: str,
    made: datetime,
    received: datetime,
    version: str,
) -> tuple[Receipt, ...]:
    """One per answer. The same `seed` gives the same ids and file names."""
    if envelope is None:
        return ()
    return tuple(
        _one(envelope, answer, f"{seed}|{number}", _local(made), _local(received), version)
        for number, answer in enumerate(answers)
    )


def _one(envelope: Envelope, answer: Answer, seed: str, made: str, received: str, version: str) -> Receipt:
    id = str(uuid.uuid5(_NAMESPACE, seed))
    content = apprec.build(
        envelope, answer.receiver, answer.errors, id=id, made=made, version=version, received=received
    )
    status = apprec.REJECTED if answer.errors else apprec.OK
    codes = tuple(error.code for error in answer.errors)
    texts = tuple(": ".join(t for t in (apprec.ERROR_WORDS[e.code], e.more) if t) for e in answer.errors)
    role, number = apprec.written_as(envelope, answer.receiver)
    return Receipt(
        to=answer.receiver.party.key,
        status=status.v,
        codes=codes,
        name=f"apprec-{id}.xml",
        content=content.decode("utf-8"),
        role=role,
        version=number,
        texts=texts,
    )


def _local(at: datetime) -> str:
    return at.astimezone(NORWAY).isoformat(timespec="seconds")


def pack(answered: Answered) -> bytes:
    return json.dumps(asdict(answered), ensure_ascii=False).encode("utf-8")


def unpack(kept: bytes) -> Answered:
    told = json.loads(kept)
    receipts = (
        Receipt(
            to=r["to"],
            status=r["status"],
            codes=tuple(r["codes"]),
            name=r["name"],
            content=r["content"],
            role=r.get("role", ""),
            version=r.get("version", ""),
            texts=tuple(r.get("texts", ())),
        )
        for r in told["receipts"]
    )
    return Answered(told["state"], tuple(receipts))
