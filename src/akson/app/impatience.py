"""uvicorn's protocol with an end to its patience: headers come in time and are not endless.

httptools has limits for neither, so a few thousand connections that send a letter a minute would hold a worker's memory and
places for ever (slowloris). Bodies have limits of their own (`akson.api.request`).
"""

from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from akson.app.corking import CorkedTransport

HEADERS_TIMEOUT_S = 10.0
"""From the connection, or from the first byte of a further request, to the end of its headers."""
HEADER_BYTES_MAX = 64 * 1024


class ImpatientProtocol(HttpToolsProtocol):
    """A request whose headers come at once, as nearly all do, costs two flags and no timer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_headers = False
        self._header_bytes = 0
        self._due: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:  # type: ignore[override]
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]
        self._due = self.loop.call_later(HEADERS_TIMEOUT_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_headers = False
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES_MAX:
                self._give_up()
            elif self._due is None:
                self._due = self.loop.call_later(HEADERS_TIMEOUT_S, self._give_up)

    def on_message_begin(self) -> None:
        self._in_headers, self._header_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._in_time()
        super().on_headers_complete()

    def _in_time(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
