"""Real sockets against our own HTTP connections: order, framing, patience, and what happens when an answer breaks off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from akson.app.wire import connection
from akson.app.wire.connection import Connection

App = Callable[[Any, Any, Any], Awaitable[None]]
GET = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says the path and the body; `/slow` takes a while, `/stream` has no length, `/odd` is no answer."""
    body = b""
    more = scope["method"] == "POST"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    if scope["path"] == "/slow":
        await asyncio.sleep(0.05)
    said = scope["path"].encode() + b" " + body
    if scope["path"] == "/large":
        said = b"x" * 8_000_000
    length = [(b"content-length", str(len(said)).encode())]
    names = [name for name, _ in scope["headers"]]
    headers = {
        "/stream": [],
        "/odd": [(b"location", b"a\r\nset-cookie: b")],
        "/short": [(b"content-length", b"99")],
    }
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"x-names", b",".join(names)), *headers.get(scope["path"], length)],
        }
    )
    if scope["path"] == "/half":
        await send({"type": "http.response.body", "body": said[:1], "more_body": True})
        raise ValueError("Gunhild Rosenvinge")
    if scope["path"] == "/stream":
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
    await send({"type": "http.response.body", "body": said})


class Line:
    """A client that reads and writes bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def said(self, sent: bytes = b"", *, wait: float = 0.3) -> bytes:
        """Everything that comes until nothing has come for `wait` seconds, or the connection is closed."""
        self.writer.write(sent)
        heard = b""
        try:
            while part := await asyncio.wait_for(self.reader.read(1_000_000), wait):
                heard += part
        except TimeoutError:
            return heard
        return heard + b"<closed>"


@asynccontextmanager
async def serving(
    app: App = echo, *, keep_alive: int = 5
) -> AsyncIterator[tuple[Callable[[], Awaitable[Line]], ServerState]]:
    config = Config(app, lifespan="off", log_config=None, timeout_keep_alive=keep_alive)
    config.load()
    config.loaded_app = app
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    lines: list[Line] = []

    async def connect() -> Line:
        lines.append(Line(*await asyncio.open_connection(*server.sockets[0].getsockname())))
        return lines[-1]

    yield connect, state
    for line in lines:
        line.writer.close()
    server.close()


async def test_head_and_body_are_one_piece_and_the_connection_stays() -> None:
    async with serving() as (connect, state):
        line = await connect()
        for name in (b"a", b"b"):
            line.writer.write(GET % name)
            heard = await line.reader.read(65_536)
            assert heard.startswith(b"HTTP/1.1 200 OK\r\n") and heard.endswith(b"\r\n\r\n/%b " % name)
        assert len(state.connections) == 1 and not state.tasks and state.total_requests == 2


async def test_requests_sent_at_once_are_answered_in_their_order() -> None:
    async with serving() as (connect, _state):
        heard = await (await connect()).said(GET % b"slow" + POST + b"\r\nbody" + GET % b"c")
        assert heard.index(b"/slow ") < heard.index(b"/ body") < heard.index(b"/c ")


async def test_what_is_no_request_is_refused_after_those_before_it() -> None:
    async with serving() as (connect, _state):
        heard = await (await connect()).said(GET % b"slow" + b"GET\x00\r\n\r\n" + GET % b"hidden")
        assert heard.index(b"/slow ") < heard.index(b"HTTP/1.1 400 ") and heard.endswith(b"<closed>")
        assert b"hidden" not in heard


async def test_a_body_that_breaks_is_refused_and_never_received_as_whole() -> None:
    async with serving() as (connect, _state):
        for before in (b"", GET % b"slow"):
            heard = await (await connect()).said(before + CHUNKED + b"\r\n3\r\nabc\r\nzz\r\n")
            assert heard.count(b" 200 OK") == bool(before)
            assert b"HTTP/1.1 400 " in heard and heard.endswith(b"<closed>") and b"abc" not in heard


async def test_bodies_come_by_length_and_in_chunks_and_trailers_are_no_headers() -> None:
    async with serving() as (connect, _state):
        line = await connect()
        assert (await line.said(POST + b"\r\nbody")).endswith(b"/ body")
        heard = await line.said(CHUNKED + b"\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nAuthorization: b\r\n\r\n")
        assert heard.endswith(b"/ abcde") and b"x-names: host,transfer-encoding\r\n" in heard


async def test_continue_is_said_to_those_who_wait_for_it() -> None:
    async with serving() as (connect, _state):
        line = await connect()
        assert await line.said(POST + b"Expect: 100-Continue\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert (await line.said(b"body")).endswith(b"/ body")


async def test_without_a_length_the_answer_is_chunked_or_ends_with_the_connection() -> None:
    async with serving() as (connect, _state):
        heard = await (await connect()).said(GET % b"stream")
        assert heard.endswith(b"transfer-encoding: chunked\r\n\r\n3\r\none\r\n8\r\n/stream \r\n0\r\n\r\n")
        old = await (await connect()).said(b"GET /stream HTTP/1.0\r\n\r\n" + GET % b"hidden")
        assert old.endswith(b"connection: close\r\n\r\none/stream <closed>") and b"chunked" not in old


async def test_head_has_the_headers_alone() -> None:
    async with serving() as (connect, _state):
        heard = await (await connect()).said(b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" + GET % b"b")
        first, _, rest = heard.partition(b"\r\n\r\n")
        assert b"content-length: 3" in first and rest.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "ask", [b"Connection: close\r\n", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"]
)
async def test_nothing_is_read_after_the_last_request(ask: bytes) -> None:
    async with serving() as (connect, _state):
        heard = await (await connect()).said(
            b"GET /a HTTP/1.1\r\nHost: a\r\n" + ask + b"\r\n" + GET % b"hidden"
        )
        assert b"/a " in heard and b"connection: close\r\n" in heard
        assert b"hidden" not in heard and heard.endswith(b"<closed>")


@pytest.mark.parametrize("path", [b"odd", b"short", b"half"])
async def test_an_answer_that_would_be_another_one_is_broken_off(
    path: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving() as (connect, state):
        heard = await (await connect()).said(GET % path + GET % b"next")
        assert heard.endswith(b"<closed>") and b"set-cookie" not in heard and b"/next" not in heard
        assert heard.count(b"HTTP/1.1 ") == 1 and (b" 500 " in heard) == (path != b"half")
        assert not state.tasks and "Rosenvinge" not in caplog.text


async def test_what_nobody_reads_waits_and_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADERS_TIMEOUT_S", 0.1)
    async with serving(keep_alive=1) as (connect, state):
        line = await connect()
        line.writer.write(GET % b"large")
        await asyncio.sleep(0.3)
        assert len(state.tasks) == 1, "the answer waits for its reader"
        await asyncio.sleep(2)
        assert not state.connections and not state.tasks


async def test_silence_endless_headers_and_endless_trailers_are_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "HEADERS_TIMEOUT_S", 0.2)
    monkeypatch.setattr(connection, "HEADER_BYTES_MAX", 1_000)
    async with serving(keep_alive=1) as (connect, _state):
        assert await (await connect()).said(wait=1) == b"<closed>"
        line = await connect()
        assert (await line.said(GET % b"a", wait=0.5)).endswith(b"/a "), (
            "it may think longer than headers may take"
        )
        assert await line.said(b"GET /b HTTP/1.1\r\n", wait=0.5) == b"<closed>"
        line = await connect()
        assert (await line.said(GET % b"a", wait=0.5)) and await line.said(wait=1) == b"<closed>"
        for begin in (b"GET / HTTP/1.1\r\nA: ", CHUNKED + b"\r\n1\r\na\r\n0\r\nA: ", CHUNKED + b"\r\n1;a="):
            line = await connect()
            line.writer.write(begin)
            for _ in range(3):
                await asyncio.sleep(0.02)
                line.writer.write(b"a" * 500)
            assert await line.said(wait=0.1) == b"<closed>", begin


async def test_at_the_end_those_who_wait_are_answered_first() -> None:
    async with serving() as (connect, state):
        waiting, idle = await connect(), await connect()
        await idle.said(GET % b"a")
        waiting.writer.write(GET % b"slow" + POST + b"\r\n")
        await asyncio.sleep(0.02)
        for one in list(state.connections):
            one.shutdown()
        assert await idle.said() == b"<closed>"
        heard = await waiting.said(b"body")
        assert b"/slow " in heard and heard.endswith(b"connection: close\r\n\r\n/ body<closed>")


async def test_large_bodies_wait_until_they_are_asked_for() -> None:
    asked = asyncio.Event()
    sizes: list[int] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await asked.wait()
        while True:
            message = await receive()
            sizes.append(len(message["body"]))
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async with serving(late) as (connect, _state):
        line = await connect()
        line.writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")
        line.writer.write(b"x" * 50_000_000)
        await asyncio.sleep(0.2)
        asked.set()
        assert (await line.said(wait=3)).startswith(b"HTTP/1.1 204 ")
        assert sum(sizes) == 50_000_000 and sizes[0] < 1_000_000
