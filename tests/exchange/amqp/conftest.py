"""A broker for the whole folder, and two houses on it: certificates, register, address books, real all of it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding

from akson.exchange.addresses.book import AddressBook
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.sealing import making, trust
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.transport.amqp import Amqp
from akson.exchange.transport.amqp_link import Address, Link
from akson.exchange.transport.amqp_sealing import BookQueues, CmsSealer
from akson.store.partners import PartnerStore
from akson.world import SystemClock
from akson_lab.nhn.house import Nhn
from tests.exchange.amqp import broker
from tests.exchange.amqp.broker import Cable
from tests.exchange.nhn.house import HOSPITAL, NURSES, PARTIES, REGISTER, House, house, running

SENDER = 990202
HER_IDS = (SENDER, HOSPITAL, NURSES)
BUS = "sb.test.nhn.no/DigitalDialog"


@pytest.fixture(scope="session")
def broker_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if why := broker.missing():
        pytest.skip(why)
    with broker.running(tmp_path_factory.mktemp("rabbitmq"), HER_IDS) as port:
        yield port


@dataclass
class Bus:
    """What the two houses share, and how each opens its end."""

    nhn: Nhn
    cable: Cable
    port: int
    books: dict[int, AddressBook]
    keyrings: dict[int, Keyring]
    trust: trust.Trust
    opened: list[Amqp]

    def link(self) -> Link:
        url = f"amqp://127.0.0.1:{self.cable.port}"
        return Link(Address(url, broker.USER, broker.PASSWORD, prefix="/amq/queue/"))

    async def end(self, her: int, keyring: Keyring | None = None) -> Amqp:
        book, clock = self.books[her], SystemClock()
        queues = BookQueues(book, clock=clock)
        own = await queues.of(str(her))
        assert own is not None
        sealer = CmsSealer(book, keyring or self.keyrings[her], self.trust, clock=clock)
        made = Amqp(self.link(), {str(her): own}, queues, sealer, clock=clock)
        self.opened.append(made)
        return made

    async def empty(self) -> None:
        """What an earlier test left."""
        link = self.link()
        names = [f"{her}_{kind}" for her in HER_IDS for kind in ("async", "error", "dl")]
        await link.look(names, 1000)
        for held in list(link.held):
            await link.settle(held)
        await link.close()


@pytest_asyncio.fixture(loop_scope="session")
async def bus(
    broker_port: int, database: str, keyrings: tuple[making.Authority, Keyring, Keyring]
) -> AsyncIterator[Bus]:
    authority, hospital_keys, municipality_keys = keyrings
    async with running() as nhn:
        now = nhn.clock.now()
        for party in PARTIES:
            ring = {990200: hospital_keys, 990001: municipality_keys}.get(party.her)
            host = BUS if party.her in HER_IDS else ""
            der = {use: _der(ring, use) for use in Use} if ring else dict.fromkeys(Use, b"")
            nhn.parties.put(
                replace(party, queue_host=host, signing=der[Use.SIGN], encryption=der[Use.ENCRYPT]), now
            )
        ours: House = house(nhn, "both", set())
        store, cable = await PartnerStore.open(database), Cable(broker_port)
        await cable.start()
        register = AddressRegister(ours.api(nhn.register_address, REGISTER))
        book = AddressBook(register, store, clock=SystemClock())
        made = Bus(
            nhn,
            cable,
            broker_port,
            dict.fromkeys(HER_IDS, book),
            {SENDER: hospital_keys, HOSPITAL: hospital_keys, NURSES: municipality_keys},
            trust.of([authority.certificate]),
            [],
        )
        await made.empty()
        yield made
        for each in made.opened:
            await each.close()
        await cable.stop()
        await ours.close()
        await store.close()


@pytest.fixture(scope="session")
def keyrings() -> tuple[making.Authority, Keyring, Keyring]:
    now = SystemClock().now() - timedelta(minutes=5)
    authority = making.root(now)
    return (
        authority,
        making.keyring(authority, "983974778", "Havnes sykehus HF", now),
        making.keyring(authority, "997651000", "Storvik kommune", now),
    )


def _der(ring: Keyring, use: Use) -> bytes:
    (found,) = [c for c in ring.certificates if use in c.uses]
    return found.x509.public_bytes(Encoding.DER)
