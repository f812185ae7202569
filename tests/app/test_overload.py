"""A running node under clients that are slow, greedy or endless: the others are answered all the while."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests.app.nodes import RunningNode, node
from tests.promises import allowed_s

SLOW_CLIENTS = 300
OTHERS_S_MAX = 1.0
BODY = b"POST /fhir/Patient HTTP/1.1\r\nHost: a\r\nContent-Type: application/fhir+json\r\nAuthorization: Bearer %b\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("overload"), "--workers", 1) as found:
        yield found


def connected(running: RunningNode) -> socket.socket:
    place = urlsplit(running.address)
    return socket.create_connection((place.hostname, place.port), timeout=60)


@contextmanager
def another_reader(running: RunningNode, token: str) -> Iterator[list[float]]:
    waits: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            began = time.monotonic()
            assert running.get("/fhir/Patient?_count=1", token)[0] == 200
            waits.append(time.monotonic() - began)
            time.sleep(0.01)

    reading = threading.Thread(target=read)
    reading.start()
    yield waits
    over.set()
    reading.join()
    assert waits and max(waits) < allowed_s(OTHERS_S_MAX), (
        f"another reader waited {max(waits, default=99):.2f} s"
    )


def answer(line: socket.socket) -> bytes:
    heard = b""
    while part := line.recv(65536):
        heard += part
        head, _, rest = heard.partition(b"\r\n\r\n")
        length = next(
            (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")),
            None,
        )
        if length is not None and len(rest) >= length:
            break
    return heard


def test_slow_clients_keep_nobody_waiting_and_are_let_go(running: RunningNode) -> None:
    token = running.token()
    beginnings = (
        b"GET /fhir/Patient HTTP/1.1\r\nHost: a\r\nX-A: ",
        BODY % token.encode() + b"Content-Length: 100\r\n\r\n{",
        b"",
    )
    with ExitStack() as stack:
        lines = [stack.enter_context(connected(running)) for _ in range(SLOW_CLIENTS)]
        with another_reader(running, token):
            for place, line in enumerate(lines):
                line.sendall(beginnings[place % len(beginnings)])
            time.sleep(2)
        # Headers that do not end, and connections that say nothing, are closed after ten seconds.
        began = time.monotonic()
        for line in (lines[0], lines[2]):
            assert line.recv(1) == b""
        assert time.monotonic() - began < allowed_s(12)


def test_endless_headers_are_cut_off(running: RunningNode) -> None:
    with connected(running) as line:
        line.sendall(b"GET /helse HTTP/1.1\r\nHost: a\r\n")
        with pytest.raises(OSError):
            for _ in range(200):
                line.sendall(b"X-A: " + b"a" * 8_000 + b"\r\n")
                time.sleep(0.005)
    assert running.get("/helse")[0] == 200


def test_large_bodies_are_refused_or_read_beside_the_others(running: RunningNode) -> None:
    token = running.token()
    items = [{"linkId": str(n), "type": "string"} for n in range(50_000)]
    large = json.dumps({"resourceType": "Questionnaire", "status": "active", "item": items}).encode()
    with another_reader(running, token):
        with connected(running) as line:
            line.sendall(BODY % token.encode() + b"Content-Length: 9999999999\r\n\r\n")
            assert b" 413 " in answer(line).split(b"\r\n")[0]
        for _ in range(3):
            with connected(running) as line:
                head = BODY.replace(b"/Patient", b"/Questionnaire/$validate") % token.encode()
                line.sendall(head + b"Content-Length: %d\r\n\r\n" % len(large) + large)
                assert b" 200 " in answer(line).split(b"\r\n")[0]
