"""A small POP3 server (RFC 1939) over Maildir folders, for the lab: several mailboxes, one password, this machine alone.

    <root>/<user>/new|cur|tmp        each mail a file; its name is its UIDL

Beside a real server in the tests, never instead of one.
"""

import asyncio
from pathlib import Path

LINE_BYTES_MAX = 512


class Pop3Server:
    """Every folder below `root` is a mailbox."""

    def __init__(self, root: Path, password: str, *, port: int = 0) -> None:
        self._root, self._password, self.port = root, password, port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Connections that stand are cut off, as by a kill."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            self._server = None
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await _Session(self._root, self._password, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


class _Session:
    def __init__(
        self, root: Path, password: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._root, self._password, self._reader, self._writer = root, password, reader, writer
        self._user = ""
        self._mails: list[Path] | None = None
        self._deleted: set[int] = set()

    async def run(self) -> None:
        self._say("+OK akson lab")
        while line := await self._reader.readline():
            word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            if word.upper() == "QUIT":
                self._update()
                self._say("+OK")
                await self._writer.drain()
                return
            self._answer(word.upper(), rest)
            await self._writer.drain()

    def _answer(self, word: str, rest: str) -> None:
        if word == "USER":
            self._user = rest
            self._say("+OK")
        elif word == "PASS":
            self._enter(rest)
        elif self._mails is None:
            self._say("-ERR first who you are")
        elif word in ("LIST", "UIDL"):
            self._list(word)
        elif word in ("RETR", "TOP", "DELE") and (number := self._number(rest)):
            self._one(word, number)
        elif word in ("NOOP", "STAT"):
            self._say("+OK 0 0")
        else:
            self._say("-ERR")

    def _enter(self, password: str) -> None:
        folder = self._root / self._user
        if password != self._password or "/" in self._user or not folder.is_dir():
            self._say("-ERR")
            return
        found = [path for part in ("new", "cur") for path in (folder / part).iterdir()]
        self._mails = sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))
        self._say("+OK")

    def _number(self, rest: str) -> int:
        first = rest.split()[0] if rest.split() else ""
        number = int(first) if first.isdigit() else 0
        return number if 1 <= number <= len(self._mails or ()) and number not in self._deleted else 0

    def _list(self, word: str) -> None:
        self._say("+OK")
        for number, path in enumerate(self._mails or (), 1):
            if number not in self._deleted:
                self._say(f"{number} {path.stat().st_size if word == 'LIST' else path.name.split(':')[0]}")
        self._say(".")

    def _one(self, word: str, number: int) -> None:
        assert self._mails is not None
        if word == "DELE":
            self._deleted.add(number)
            self._say("+OK")
            return
        content = self._mails[number - 1].read_bytes()
        if word == "TOP":
            content = content.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
        self._say("+OK")
        for line in content.removesuffix(b"\r\n").split(b"\r\n"):
            self._writer.write((b"." if line.startswith(b".") else b"") + line + b"\r\n")
        self._say(".")

    def _update(self) -> None:
        for number in self._deleted:
            (self._mails or [])[number - 1].unlink(missing_ok=True)

    def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
