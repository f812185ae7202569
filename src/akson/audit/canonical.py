"""Canonical bytes of an access event: a version byte, numbers, the length of every field, the fields. No floats, no JSON.

They are made once, stored as they are, and hashed. Reading gives back the same event; a byte more or less is a fault.

    version 2:  0x02
                at_us int64 · tenant int64 · count int64 · delivered uint8           25 bytes
                length uint32 of each of the FIELDS                                  4 × 25 bytes
                the fields in their order, end to end: texts in UTF-8, lists with a line feed between, bytes as they are

Version 1 was never released. `akson_verify` and the verification page read the same layout on their own.
"""

import struct
from datetime import UTC, datetime, timedelta

from akson.audit.event import DECISION_BYTES_MAX, AccessEvent
from akson.fhir.problem import Problem, ProblemKind

VERSION = 2
FIELDS = (
    "id", "actor_kind", "actor_id", "actor_name", "role", "hpr", "enterprise", "unit", "place", "client", "patient",
    "action", "purpose", "ground", "decision_ref", "attest", "outcome", "rules", "words", "policy_version", "decision",
    "categories", "resources", "request", "origin",
)  # fmt: skip
BYTES = frozenset(("id", "attest", "decision"))
LISTS = frozenset(("rules", "categories", "resources"))
_HEAD = struct.Struct(f">BqqqB{len(FIELDS)}I")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def encode(event: AccessEvent) -> bytes:
    """Written out, since it stands in every read: about 3 µs."""
    assert len(event.decision) <= DECISION_BYTES_MAX, "the decision of an event is bounded"
    fields = (
        event.id,
        event.actor_kind.encode(),
        event.actor_id.encode(),
        event.actor_name.encode(),
        event.role.encode(),
        event.hpr.encode(),
        event.enterprise.encode(),
        event.unit.encode(),
        event.place.encode(),
        event.client.encode(),
        event.patient.encode(),
        event.action.encode(),
        event.purpose.encode(),
        event.ground.encode(),
        event.decision_ref.encode(),
        event.attest,
        event.outcome.encode(),
        "\n".join(event.rules).encode(),
        event.words.encode(),
        event.policy_version.encode(),
        event.decision,
        "\n".join(event.categories).encode(),
        "\n".join(event.resources).encode(),
        event.request.encode(),
        event.origin.encode(),
    )
    at = (event.at - _EPOCH) // _MICROSECOND
    head = _HEAD.pack(VERSION, at, event.tenant, event.count, event.delivered, *map(len, fields))
    return head + b"".join(fields)


def decode(canonical: bytes) -> AccessEvent:
    """Raises Problem INTERNAL AKS-AUDIT-001 when the bytes are not an event of a known version."""
    if not canonical or canonical[0] != VERSION:
        raise _unreadable("its version is unknown")
    try:
        _, at, tenant, count, delivered, *lengths = _HEAD.unpack_from(canonical)
        if delivered > 1 or _HEAD.size + sum(lengths) != len(canonical):
            raise _unreadable("its fields do not fill it")
        values: dict[str, object] = {}
        begin = _HEAD.size
        for name, length in zip(FIELDS, lengths, strict=True):
            values[name] = _value(name, canonical[begin : begin + length])
            begin += length
        return AccessEvent(
            at=_EPOCH + timedelta(microseconds=at),
            tenant=tenant,
            count=count,
            delivered=bool(delivered),
            **values,  # type: ignore[arg-type]
        )
    except (UnicodeDecodeError, struct.error, OverflowError) as odd:
        raise _unreadable("a field is not of its type") from odd


def _value(name: str, data: bytes) -> object:
    if name in BYTES:
        return data
    text = data.decode()
    if name in LISTS:
        return tuple(text.split("\n")) if text else ()
    return text


def _unreadable(why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-AUDIT-001",
        "An event of the access log cannot be read.",
        why=f"Reason: {why}.",
        now="Run `akson log verify`; it names the place.",
        permanent=True,
    )
