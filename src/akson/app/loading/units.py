"""One file becomes units: what is committed together, or not at all.

    a transaction Bundle       one unit, all or nothing
    a batch, collection, …     units of UNIT_SIZE; a unit that is refused is tried again entry by entry
    NDJSON                     units of UNIT_SIZE lines, likewise
    a single resource          one unit

A resource that has an id keeps it (PUT), one without gets one (POST); a Bundle that says what to do is obeyed.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from akson.app.loading.sources import Source
from akson.fhir.bundle import BundleEntry, read_bundle
from akson.fhir.codec.bundles import split_bundle, split_entry
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change

UNIT_SIZE = 500
UNIT_BYTES_MAX = 8 * 1024 * 1024
FILE_BYTES_MAX = 512 * 1024 * 1024
"""Of a Bundle, unpacked; NDJSON is read line by line and has no such limit."""
LINE_BYTES_MAX = 64 * 1024 * 1024


class _Head(msgspec.Struct):
    resourceType: str = ""  # noqa: N815 (FHIR's own name)
    id: str = ""
    type: object = ""
    """Of a Bundle; EpisodeOfCare, Organization and others have a list there."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`number` is its place in the file. `faults` are entries that could not even be read."""

    number: int
    changes: tuple[Change, ...]
    whole: bool
    """All or nothing by the sender's wish (a transaction)."""
    places: tuple[int, ...]
    """Entry or line number of each change."""
    faults: tuple[tuple[int, Problem], ...] = ()


def units(source: Source) -> Iterator[Unit]:
    """Raises Problem when the file itself cannot be read."""
    if source.kind == "ndjson":
        yield from _lines(source)
        return
    data = _content(source)
    head = _head(data)
    if head.resourceType != "Bundle":
        yield Unit(0, (_resource(data, head),), False, (0,))
    elif head.type in ("transaction", "batch"):
        yield from _asked(data)
    else:
        yield from _collected(data)


def _content(source: Source) -> bytes:
    try:
        with _opened(source) as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error) as broken:
        raise _unreadable(
            str(getattr(broken, "strerror", None) or "It is not a whole gzip file.")
        ) from broken
    if len(data) > FILE_BYTES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-APP-033",
            f"The file is larger than {FILE_BYTES_MAX // 1024**2} MiB.",
            now="Split it, or write it as NDJSON.",
        )
    return data


def _opened(source: Source) -> gzip.GzipFile:
    """Files that say .gz are unpacked; the type is that of any readable binary file."""
    return gzip.open(source.path, "rb") if source.path.suffix == ".gz" else source.path.open("rb")  # type: ignore[return-value]


def _head(data: bytes) -> _Head:
    try:
        return msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable("It is not a FHIR resource in JSON.") from None


def _resource(data: bytes, head: _Head) -> Change:
    if not head.resourceType:
        raise _unreadable("It does not say which resource it is (resourceType).")
    if head.id:
        return Change("PUT", head.resourceType, id=head.id, body=data)
    return Change("POST", head.resourceType, body=data)


def _asked(data: bytes) -> Iterator[Unit]:
    asked = read_bundle(data)
    entries = [e for e in asked.entries if e.method not in ("GET", "HEAD")]
    if asked.type == "transaction":
        yield Unit(0, tuple(_change(e) for e in entries), True, tuple(e.place for e in entries))
        return
    faults = asked.failed
    for number, start in enumerate(range(0, len(entries), UNIT_SIZE) or (0,)):
        part = entries[start : start + UNIT_SIZE]
        yield Unit(number, tuple(_change(e) for e in part), False, tuple(e.place for e in part), faults)
        faults = ()


def _change(entry: BundleEntry) -> Change:
    if entry.rest or entry.method == "PATCH":
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-APP-034",
            f"Bundle.entry[{entry.place}] asks for {entry.method} with more than a type and an id; that cannot be loaded.",
        )
    return Change(
        method=entry.method,
        type=entry.type,
        id=entry.id or None,
        body=entry.body or None,
        full_url=entry.full_url or None,
        if_match=int(entry.if_match) if entry.if_match and entry.if_match.isdigit() else None,
        if_none_exist=urlencode(entry.if_none_exist) if entry.if_none_exist else None,
        criteria=urlencode(entry.query) if entry.query and not entry.id else None,
    )


def _collected(data: bytes) -> Iterator[Unit]:
    """Entries that ask for nothing. They may point at each other by fullUrl, so the whole Bundle is one unit."""
    changes: list[Change] = []
    places: list[int] = []
    faults: list[tuple[int, Problem]] = []
    for place, cut in enumerate(split_bundle(data).entry):
        try:
            raw = split_entry(place, cut)
            body = bytes(raw.resource)
            if not body or body == b"null":
                continue
            change = _resource(body, _head(body))
        except Problem as problem:
            faults.append((place, problem))
            continue
        full_url = raw.fullUrl if raw.fullUrl.startswith("urn:") else None
        changes.append(Change(change.method, change.type, id=change.id, body=body, full_url=full_url))
        places.append(place)
    yield Unit(0, tuple(changes), False, tuple(places), tuple(faults))


def _lines(source: Source) -> Iterator[Unit]:
    changes: list[Change] = []
    places: list[int] = []
    faults: list[tuple[int, Problem]] = []
    number = size = 0
    try:
        with _opened(source) as file:
            for place, line in enumerate(iter(lambda: file.readline(LINE_BYTES_MAX), b""), 1):
                if not line.strip():
                    continue
                try:
                    changes.append(_resource(line.strip(), _head(line)))
                    places.append(place)
                except Problem as problem:
                    faults.append((place, problem))
                size += len(line)
                if len(changes) >= UNIT_SIZE or size >= UNIT_BYTES_MAX:
                    yield Unit(number, tuple(changes), False, tuple(places), tuple(faults))
                    number, size = number + 1, 0
                    changes, places, faults = [], [], []
    except (OSError, EOFError, zlib.error) as broken:
        faults.append(
            (places[-1] + 1 if places else 0, _unreadable("The file ends in the middle or is not gzip."))
        )
        _ = broken
    if changes or faults:
        yield Unit(number, tuple(changes), False, tuple(places), tuple(faults))


def _unreadable(why: str) -> Problem:
    return Problem(ProblemKind.MALFORMED, "AKS-APP-032", "The file cannot be read.", why=why)
