"""AMQP is a transport like the others: real RabbitMQ, real seals, a cable that can be cut."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.exchange.amqp.conftest import SENDER, Bus
from tests.exchange.nhn.house import NURSES
from tests.exchange.transport.contract import Pair, TransportContract


class AmqpPair(Pair):
    here_her, there_her = str(SENDER), str(NURSES)
    acknowledges = False
    names_parties = knows_receivers = True

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    async def open(self) -> None:
        self.here, self.there = await self.bus.end(SENDER), await self.bus.end(NURSES)

    async def reopen(self) -> None:
        await self.here.close()
        await self.there.close()
        await self.open()

    async def cut(self) -> None:
        self.bus.cable.cut()

    async def mend(self) -> None:
        self.bus.cable.mend()


class TestAmqp(TransportContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def pair(self, bus: Bus) -> AsyncIterator[AmqpPair]:
        made = AmqpPair(bus)
        await made.open()
        yield made
