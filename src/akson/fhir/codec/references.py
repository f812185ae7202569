"""References inside a body: rewritten, as a transaction must (`urn:uuid:…` becomes `Patient/1`), or found.

Spec: https://hl7.org/fhir/R4/http.html#trules. One pass over the bytes; the rest of the body stays as it was.
Deciding what a reference should become does not belong here.
"""

import re
from collections.abc import Mapping
from functools import cache

from akson.fhir.definitions import load

_URI_TYPES = {"uri", "url", "canonical", "oid", "uuid"}
# A `reference` whatever it says; any other string only when it is a urn, since only those are temporary.
_CANDIDATE = re.compile(rb'"reference"\s*:\s*"([^"\\]*)"|"(urn:(?:uuid|oid):[^"\\]*)"(?!\s*:)')
_LOCAL = re.compile(rb'"reference"\s*:\s*"([A-Z][A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})(?:/_history/[^"]*)?"')
_NAME_BEFORE = re.compile(rb'"(\w+)"\s*:\s*(?:\[[^\[\]{}]*)?$')
_NAME_REACH = 400
"""Bytes looked back for the name of a value."""


@cache
def _uri_names() -> frozenset[bytes]:
    """Names of elements that hold a uri: replaced where equal. `value` and other strings never are."""
    definitions = load()
    names: set[str] = set()
    for type_name in (*definitions.resource_types, "Extension", "RelatedArtifact", "Attachment", "Meta"):
        for element in definitions.type(type_name).elements[1:]:
            for kind in element.types:
                if kind.code in _URI_TYPES:
                    suffix = kind.code[0].upper() + kind.code[1:] if element.choice else ""
                    names.add(element.name + suffix)
    return frozenset(name.encode() for name in names - {"system", "fullUrl"})


def local_references(body: bytes) -> set[tuple[str, str]]:
    """(type, id) of every reference of the form `Type/id`, with or without a version, each once."""
    return {(type.decode(), id.decode()) for type, id in set(_LOCAL.findall(body))}


def rewrite_references(body: bytes, mapping: Mapping[str, str]) -> tuple[bytes, tuple[str, ...]]:
    """`body` with each reference found in `mapping` replaced, and the temporary ones that were not found.

    `mapping` goes from what is written (`urn:uuid:…`, `Practitioner?identifier=…`, a fullUrl) to `Type/id`.
    Unresolved are `urn:` references and conditional ones (`Type?…`) without an entry, each once.
    """
    if b'"reference"' not in body and b'"urn:' not in body:
        return body, ()
    unresolved: dict[str, None] = {}

    def put(found: re.Match[bytes]) -> bytes:
        start, end = found.span(found.lastindex or 0)
        written = body[start:end].decode()
        target = mapping.get(written)
        if found.lastindex == 1:
            if target is None:
                if written.startswith("urn:") or "?" in written:
                    unresolved[written] = None
                return found[0]
        elif target is None or not _holds_uri(body, found.start()):
            return found[0]
        return body[found.start() : start] + target.encode() + b'"'

    return _CANDIDATE.sub(put, body), tuple(unresolved)


def _holds_uri(body: bytes, at: int) -> bool:
    before = _NAME_BEFORE.search(body[max(0, at - _NAME_REACH) : at])
    return before is not None and before[1] in _uri_names()
