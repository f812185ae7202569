"""Requests that two readers would read differently get one answer, never two. RFC 9112 section 6.3; docs/adr/0002."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.app.nodes import RunningNode, node

HIDDEN = b"GET /helse HTTP/1.1\r\nHost: a\r\n\r\n"
BEGIN = b"POST /fhir HTTP/1.1\r\nHost: a\r\n"
SHAPES = {
    "length and chunks": BEGIN + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": BEGIN + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "space before the colon": BEGIN + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a coding unknown": BEGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a length with a sign": BEGIN + b"Content-Length: +0\r\n\r\n",
    "a folded header": BEGIN + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "bare line feeds in chunks": BEGIN + b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("smuggling"), "--workers", 1) as found:
        yield found


def said(running: RunningNode, sent: bytes) -> bytes:
    place = urlsplit(running.address)
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall(sent)
        answered = b""
        line.settimeout(2)
        try:
            while part := line.recv(65536):
                answered += part
        except TimeoutError:
            pass
    return answered


@pytest.mark.parametrize("shape", SHAPES)
def test_what_hides_behind_an_unclear_request_is_not_answered(running: RunningNode, shape: str) -> None:
    assert b'"status": "pass"' not in said(running, SHAPES[shape] + HIDDEN), shape
    assert running.get("/helse")[0] == 200


def test_a_clear_request_and_the_next_one_are_both_answered(running: RunningNode) -> None:
    assert said(running, BEGIN + b"Content-Length: 0\r\n\r\n" + HIDDEN).count(b"HTTP/1.1 ") == 2
