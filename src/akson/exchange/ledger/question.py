"""One partner asks another for his book, and knows that the answer is to this question: pure, both ways signed by Ed25519.

    POST <partner>/post/regnskap    {"signature": "…", "told": {"at": "…", "key": "<asker's>", "nonce": "…", "since": "…",
                                                                "to": "<the asked one's key>"}}
    200                             {"signature": "…", "told": {"answers": "<SHA-256 of the question>", "statement": {…}}}

`told` is canonical JSON as a text; each knows the other's key from their agreement (post.toml), and from nowhere else. An
answer that was caught before answers another question, and a question is to one: who was asked cannot ask a third with it.
docs/adr/0157.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from akson.exchange.ledger.statement import SIZE_MAX, Statement, sign, verify
from akson.fhir.problem import Problem, ProblemKind

QUESTION_BYTES_MAX = 4096
SKEW = timedelta(minutes=5)
SINCE_DAYS_MAX = 31
PATH = "/post/regnskap"


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is the asker's public key, 32 bytes in base64: by it his agreement is found."""

    key: str
    since: date
    at: datetime
    nonce: str


def public(key: Ed25519PrivateKey) -> str:
    """As it stands in a partner's post.toml."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def ask(key: Ed25519PrivateKey, to: str, since: date, at: datetime, nonce: str) -> bytes:
    """`to`: the key of the partner who is asked, as it stands in post.toml."""
    told = {"key": public(key), "to": to, "since": since.isoformat(), "at": at.isoformat(), "nonce": nonce}
    return _sealed(told, key)


def read_question(content: bytes, to: str, now: datetime) -> Question:
    """Signed by the key it names, asked now, and of the holder of the key `to`. Raises INVALID AKS-EXCHANGE-031. Whether the
    key it names is a partner's is not judged here."""
    try:
        if len(content) > QUESTION_BYTES_MAX:
            raise ValueError
        key = str(json.loads(json.loads(content)["told"])["key"])
        told = _opened(content, key)
        found = Question(
            key, date.fromisoformat(told["since"]), datetime.fromisoformat(told["at"]), str(told["nonce"])
        )
        if told["to"] != to or abs(now - found.at) > SKEW or (now.date() - found.since).days > SINCE_DAYS_MAX:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, RecursionError, OverflowError):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-031",
            "The question about the books cannot be trusted.",
            why="It is not signed by the key it names, not to this node, not of these minutes, or asks too far back.",
            now="Set the clock right, and ask again.",
        ) from None
    return found


def answer(question: bytes, statement: Statement, key: Ed25519PrivateKey) -> bytes:
    told = {"answers": _digest(question), "statement": sign(statement, key).decode("utf-8")}
    return _sealed(told, key)


def read_answer(content: bytes, question: bytes, key: str) -> Statement:
    """Raises INVALID AKS-EXCHANGE-030 when it is not the answer of the holder of `key` to that question."""
    try:
        if len(content) > SIZE_MAX:
            raise ValueError
        told = _opened(content, key)
        if told["answers"] != _digest(question):
            raise ValueError
        statement = verify(told["statement"].encode("utf-8"), public_key(key))
        if (
            statement.day is None
            or statement.day.isoformat() != json.loads(json.loads(question)["told"])["since"]
        ):
            raise ValueError
        return statement
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature, RecursionError):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-030",
            "The partner's statement cannot be trusted.",
            why="It is not signed by the key of the agreement, or answers another question.",
            now="Ask for it again, and compare the key by another way.",
        ) from None


def public_key(text: str) -> Ed25519PublicKey:
    """Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def _sealed(told: Mapping[str, str], key: Ed25519PrivateKey) -> bytes:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = base64.b64encode(key.sign(text.encode("utf-8"))).decode()
    return json.dumps({"told": text, "signature": signature}, ensure_ascii=False).encode("utf-8")


def _opened(content: bytes, key: str) -> dict[str, Any]:
    outer = json.loads(content)
    told = outer["told"].encode("utf-8")
    public_key(key).verify(base64.b64decode(outer["signature"], validate=True), told)
    inner = json.loads(told)
    if not isinstance(inner, dict):
        raise ValueError
    return inner


def _digest(question: bytes) -> str:
    return hashlib.sha256(question).hexdigest()
