"""The loopback under the contract, and what it does with a parcel id that is used again for something else."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from akson.exchange.transport.contract import Undeliverable
from akson.exchange.transport.loopback import DOCUMENT_BYTES_MAX, Loopback, Switchboard
from tests.exchange.transport.contract import Pair, TransportContract, comes, parcel, take_all


class LoopbackPair(Pair):
    here_her, there_her = "8140001", "990202"
    acknowledges = names_parties = knows_receivers = True

    def __init__(self) -> None:
        self.board = Switchboard()
        self._open()

    def _open(self) -> None:
        self.here, self.there = Loopback(self.board, self.here_her), Loopback(self.board, self.there_her)

    async def reopen(self) -> None:
        self._open()

    async def cut(self) -> None:
        self.board.connected = False

    async def mend(self) -> None:
        self.board.connected = True

    async def lose_answers(self) -> None:
        self.board.boxes[self.here_her].clear()


class TestLoopback(TransportContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def pair(self) -> AsyncIterator[LoopbackPair]:
        made = LoopbackPair()
        yield made
        await made.here.close()
        await made.there.close()

    async def test_a_used_id_with_other_content_is_never_swallowed(self, pair: LoopbackPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await take_all(pair, pair.there)
        await pair.here.send(replace(sent, document=b"<other/>"))
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == b"<other/>"

    async def test_what_is_too_large_is_said_at_once(self, pair: LoopbackPair) -> None:
        with pytest.raises(Undeliverable):
            await pair.here.send(parcel(pair, document=b"x" * (DOCUMENT_BYTES_MAX + 1)))

    async def test_an_answer_lost_on_its_way_does_not_come(self, pair: LoopbackPair) -> None:
        pair.board.answering = False
        await pair.here.send(parcel(pair))
        await take_all(pair, pair.there)
        assert not await pair.here.fetch(10)
