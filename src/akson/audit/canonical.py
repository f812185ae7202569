"""Canonical bytes of an access event: length-prefixed fields in fixed order, a version byte first, no floats.

They are made once, stored as they are, and hashed. Reading gives back the same event; a byte more or less is a fault.

    version 1: id at_us tenant actor_kind actor_id actor_name role unit patient action purpose outcome rules words
               policy_version resources count request
"""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from akson.audit.event import AccessEvent
from akson.fhir.problem import Problem, ProblemKind

VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH = struct.Struct(">I")
_NUMBER = struct.Struct(">q")


def encode(event: AccessEvent) -> bytes:
    fields = (
        event.id,
        _NUMBER.pack((event.at - _EPOCH) // timedelta(microseconds=1)),
        _NUMBER.pack(event.tenant),
        *(text.encode() for text in _texts(event)),
        _NUMBER.pack(event.count),
        event.request.encode(),
    )
    return bytes((VERSION,)) + b"".join(_LENGTH.pack(len(f)) + f for f in fields)


def _texts(event: AccessEvent) -> tuple[str, ...]:
    return (
        event.actor_kind,
        event.actor_id,
        event.actor_name,
        event.role,
        event.unit,
        event.patient,
        event.action,
        event.purpose,
        event.outcome,
        "\n".join(event.rules),
        event.words,
        event.policy_version,
        "\n".join(event.resources),
    )


def decode(canonical: bytes) -> AccessEvent:
    """Raises Problem INTERNAL AKS-AUDIT-001 when the bytes are not an event of a known version."""
    fields = list(_fields(canonical))
    if len(fields) != 18:
        raise _unreadable("it has another number of fields")
    id, at, tenant, *texts, count, request = fields
    try:
        names = [text.decode() for text in texts]
        return AccessEvent(
            id=id,
            at=_EPOCH + timedelta(microseconds=_NUMBER.unpack(at)[0]),
            tenant=_NUMBER.unpack(tenant)[0],
            actor_kind=names[0],
            actor_id=names[1],
            actor_name=names[2],
            role=names[3],
            unit=names[4],
            patient=names[5],
            action=names[6],
            purpose=names[7],
            outcome=names[8],
            rules=_lines(names[9]),
            words=names[10],
            policy_version=names[11],
            resources=_lines(names[12]),
            count=_NUMBER.unpack(count)[0],
            request=request.decode(),
        )
    except (UnicodeDecodeError, struct.error, OverflowError) as odd:
        raise _unreadable("a field is not of its type") from odd


def _fields(canonical: bytes) -> Iterator[bytes]:
    if not canonical or canonical[0] != VERSION:
        raise _unreadable("its version is unknown")
    at = 1
    while at < len(canonical):
        if at + 4 > len(canonical):
            raise _unreadable("it ends in the middle of a field")
        (length,) = _LENGTH.unpack_from(canonical, at)
        at += 4
        if at + length > len(canonical):
            raise _unreadable("it ends in the middle of a field")
        yield canonical[at : at + length]
        at += length


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def _unreadable(why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-AUDIT-001",
        "An event of the access log cannot be read.",
        why=f"Reason: {why}.",
        now="Run `akson log verify`; it names the place.",
        permanent=True,
    )
