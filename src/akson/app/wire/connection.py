"""One connection of a client: what arrives is parsed by httptools and becomes turns, answered one after the other.

Its patience ends: headers come in time and are not endless, and a connection that says nothing is let go. httptools has
limits for neither, so a few thousand connections that send a letter a minute would hold a worker's memory and places for
ever (slowloris). Bodies have limits of their own (`akson.api.request`). Made by uvicorn's Server, which keeps count of
connections and tasks and stops them. Spec: RFC 9112.
"""

import asyncio
from collections import deque
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.server import ServerState

from akson.app.wire.turn import REFUSED, Turn

HEADERS_TIMEOUT_S = 10.0
"""From the connection, or from the first byte of a further request, to the end of its headers."""
HEADER_BYTES_MAX = 64 * 1024
"""Of headers, and of whatever else arrives without being content: trailers, extensions of chunks."""
BODY_BYTES_AHEAD = 64 * 1024
"""Of a body that nobody has asked for yet; then the client has to wait."""
_NEVER = float("inf")


class Connection(asyncio.Protocol):
    """Its timer looks every ten seconds and costs a request nothing: when it is due to be closed is a number."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.loop = _loop or asyncio.get_running_loop()
        self.state = server_state
        self.transport: asyncio.Transport
        self._app = config.loaded_app
        self._idle_s = config.timeout_keep_alive
        self._parser: Any = httptools.HttpRequestParser(self)
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "https" if config.is_ssl else "http",
            "root_path": "",
        }
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._in_headers = False
        self._moved = False
        """Whether the last data brought a part of a body, or ended something."""
        self._odd_bytes = 0
        self._turn: Turn | None = None
        """The last whose headers are whole."""
        self._answering: Turn | None = None
        self._queue: deque[Turn] = deque()
        """Whole headers that came before their turn."""
        self._deaf = False
        """Nothing further is read: the client, or we, said that this was the last; or it cannot be understood."""
        self._misunderstood = False
        self._reading = True
        self._writable: asyncio.Event | None = None
        self._unsent = 0
        self._due = _NEVER
        self._look_again: asyncio.TimerHandle | None = None

    # What the event loop tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.state.connections.add(self)  # type: ignore[arg-type]
        self._scope["server"] = _address(transport.get_extra_info("sockname"))
        self._scope["client"] = _address(transport.get_extra_info("peername"))
        self._due = self.loop.time() + HEADERS_TIMEOUT_S
        self._look_again = self.loop.call_later(HEADERS_TIMEOUT_S, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self.state.connections.discard(self)  # type: ignore[arg-type]
        self._deaf, self._parser = True, None
        self._queue.clear()
        for turn in (self._turn, self._answering):
            if turn is not None:
                turn.lose()
        self.resume_writing()
        if self._look_again is not None:
            self._look_again.cancel()

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._moved = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._deaf = True  # Answered like any other; the turn knows that it is the last.
        except httptools.HttpParserError:
            if not self._deaf:
                self._misunderstand()
        else:
            if self._in_headers or not self._moved:
                self._limit(len(data))

    def pause_writing(self) -> None:
        self._writable = asyncio.Event()
        self._unsent = self.transport.get_write_buffer_size()
        self._due = self.loop.time() + self._idle_s

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None
            self._due = _NEVER if self._answering else self.loop.time() + self._idle_s

    # What the parser finds.

    def on_message_begin(self) -> None:
        self._url, self._headers = b"", []
        self._in_headers, self._odd_bytes = True, 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # A trailer is no header: it must not say who asks after that was judged (RFC 9110 section 6.5.1).
        if self._in_headers:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._deaf:
            return
        self._in_headers, self._moved, self._odd_bytes = False, True, 0
        self._due = _NEVER
        version = self._parser.get_http_version()
        last = version == "1.0" or self._parser.should_upgrade() or not self._parser.should_keep_alive()
        turn = self._turn = Turn(self, self._asked(version), keep_alive=not last)
        if self._answering is None:
            self._answer(turn)
        else:
            self._queue.append(turn)
            self._pause_reading()

    def on_body(self, body: bytes) -> None:
        self._moved, self._odd_bytes = True, 0
        turn = self._turn
        if turn is not None and not self._deaf and turn.feed(body) > BODY_BYTES_AHEAD:
            self._pause_reading()

    def on_message_complete(self) -> None:
        self._moved, self._odd_bytes = True, 0
        turn = self._turn
        if turn is not None and not self._deaf:
            turn.end()
            self._deaf = not turn.keep_alive
            if self._answering is None:  # Answered before it was whole.
                self._due = self.loop.time() + self._idle_s

    def _asked(self, version: str) -> dict[str, Any]:
        url = httptools.parse_url(self._url)
        path = url.path.decode("ascii")
        scope = self._scope.copy()
        scope["http_version"] = version
        scope["method"] = self._parser.get_method().decode("ascii")
        scope["raw_path"] = url.path
        scope["path"] = unquote(path) if "%" in path else path
        scope["query_string"] = url.query or b""
        scope["headers"] = self._headers
        return scope

    # What a turn asks for.

    def resume_reading(self) -> None:
        if not self._reading and not self.transport.is_closing():
            self._reading = True
            self.transport.resume_reading()

    async def writable(self) -> None:
        """Returns when the client has taken enough of what was written."""
        while self._writable is not None:
            await self._writable.wait()

    def answered(self, turn: Turn) -> None:
        """The turn is over, whole or broken off; the next one may have come already."""
        self._answering = None
        self.state.total_requests += 1
        if self.transport.is_closing():
            return
        if not turn.keep_alive or not turn.complete:
            if self._misunderstood and not turn.begun:
                self.transport.write(REFUSED)
            self.transport.close()
        elif self._queue:
            self._answer(self._queue.popleft())
        elif self._misunderstood:
            self.transport.write(REFUSED)
            self.transport.close()
        else:
            # A further request may have begun to come; it has as long as if it came now.
            patience = HEADERS_TIMEOUT_S if self._in_headers else self._idle_s
            self._due = self.loop.time() + patience
            self.resume_reading()

    # What the server asks for.

    def shutdown(self) -> None:
        """Those who are waited on are answered, then the connection is closed."""
        turn = self._turn
        if turn is None or self._answering is None:
            self.transport.close()
        else:
            turn.keep_alive, self._deaf = False, turn.whole

    def _answer(self, turn: Turn) -> None:
        self._answering = turn
        turn.task = self.loop.create_task(turn.run(self._app))
        self.state.tasks.add(turn.task)

    def _pause_reading(self) -> None:
        if self._reading and not self.transport.is_closing():
            self._reading = False
            self.transport.pause_reading()

    def _misunderstand(self) -> None:
        """Who waits is answered first: the refusal must not be taken for an answer to what came before."""
        self._deaf = self._misunderstood = True
        turn = self._turn
        if turn is not None and not turn.whole:
            if self._queue and self._queue[-1] is turn:
                self._queue.pop()
            turn.lose()
        if self._answering is None:
            self.transport.write(REFUSED)
            self.transport.close()

    def _limit(self, count: int) -> None:
        self._odd_bytes += count
        if self._odd_bytes > HEADER_BYTES_MAX:
            self.transport.close()
        elif self._in_headers and self._odd_bytes == count and self._turn is not None and not self._answering:
            self._due = self.loop.time() + HEADERS_TIMEOUT_S

    def _look(self) -> None:
        """Nothing is due sooner than in HEADERS_TIMEOUT_S, so it is enough to look that often."""
        now = self.loop.time()
        if now < self._due:
            self._look_again = self.loop.call_later(min(self._due - now, HEADERS_TIMEOUT_S), self._look)
        elif self._writable is None:
            self.transport.close()
        elif (unsent := self.transport.get_write_buffer_size()) < self._unsent:
            # Slow, but taking.
            self._unsent, self._due = unsent, now + self._idle_s
            self._look_again = self.loop.call_later(HEADERS_TIMEOUT_S, self._look)
        else:
            self.transport.abort()


def _address(found: Any) -> tuple[str, int] | None:
    return (str(found[0]), int(found[1])) if isinstance(found, tuple | list) else None
