"""One HTTP request read into plain values, under stated limits. Spec: https://hl7.org/fhir/R4/http.html

    Request("POST", ("Observation",), (), {"content-type": "application/fhir+json"}, b"{…}", "http://127.0.0.1:8080/fhir")

Which interaction it asks for is routing.py's; who asks is the door's.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from akson.api.interaction import Pairs
from akson.api.statuses import unsupported
from akson.fhir.problem import Problem, ProblemKind

BODY_BYTES_MAX = 64 * 1024 * 1024
"""The largest Bundle of the Synthea data is 12 MB; a year of one citizen fits several times."""
BODY_TIMEOUT_S = 30.0
"""Between two parts of a body; a slow client must not hold memory for ever."""
BODY_WHOLE_TIMEOUT_S = 300.0
"""For all of it: 64 MB over the slowest line that a municipality has; a letter a minute is no line."""
QUERY_FIELDS_MAX = 200
PAIRS_REMEMBERED_MAX = 1_000
"""Screens ask the same again and again; taking a query string apart costs a tenth of a search."""
PAIRS_REMEMBERED_BYTES_MAX = 400
URL_BYTES_MAX = 16 * 1024
SEGMENTS_MAX = 6
# Headers that two readers would read differently when they stand twice.
_ONCE = frozenset({"authorization", "content-type", "host", "if-match", "if-none-exist", "content-length"})
_HOST = re.compile(r"[A-Za-z0-9.\-_]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Disconnected(Exception):
    """The client went away before its request was whole; nobody is there to be answered."""


class Request(msgspec.Struct, frozen=True):
    method: str
    path: tuple[str, ...]
    """Segments below /fhir, decoded: ("Patient", "astrid")."""
    query: Pairs
    headers: Mapping[str, str]
    """Names in lower case."""
    base: str
    """This server's FHIR address, without a slash at the end."""


def read_request(scope: Scope, base_url: str) -> Request:
    """Everything but the body. Raises MALFORMED AKS-API-001 … -003, TOO_LARGE AKS-API-004."""
    headers = _headers(scope["headers"])
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    text: bytes = scope["query_string"]
    if len(raw) + len(text) > URL_BYTES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-API-004",
            "The address is too long.",
            now="Send a long search by POST to [type]/_search.",
        )
    return Request(
        scope["method"], _segments(raw), read_pairs(text), headers, base_url or _own_address(scope, headers)
    )


def read_pairs(text: bytes) -> Pairs:
    """`a=1&b=%C3%B8` -> (("a", "1"), ("b", "ø")). Raises MALFORMED AKS-API-002."""
    if not text:
        return ()
    return _remembered_pairs(text) if len(text) <= PAIRS_REMEMBERED_BYTES_MAX else _pairs(text)


@lru_cache(maxsize=PAIRS_REMEMBERED_MAX)
def _remembered_pairs(text: bytes) -> Pairs:
    return _pairs(text)


def _pairs(text: bytes) -> Pairs:
    try:
        return tuple(
            parse_qsl(
                text.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS_MAX
            )
        )
    except ValueError as unreadable:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-002",
            "The parameters are not readable.",
            why=f"They are not UTF-8, or more than {QUERY_FIELDS_MAX}.",
            code="value",
        ) from unreadable


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The whole body. Raises TOO_LARGE AKS-API-005, UNSUPPORTED AKS-API-408, -415; Disconnected."""
    if headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise unsupported(415, "A compressed body is not read here.", "Send it as it is.")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > BODY_BYTES_MAX:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    loop = asyncio.get_running_loop()
    due = loop.time() + BODY_WHOLE_TIMEOUT_S
    while True:
        try:
            async with asyncio.timeout(min(BODY_TIMEOUT_S, due - loop.time())):
                message = await receive()
        except TimeoutError:
            raise unsupported(408, "The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise _too_large()
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key = name.decode("latin-1").lower()
        if key in headers and key in _ONCE:
            raise Problem(
                ProblemKind.MALFORMED, "AKS-API-001", f"The header {key} stands twice.", now="Send it once."
            )
        text = value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _segments(raw: bytes) -> tuple[str, ...]:
    try:
        parts = [unquote(part.decode("ascii"), errors="strict") for part in raw.split(b"/")[2:]]
    except ValueError as unreadable:
        raise Problem(
            ProblemKind.MALFORMED, "AKS-API-003", "The address is not readable.", code="value"
        ) from unreadable
    if parts and not parts[-1]:
        parts.pop()
    if len(parts) > SEGMENTS_MAX or not all(parts):
        raise unsupported(404, "There is nothing at this address.", "GET /fhir/metadata tells what there is.")
    return tuple(parts)


def _own_address(scope: Scope, headers: Mapping[str, str]) -> str:
    """What the client called us. A host that is none is not repeated in links."""
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        server = scope.get("server") or ("127.0.0.1", 80)
        host = f"{server[0]}:{server[1]}"
    return f"{scope.get('scheme', 'http')}://{host}/fhir"


def _too_large() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-API-005",
        f"The body is larger than {BODY_BYTES_MAX // 1024 // 1024} MB.",
        now="Send it in several requests.",
    )
