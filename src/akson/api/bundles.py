"""Bundles written from stored bytes: a resource is never decoded to be shown. Spec: https://hl7.org/fhir/R4/bundle.html"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote_plus

from akson.api.interaction import Answer, Pairs
from akson.fhir.codec import json
from akson.fhir.codec.splice import instant
from akson.fhir.problem import Problem
from akson.record.values import StoredVersion

REASONS = {200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified"}

_RESOURCE = b'","resource":'
_MATCH = b',"search":{"mode":"match"}},'
_INCLUDE = b',"search":{"mode":"include"}},'
_AS_IT_IS = re.compile(r"[A-Za-z0-9_.~:/|,$*-]*", re.ASCII)


def _written(text: str) -> str:
    """For a query string. Most names and values need nothing done."""
    return text if _AS_IT_IS.fullmatch(text) else quote_plus(text, safe=":/|,$*")


def link(base: str, path: str, params: Pairs) -> str:
    query = "&".join(f"{_written(name)}={_written(value)}" for name, value in params)
    return f"{base}/{path}" + (f"?{query}" if query else "")


def bundle(
    type: str, entries: Sequence[bytes], *, links: Sequence[tuple[str, str]] = (), total: int | None = None
) -> bytes:
    """`links` are (relation, url); `entries` are written entries."""
    start = _head(type, links, total)
    if not entries:
        return start
    return b"".join((start[:-1], b',"entry":[', b",".join(entries), b"]}"))


def searchset(
    base: str,
    matches: Sequence[StoredVersion],
    included: Sequence[StoredVersion] = (),
    *,
    links: Sequence[tuple[str, str]],
    total: int | None,
    shape: Callable[[str, bytes], bytes] | None = None,
) -> bytes:
    """A page. `shape` cuts a body of a type down to what was asked for; a record has a megabyte, so each is copied once."""
    parts = [_head("searchset", links, total)[:-1], b',"entry":[']
    starts: dict[str, bytes] = {}
    for versions, end in ((matches, _MATCH), (included, _INCLUDE)):
        for version in versions:
            type = version.type
            start = starts.get(type)
            if start is None:
                start = starts[type] = f'{{"fullUrl":"{base}/{type}/'.encode()
            body = version.body or b""
            parts += (start, version.id.encode(), _RESOURCE, shape(type, body) if shape else body, end)
    if not starts:
        return parts[0] + b"}"
    parts[-1] = parts[-1][:-1] + b"]}"
    return b"".join(parts)


def _head(type: str, links: Sequence[tuple[str, str]], total: int | None) -> bytes:
    head: dict[str, object] = {"resourceType": "Bundle", "type": type}
    if total is not None:
        head["total"] = total
    if links:
        head["link"] = [{"relation": relation, "url": url} for relation, url in links]
    return json.encode(head)


def history_entry(base: str, version: StoredVersion) -> bytes:
    method = version.method or "PUT"
    url = version.type if method == "POST" else f"{version.type}/{version.id}"
    status = "204" if version.deleted else ("201" if version.version == 1 else "200")
    parts = [b'{"fullUrl":"%b"' % f"{base}/{version.type}/{version.id}".encode()]
    if version.body is not None:
        parts.append(b',"resource":' + version.body)
    response = {"status": status, "etag": f'W/"{version.version}"', "lastModified": instant(version.updated)}
    parts.append(b',"request":' + json.encode({"method": method, "url": url}))
    parts.append(b',"response":' + json.encode(response) + b"}")
    return b"".join(parts)


def response_entry(answer: Answer, *, resource: bytes = b"", outcome: bytes = b"") -> bytes:
    """One entry of a transaction-response or batch-response."""
    said = dict(answer.headers)
    response: dict[str, object] = {"status": f"{answer.status} {REASONS.get(answer.status, '')}".strip()}
    if "Location" in said:
        response["location"] = said["Location"]
    if "ETag" in said:
        response["etag"] = said["ETag"]
    if answer.updated:
        response["lastModified"] = answer.updated
    written = json.encode(response)
    if outcome:
        written = written[:-1] + b',"outcome":' + outcome + b"}"
    if resource:
        return b'{"resource":' + resource + b',"response":' + written + b"}"
    return b'{"response":' + written + b"}"


def named(problem: Problem, place: int) -> Problem:
    """A problem of one entry, saying which."""
    return Problem(
        problem.kind,
        problem.id,
        f"Bundle.entry[{place}]: {problem.what}",
        why=problem.why,
        now=problem.now,
        issues=problem.issues,
    )
