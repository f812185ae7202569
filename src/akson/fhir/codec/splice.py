"""Puts the server's `id` and `meta` into the bytes a client sent, and touches nothing else.

Spec: https://hl7.org/fhir/R4/resource.html#Meta. The stored body is what the client wrote: white space, order,
digits and escapes included. Changing any other element does not belong here.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from akson.fhir.codec.json import encode

Json = dict[str, Any]

# Nearly every body begins with its type; a body whose id follows at once needs no closer look.
_TYPE_FIRST = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"[A-Za-z]+"')
_ID_NEXT = re.compile(rb'\s*,\s*"id"\s*:\s*"[^"\\]*"')
_META = re.compile(rb',\s*"meta"\s*:\s*')
_OPENING = re.compile(rb"\s*\{\s*")
_NAME = re.compile(rb'[\s,]*"((?:[^"\\]|\\.)*)"\s*:\s*')
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def instant(moment: datetime) -> str:
    """`2026-11-24T13:05:00.123Z`: UTC, milliseconds, or microseconds where they are not zero."""
    fine = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec=fine)[: -len("+00:00")] + "Z"


def splice(body: bytes, resource: Json, *, id: str, version: int, updated: datetime) -> bytes:
    """`body` with `id` and `meta`. `resource` is what `parse(body)` gave.

    The client's own meta (profile, tag, security, source, extensions) stays; versionId and lastUpdated are ours.
    """
    meta = encode(_meta(resource.get("meta"), version, updated))
    added = b'"id":' + encode(id) + b',"meta":' + meta
    start = _TYPE_FIRST.match(body)
    if start is None or "_id" in resource:
        return _rebuilt(body, added)
    end = start.end()
    if "id" not in resource and "meta" not in resource:
        return b"".join((body[:end], b",", added, body[end:]))
    after = end
    if "id" in resource:
        found = _ID_NEXT.match(body, end)
        if found is not None:
            after = found.end()
        elif b'"id"' in body:
            return _rebuilt(body, added)
        # Else the id was given to the resource here, and its text has none.
    if "meta" not in resource:
        return b"".join((body[:end], b",", added, body[after:]))
    meta_at = _META.search(body, after)
    if meta_at is None or body.count(b'"meta"') != 1:
        return _rebuilt(body, added)
    meta_end = meta_at.end() + len(bytes(_members.decode(body)["meta"]).strip())
    return b"".join((body[:end], b",", added, body[after : meta_at.start()], body[meta_end:]))


def _meta(given: Any, version: int, updated: datetime) -> Json:
    meta: Json = {"versionId": str(version), "lastUpdated": instant(updated)}
    if type(given) is dict:
        meta.update((k, v) for k, v in given.items() if k not in ("versionId", "lastUpdated"))
    return meta


def _rebuilt(body: bytes, added: bytes) -> bytes:
    """The general way: the members' texts as they stand, without the old id and meta, ours after the type."""
    opening = _OPENING.match(body)
    assert opening, "splice is given what parse has read"
    at = opening.end()
    kept: list[bytes] = []
    place = 0
    for name, raw in _members.decode(body).items():
        token = _NAME.match(body, at)
        assert token, "every member has a name"
        at = token.end() + len(bytes(raw).strip())
        if name in ("id", "meta", "_id"):
            continue
        kept.append(body[token.start(1) - 1 : at])
        if name == "resourceType":
            place = len(kept)
        at = _after_space(body, at)
    kept.insert(place, added)
    return b"{" + b",".join(kept) + b"}"


def _after_space(body: bytes, at: int) -> int:
    while body[at] in b" \t\r\n":
        at += 1
    return at
