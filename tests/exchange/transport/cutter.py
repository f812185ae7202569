"""A way that breaks: passes bytes on to a server until a count is reached, then cuts both ends off as a kill does."""

import asyncio


class Cutter:
    """`up` bytes from the client, or `down` bytes from the server, and it is over; None is no limit."""

    def __init__(self, port: int, *, up: int | None = None, down: int | None = None) -> None:
        self._port, self._up, self._down = port, up, down
        self.port = 0
        self.cut = 0

    async def __aenter__(self) -> "Cutter":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, upstream[1])
        await asyncio.gather(
            self._pass(reader, upstream[1], self._up, ends), self._pass(upstream[0], writer, self._down, ends)
        )

    async def _pass(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        limit: int | None,
        ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
    ) -> None:
        passed = 0
        try:
            while chunk := await source.read(1024):
                room = len(chunk) if limit is None else limit - passed
                sink.write(chunk[:room])
                await sink.drain()
                passed += len(chunk)
                if limit is not None and passed >= limit:
                    self.cut += 1
                    for end in ends:
                        end.transport.abort()
                    return
            sink.close()
        except ConnectionError:
            sink.transport.abort()
