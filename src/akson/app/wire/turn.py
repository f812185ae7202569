"""One request and its answer, as ASGI sees them: `receive` gives the body as it comes, `send` writes.

Head and first part of the body leave together. Spec: https://asgi.readthedocs.io/en/latest/specs/www.html, RFC 9112.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from akson.app.wire.connection import Connection

_log = logging.getLogger(__name__)

_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_BODY = frozenset({204, 304})
_PRINTABLE = bytes(n for n in range(256) if n >= 32 and n != 127) + b"\t"
"""What may stand in a header; anything else could begin another header, or another answer."""


def _plain(status: int, words: bytes) -> bytes:
    head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return _LINES[status] + head % len(words) + words


REFUSED = _plain(400, b"Invalid HTTP request received.")
_FAILED = _plain(500, b"Internal Server Error")


class Turn:
    """Made when the headers are whole; `feed` and `end` bring the body."""

    __slots__ = (
        "_buffered", "_chunked", "_connection", "_expects", "_fresh", "_head", "_left", "_parts", "_silent",
        "_waiter", "begun", "complete", "gone", "keep_alive", "scope", "task", "whole",
    )  # fmt: skip

    def __init__(self, connection: "Connection", scope: dict[str, Any], *, keep_alive: bool) -> None:
        self.scope = scope
        self.keep_alive = keep_alive
        self.task: asyncio.Task[None] | None = None
        self.whole = False
        """The request has arrived to its end."""
        self.begun = False
        """Something of the answer was written."""
        self.complete = False
        """The answer is written to its end."""
        self.gone = False
        """Nobody is there to be answered."""
        self._connection = connection
        self._parts: list[bytes] = []
        self._buffered = 0
        self._fresh = False
        self._waiter: asyncio.Future[None] | None = None
        self._silent = scope["method"] == "HEAD"
        self._expects = scope["method"] != "GET" and any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"]
        )
        self._head: bytes | None = None
        self._chunked = False
        self._left: int | None = None
        """Of the length that was announced."""

    async def run(self, app: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as failed:
            # An exception's own text may hold patient data.
            _log.error("AKS-APP-501 an answer was broken off: %s", type(failed).__name__)
        finally:
            if not self.begun and not self.gone:
                self._connection.transport.write(_FAILED)
                self.begun = True
            self._connection.state.tasks.discard(self.task)  # type: ignore[arg-type]
            self._connection.answered(self)

    # What the connection brings.

    def feed(self, part: bytes) -> int:
        """A part of the body. Gives how many bytes wait to be received; after the answer nothing waits."""
        if self.complete:
            return 0
        self._parts.append(part)
        self._buffered += len(part)
        self._wake()
        return self._buffered

    def end(self) -> None:
        self.whole = True
        self._wake()

    def lose(self) -> None:
        self.gone = True
        self._wake()

    def _wake(self) -> None:
        self._fresh = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What the application is given.

    async def receive(self) -> dict[str, Any]:
        if self._expects and not self.begun and not self.gone:
            self._connection.transport.write(_CONTINUE)
        self._expects = False
        while not self._fresh and not self.complete:
            if not self.whole:
                self._connection.resume_reading()
            self._waiter = self._connection.loop.create_future()
            await self._waiter
        self._fresh = False
        if self.gone or self.complete:
            self._fresh = True  # And so it stays.
            return {"type": "http.disconnect"}
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self._buffered = [], 0
        return {"type": "http.request", "body": body, "more_body": not self.whole}

    async def send(self, message: dict[str, Any]) -> None:
        """Raises RuntimeError for what would make another answer of it than was announced."""
        if self.gone:
            return
        if message["type"] == "http.response.start":
            self._start(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._write(message.get("body", b""), last=not message.get("more_body", False))
            await self._connection.writable()
        else:
            raise RuntimeError("neither head nor body")

    def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if self._head is not None or self.begun:
            raise RuntimeError("the answer has begun already")
        self._left, self._chunked = None, False
        lines = [_LINES[status]]
        for name, value in (*self._connection.state.default_headers, *headers):
            if name == b"content-length":
                self._left = int(value)
            elif name == b"connection":
                self.keep_alive = self.keep_alive and b"close" not in value.lower()
                continue
            if value.translate(None, _PRINTABLE):
                raise RuntimeError("a header that is none")
            lines += (name, b": ", value, b"\r\n")
        if status in _NO_BODY:
            self._left = 0
        elif self._left is None and not self._silent and self.scope["http_version"] == "1.1":
            self._chunked = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        self._head = b"".join(lines)

    def _write(self, body: bytes, *, last: bool) -> None:
        if (self._head is None and not self.begun) or self.complete:
            raise RuntimeError("a body without a head, or after the end")
        head, self._head = self._head or b"", None
        if self._silent:
            body = b""
        elif self._chunked:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"0\r\n\r\n" if last else b"")
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (last and self._left):
                raise RuntimeError("a body of another length")
        self.begun = True
        if body or head:
            self._connection.transport.writelines((head, body) if head and body else (head or body,))
        if last:
            self.complete = True
            self._parts = []
            self._wake()
