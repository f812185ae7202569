"""Head and body leave together, in order, and before the connection is closed."""

import asyncio

from akson.app.corking import CorkedTransport


class Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 5


async def test_what_is_written_in_one_turn_is_one_packet() -> None:
    wire = Wire()
    corked = CorkedTransport(wire, asyncio.get_running_loop())  # type: ignore[arg-type]
    corked.write(b"head ")
    corked.write(b"body")
    corked.write(b"")
    assert wire.sent == [] and corked.get_write_buffer_size() == 14
    await asyncio.sleep(0)
    corked.write(b"next")
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"next"]


async def test_closing_sends_what_is_held_and_nothing_after() -> None:
    wire = Wire()
    corked = CorkedTransport(wire, asyncio.get_running_loop())  # type: ignore[arg-type]
    corked.write(b"last words")
    corked.close()
    corked.write(b"too late")
    await asyncio.sleep(0)
    assert wire.sent == [b"last words"] and corked.is_closing()
