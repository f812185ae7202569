"""What the entries of a batch or transaction ask for.

    read_bundle(body) -> Batch("transaction", (BundleEntry(0, "urn:uuid:…", "POST", "Patient", …), …))

Spec: https://hl7.org/fhir/R4/http.html#transaction. Carrying it out, and the response, are the api's.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from akson.fhir.codec.bundles import RawEntry, split_bundle, split_entry
from akson.fhir.codec.json import parse
from akson.fhir.definitions import load
from akson.fhir.problem import Issue, Problem, ProblemKind

ENTRIES_MAX = 10_000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_WITH_BODY = ("POST", "PUT", "PATCH")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_VERSION = re.compile(r'(?:W/)?"([^"]{1,64})"')


@dataclass(frozen=True)
class BundleEntry:
    """One entry of a batch or transaction; `Bundle.entry[place]`."""

    place: int
    full_url: str
    method: str
    type: str
    """Resource type of the url; empty for the whole system (`GET metadata`, `GET _history`)."""
    id: str
    """Empty for what works on the type: create, search, conditional update and delete."""
    rest: tuple[str, ...]
    """What follows in the path: `("_history", "2")`, `("$validate",)`, `("_search",)`."""
    query: tuple[tuple[str, str], ...]
    """The parameters after `?`, decoded: a search, or the condition of an update, patch or delete."""
    body: bytes
    """The resource as it was sent; empty for none."""
    if_match: str | None = None
    """The version asked for, without `W/""`."""
    if_none_match: str | None = None
    if_none_exist: tuple[tuple[str, str], ...] | None = None
    """The condition of a conditional create; None for a plain one."""
    if_modified_since: str | None = None

    @cached_property
    def resource(self) -> dict[str, Any] | None:
        """The body parsed, when first asked for: a transaction rewrites references in the bytes before it parses.

        Raises the Problems of `parse`, naming the entry.
        """
        if not self.body:
            return None
        try:
            return parse(self.body)
        except Problem as problem:
            raise Problem(
                problem.kind,
                problem.id,
                f"Bundle.entry[{self.place}].resource: {problem.what}",
                why=problem.why,
                now=problem.now,
            ) from None


@dataclass(frozen=True, slots=True)
class Batch:
    """A Bundle that asks for something. `failed` holds what is wrong with single entries of a batch, by place."""

    type: str
    """`transaction` or `batch`."""
    entries: tuple[BundleEntry, ...]
    failed: tuple[tuple[int, Problem], ...] = ()


def read_bundle(data: bytes, *, base: str = "", entries_max: int = ENTRIES_MAX) -> Batch:
    """The entries in order. `base` is this server's own address, which an entry's url may begin with.

    Raises Problem: AKS-FHIR-010/011 no Bundle, or none that can be read, 012 a Bundle of another type, 013 too many entries,
    014 an entry that cannot be read (in a transaction; in a batch it stands in `failed`), 015 a fullUrl twice.
    """
    frame = split_bundle(data)
    if frame.type not in ("transaction", "batch"):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-FHIR-012",
            "The Bundle is neither a batch nor a transaction.",
            now="Say type transaction (all or nothing) or batch (each on its own).",
            issues=[Issue("value", "Bundle.type must be transaction or batch here.", "Bundle.type")],
        )
    if len(frame.entry) > entries_max:
        raise Problem(
            ProblemKind.TOO_LARGE, "AKS-FHIR-013", f"A Bundle has at most {entries_max} entries here."
        )
    entries: list[BundleEntry] = []
    failed: list[tuple[int, Problem]] = []
    for place, raw in enumerate(frame.entry):
        try:
            entries.append(_entry(place, split_entry(place, raw), base))
        except Problem as problem:
            if frame.type == "transaction":
                raise
            failed.append((place, problem))
    if frame.type == "transaction":
        _refuse_twins(entries)
    return Batch(frame.type, tuple(entries), tuple(failed))


def bad_entry(place: int, part: str, text: str, *, kind: ProblemKind = ProblemKind.INVALID) -> Problem:
    """A problem of one entry, with its path: `Bundle.entry[3].request.url`."""
    path = f"Bundle.entry[{place}]{part}"
    return Problem(kind, "AKS-FHIR-014", f"{path} {text}.", issues=[Issue("value", f"{path} {text}.", path)])


def _refuse_twins(entries: list[BundleEntry]) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.full_url and seen.setdefault(entry.full_url, entry.place) != entry.place:
            path = f"Bundle.entry[{entry.place}].fullUrl"
            raise Problem(
                ProblemKind.INVALID,
                "AKS-FHIR-015",
                f"{path} stands at entry {seen[entry.full_url]} too.",
                issues=[Issue("duplicate", f"{path} must be unique in a transaction.", path)],
            )


def _entry(place: int, raw: RawEntry, base: str) -> BundleEntry:
    request = raw.request
    if request is None:
        raise bad_entry(place, ".request", "must be there")
    method, url = request.get("method"), request.get("url")
    if method not in METHODS:
        raise bad_entry(place, ".request.method", f"must be one of {', '.join(METHODS)}")
    if type(url) is not str:
        raise bad_entry(place, ".request.url", "must be there")
    type_name, id, rest, query = _url(place, url, base)
    return BundleEntry(
        place=place,
        full_url=raw.fullUrl,
        method=str(method),
        type=type_name,
        id=id,
        rest=rest,
        query=query,
        body=_body(place, raw, str(method), type_name),
        if_match=_version(place, request, "ifMatch"),
        if_none_match=_version(place, request, "ifNoneMatch"),
        if_none_exist=_condition(place, request),
        if_modified_since=request.get("ifModifiedSince"),
    )


_Pairs = tuple[tuple[str, str], ...]


def _url(place: int, url: str, base: str) -> tuple[str, str, tuple[str, ...], _Pairs]:
    """`Patient/1/_history/2?x=y` -> ("Patient", "1", ("_history", "2"), (("x", "y"),))"""
    if base and url.startswith(base.rstrip("/") + "/"):
        url = url[len(base.rstrip("/")) :]
    path, _, query = url.lstrip("/").partition("?")
    pairs = tuple(parse_qsl(query, keep_blank_values=True))
    head, *rest = path.split("/")
    if head in ("", "metadata") or head[0] in "_$":
        return "", "", tuple(part for part in (head, *rest) if part), pairs
    if head not in load().resource_types:
        raise bad_entry(place, ".request.url", "must begin with the name of an R4 resource type")
    if not rest or rest[0][:1] in ("", "_", "$"):
        return head, "", tuple(part for part in rest if part), pairs
    if not _ID.fullmatch(rest[0]):
        raise bad_entry(place, ".request.url", "must have an id of 1 to 64 letters A-Z a-z, digits, - and .")
    return head, rest[0], tuple(rest[1:]), pairs


def _body(place: int, raw: RawEntry, method: str, type_name: str) -> bytes:
    body = bytes(raw.resource)
    if not body or body == b"null":
        if method in ("POST", "PUT") and type_name:
            raise bad_entry(place, ".resource", f"must be there for {method}")
        return b""
    if method not in _WITH_BODY:
        raise bad_entry(place, ".resource", f"must not be there for {method}")
    return body


def _version(place: int, request: dict[str, Any], name: str) -> str | None:
    given = request.get(name)
    if given is None or given == "*":
        return given
    found = _VERSION.fullmatch(given) if type(given) is str else None
    if found is None:
        raise bad_entry(place, f".request.{name}", 'must be a version such as W/"2"')
    return found[1]


def _condition(place: int, request: dict[str, Any]) -> _Pairs | None:
    given = request.get("ifNoneExist")
    if given is None:
        return None
    pairs = (
        tuple(parse_qsl(given.partition("?")[2] or given, keep_blank_values=True))
        if type(given) is str
        else ()
    )
    if not pairs:
        raise bad_entry(place, ".request.ifNoneExist", "must be search parameters such as identifier=x|1")
    return pairs
