"""What two partners tell each other of a day, signed, and what the two books together show.

    {"from": "Havnes sykehus", "partner": "Storvik kommune", "day": "2026-11-24",
     "sent": {"count": 2, "ids": [["8f01…", "990002", "LOG_INNLAGT", "done"], …]},
     "received": {"count": 1, "ids": [["91cc…", "990202", "DIALOG_SVAR", "accepted"]]}}

Canonical JSON (sorted keys, no spaces, UTF-8) under an Ed25519 signature. Ids alone: nothing about patients.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from akson.fhir.problem import Problem, ProblemKind
from akson.store.ledger import Named

SIZE_MAX = 64 * 1024 * 1024
TEXT_MAX = 256
"""Characters of an id or a word about a message: it is shown to people as it came."""
_HEARD = ("done", "negative")


@dataclass(frozen=True, slots=True)
class Statement:
    """One house's book about one partner. `day` None: everything there is."""

    house: str
    partner: str
    day: date | None
    sent: tuple[Named, ...]
    received: tuple[Named, ...]

    def canonical(self) -> bytes:
        told = {
            "from": self.house,
            "partner": self.partner,
            "day": self.day.isoformat() if self.day else None,
            "sent": _listed(self.sent),
            "received": _listed(self.received),
        }
        return _canonical(told)


@dataclass(frozen=True, slots=True)
class Comparison:
    """MsgIds of what one house has sent to another, by what their books say together. All empty: the books agree."""

    lost_there: tuple[str, ...]
    """Confirmed once, and not there any more: his backup was older. Sent again with the same MsgId."""
    lost_on_the_way: tuple[str, ...]
    """Handed over, and never came."""
    answer_lost: tuple[str, ...]
    """There, and its receipt never came here: he sends it again."""
    never_sent: tuple[str, ...]
    """There in our name, and not in our book: ours was restored, or somebody else sent it."""
    contradicting: tuple[str, ...]
    """Accepted in one book, refused in the other."""

    @property
    def agree(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)


def compare(sent: Iterable[Named], received: Iterable[Named]) -> Comparison:
    """`sent` is our book to him, `received` his book from us. Copies to several of his services are one message there."""
    ours: dict[str, set[str]] = {}
    for named in sent:
        ours.setdefault(named.msg_id, set()).add(named.state)
    theirs = {named.msg_id: named.state for named in received}
    gone = {id: states for id, states in ours.items() if id not in theirs}
    here = {id: states for id, states in ours.items() if id in theirs}
    return Comparison(
        # What he refused may never have had a place in his book: an id that was none, a message cut off.
        lost_there=_ids(id for id, states in gone.items() if "done" in states),
        lost_on_the_way=_ids(
            id for id, s in gone.items() if s & {"sent", "transport_ok", "overdue"} and not s & set(_HEARD)
        ),
        answer_lost=_ids(
            id for id, s in here.items() if not s & set(_HEARD) and theirs[id] in ("accepted", "refused")
        ),
        never_sent=_ids(id for id in theirs if id not in ours),
        contradicting=_ids(
            id
            for id, s in here.items()
            if (s == {"done"} and theirs[id] == "refused") or (s == {"negative"} and theirs[id] == "accepted")
        ),
    )


def sign(statement: Statement, key: Ed25519PrivateKey) -> bytes:
    """The statement and its signature, as one file."""
    told = statement.canonical()
    signature = base64.b64encode(key.sign(told)).decode()
    return _canonical({"statement": told.decode("utf-8"), "signature": signature})


def verify(signed: bytes, key: Ed25519PublicKey) -> Statement:
    """Raises INVALID AKS-EXCHANGE-030 when it is not the statement of the holder of that key."""
    try:
        if len(signed) > SIZE_MAX:
            raise ValueError
        outer = json.loads(signed)
        told = outer["statement"].encode("utf-8")
        key.verify(base64.b64decode(outer["signature"], validate=True), told)
        inner = json.loads(told)
        statement = Statement(
            inner["from"],
            inner["partner"],
            date.fromisoformat(inner["day"]) if inner["day"] else None,
            _named(inner["sent"]),
            _named(inner["received"]),
        )
        if statement.canonical() != told:
            raise ValueError
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-030",
            "The partner's statement cannot be trusted.",
            why="It is not signed by the key that belongs to him, or not whole.",
            now="Ask for it again, and compare the key by another way.",
        ) from None
    return statement


def _listed(named: Sequence[Named]) -> dict[str, Any]:
    rows = sorted((n.msg_id, n.partner, n.type, n.state) for n in named)
    return {"count": len(rows), "ids": [list(row) for row in rows]}


def _named(told: dict[str, Any]) -> tuple[Named, ...]:
    found = tuple(Named(*row) for row in told["ids"])
    texts = (text for n in found for text in (n.msg_id, n.partner, n.type, n.state))
    if len(found) != told["count"] or not all(isinstance(t, str) and len(t) <= TEXT_MAX for t in texts):
        raise ValueError
    return found


def _ids(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(found))


def _canonical(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
