"""The bus beyond what every transport does: fields, seals, errors told to the sender, and the dead."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from akson.exchange.sealing import making
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.transport import amqp_message
from akson.exchange.transport.amqp import Amqp
from akson.exchange.transport.amqp_link import Address, Link
from akson.exchange.transport.amqp_message import SEALED, Wire
from akson.exchange.transport.contract import Arrival, Kind, Parcel, Undeliverable, Unreachable
from akson.world import SystemClock
from tests.exchange.amqp.broker import DELIVERIES_MAX
from tests.exchange.amqp.conftest import SENDER, Bus
from tests.exchange.nhn.house import GP, HOSPITAL, NURSES
from tests.exchange.samples import admission

QUEUE, ERRORS, DEAD = f"{NURSES}_async", f"{SENDER}_error", f"{NURSES}_dl"
REQUIRED = ("fromHerId", "toHerId", "applicationTimeStamp")


def parcel(**more: object) -> Parcel:
    made = Parcel(
        id=str(uuid.uuid4()),
        type="LOG_INNLAGT",
        msg_id=str(uuid.uuid4()),
        conversation=str(uuid.uuid4()),
        sender=str(SENDER),
        receiver=str(NURSES),
        document=admission(),
    )
    return replace(made, **more)  # type: ignore[arg-type]


@pytest_asyncio.fixture(loop_scope="session")
async def here(bus: Bus) -> Amqp:
    return await bus.end(SENDER)


@pytest_asyncio.fixture(loop_scope="session")
async def there(bus: Bus) -> Amqp:
    return await bus.end(NURSES)


@pytest_asyncio.fixture(loop_scope="session")
async def link(bus: Bus) -> AsyncIterator[Link]:
    made = bus.link()
    yield made
    await made.close()


async def come(end: Amqp, count: int = 1) -> list[Arrival]:
    for _ in range(60):
        found = list(await end.fetch(100))
        if len(found) >= count:
            return found
    raise AssertionError("nothing came")


async def refused(here: Amqp, there: Amqp) -> tuple[Arrival, Arrival]:
    """What the receiver saw, and what the sender is told of it."""
    (arrival,) = await come(there)
    assert not arrival.document and arrival.original is not None
    await there.taken(arrival)
    assert not await there.fetch(10)
    (told,) = await come(here)
    assert told.kind is Kind.REFUSED
    await here.taken(told)
    return arrival, told


async def wire_of(link: Link, queue: str = QUEUE) -> Wire:
    """What lies on the queue, taken away."""
    for _ in range(60):
        await link.look([queue], 1)
        if link.held:
            held = link.held[0]
            await link.settle(held)
            return held.wire
    raise AssertionError("nothing came")


async def test_the_fields_that_the_bus_asks_for(here: Amqp, link: Link) -> None:
    sent = parcel()
    await here.send(sent)
    wire = await wire_of(link)
    assert (wire.id, wire.correlation, wire.subject) == (sent.id, sent.id, "LOG_INNLAGT")
    assert (wire.to, wire.reply_to, wire.content_type) == (QUEUE, f"{SENDER}_async", SEALED)
    assert (wire.fields["fromHerId"], wire.fields["toHerId"]) == (str(SENDER), str(NURSES))
    assert wire.fields["conversationId"] == sent.conversation
    assert wire.fields["applicationTimeStamp"].endswith("Z")
    assert not amqp_message.odd_fields(wire, str(NURSES))
    assert b"Bakken" not in wire.body and wire.body[:1] == b"\x30", "sealed"


@pytest.mark.parametrize("name", REQUIRED)
async def test_a_field_that_is_missing_is_told_to_the_sender(
    here: Amqp, there: Amqp, link: Link, name: str
) -> None:
    await here.send(parcel())
    wire = await wire_of(link)
    await link.send(QUEUE, replace(wire, fields={k: v for k, v in wire.fields.items() if k != name}))
    if name == "fromHerId":
        (arrival,) = await come(there)
        assert arrival.problem == "T01" and arrival.sender == ""
        await there.taken(arrival)
        assert not await here.fetch(10), "nobody to tell"
        return
    arrival, told = await refused(here, there)
    assert (arrival.problem, told.refers_to) == ("T01", wire.id)
    assert told.note.startswith("transport:invalid-field-value") and name in told.note


async def test_a_message_for_another_is_not_ours(here: Amqp, there: Amqp, link: Link) -> None:
    await here.send(parcel())
    wire = await wire_of(link)
    await link.send(QUEUE, replace(wire, fields={**wire.fields, "toHerId": str(GP)}))
    arrival, told = await refused(here, there)
    assert "toHerId" in arrival.note and "invalid-field-value" in told.note


async def test_a_body_that_was_touched(here: Amqp, there: Amqp, link: Link) -> None:
    await here.send(parcel())
    wire = await wire_of(link)
    await link.send(QUEUE, replace(wire, body=wire.body[:-9] + bytes(9)))
    arrival, told = await refused(here, there)
    assert arrival.problem in ("T01", "S01") and told.note.startswith("transport:")


async def test_a_body_that_is_no_seal(here: Amqp, there: Amqp, link: Link) -> None:
    await here.send(parcel())
    wire = await wire_of(link)
    await link.send(QUEUE, replace(wire, body=admission()))
    arrival, told = await refused(here, there)
    assert arrival.problem == "T01" and told.note.startswith("transport:decryption-failed")


async def test_a_sender_that_is_another_inside(bus: Bus, there: Amqp) -> None:
    """990201 sends a message that says 990202: the same organisation signed it, and it is refused all the same."""
    other = await bus.end(HOSPITAL)
    sent = parcel(sender=str(HOSPITAL))
    await other.send(sent)
    arrival, told = await refused(other, there)
    assert (arrival.problem, told.refers_to) == ("S01", sent.id)
    assert told.note.startswith("abuse:spoofing-attack")


async def test_signed_by_another_organisation(bus: Bus, here: Amqp, there: Amqp, keyrings: tuple) -> None:
    impostor = await bus.end(SENDER, bus.keyrings[NURSES])
    await impostor.send(parcel())
    arrival, told = await refused(here, there)
    assert arrival.problem == "S01" and told.note.startswith("transport:invalid-signature")


async def test_signed_by_nobody_that_is_trusted(bus: Bus, here: Amqp, there: Amqp) -> None:
    now = SystemClock().now() - timedelta(minutes=5)
    stranger: Keyring = making.keyring(making.root(now, name="Another root"), "983974778", "Havnes", now)
    await (await bus.end(SENDER, stranger)).send(parcel())
    arrival, told = await refused(here, there)
    assert arrival.problem == "S02" and told.note.startswith("transport:invalid-certificate")


async def test_an_error_is_told_once_however_often_it_is_tried(here: Amqp, there: Amqp, link: Link) -> None:
    await here.send(parcel())
    wire = await wire_of(link)
    for _ in range(2):
        await link.send(QUEUE, replace(wire, body=b"x"))
        await there.taken((await come(there))[0])
    told = await come(here, 2)
    assert len({t.reference for t in told}) == 1
    await here.taken(told[0])
    assert not await here.fetch(10)


async def test_what_is_never_taken_is_dead_after_ten_reads(bus: Bus, here: Amqp, link: Link) -> None:
    """A process that dies on it each time: the bus lays it aside, whole, for an operator."""
    sent = parcel()
    await here.send(sent)
    reads = 0
    for _ in range(3 * DELIVERIES_MAX):
        reader = bus.link()
        await reader.look([QUEUE], 1)
        reads += len(reader.held)
        await reader.close()
        if reads > DELIVERIES_MAX:
            break
    dead = await wire_of(link, DEAD)
    assert dead.id == sent.id and dead.body
    assert reads == DELIVERIES_MAX + 1, "ten times given again"


async def test_one_without_certificate_or_queue_gets_nothing(bus: Bus, here: Amqp) -> None:
    with pytest.raises(Undeliverable) as told:
        await here.send(parcel(receiver=str(GP)))
    assert str(GP) in str(told.value)
    bus.nhn.parties.put(
        replace(bus.nhn.parties.known[GP], queue_host="sb.test.nhn.no/DD"), bus.nhn.clock.now()
    )
    await bus.books[SENDER].refresh()
    await bus.books[SENDER].refresh()
    end = await bus.end(SENDER)
    with pytest.raises(Undeliverable) as told:
        await end.send(parcel(receiver=str(GP)))
    assert "certificate" in str(told.value)


async def test_too_large_never_leaves(here: Amqp) -> None:
    with pytest.raises(Undeliverable) as told:
        await here.send(parcel(document=b"<a>" + b"x" * 35_000_000 + b"</a>"))
    assert "35 MB" in str(told.value)


async def test_no_secret_stands_in_what_is_told() -> None:
    pytest.importorskip("proton", reason="Qpid Proton is not installed: make amqp")
    link = Link(Address("amqp://127.0.0.1:9", "akson", "hemmelig"))
    assert "hemmelig" not in repr(link) + repr(Address("amqp://127.0.0.1:9", "akson", "hemmelig"))
    with pytest.raises(Unreachable) as told:
        await link.look(["a"], 1)
    assert "hemmelig" not in str(told.value) and "127.0.0.1:9" in str(told.value)
    await link.close()


ADDRESSES = (
    "amqp://sb.nhn.no:5672",
    "amqp://localhost:5672",
    "amqps://a:b@sb.nhn.no",
    "http://127.0.0.1",
    "",
)


@pytest.mark.parametrize("url", ADDRESSES)
def test_no_address_without_tls_but_this_machines_own(url: str) -> None:
    with pytest.raises(ValueError):
        Address(url)
    assert Address("amqps://sb.nhn.no:5671").host == "sb.nhn.no:5671"


CONDITIONS = {
    "AKS-SEAL-102": "transport:invalid-signature",
    "AKS-SEAL-210": "transport:invalid-certificate",
    "AKS-SEAL-211": "transport:expired-certificate",
    "AKS-SEAL-301": "transport:revoked-certificate",
    "AKS-SEAL-401": "transport:decryption-failed",
    "AKS-XML-001": "transport:internal-error",
}


@pytest.mark.parametrize("problem", CONDITIONS)
def test_what_a_broken_seal_is_called(problem: str) -> None:
    assert amqp_message.condition_of(problem) == CONDITIONS[problem]


def test_what_the_other_side_says_is_cut_and_printable() -> None:
    told = amqp_message.told_error({"errorCondition": "a\x00b\n", "errorDescription": "x" * 1000})
    assert told.startswith("ab: x") and len(told) == amqp_message.TEXT_CHARACTERS_MAX
