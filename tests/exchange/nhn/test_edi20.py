"""EDI 2.0 beyond what every transport does: what the server refuses, what goes wrong between, what stands after it."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from akson.exchange.envelope import apprec
from akson.exchange.envelope.msghead import read_envelope
from akson.exchange.transport.contract import Arrival, Kind, Parcel, Undeliverable, Unreachable
from akson.exchange.transport.edi20 import DOCUMENT_BYTES_MAX, Edi20
from akson.fhir import markup
from akson_lab.faults import Fault
from akson_lab.nhn.house import Nhn
from tests.exchange.nhn.house import GP, HOSPITAL, MSH, NOBODY, NURSES, House, house, running
from tests.exchange.samples import admission

SENDER = 990202


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
async def nhn() -> AsyncIterator[Nhn]:
    async with running(seed=5) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def hospital(nhn: Nhn) -> AsyncIterator[House]:
    made = house(nhn, "havnes", {SENDER, HOSPITAL})
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def municipality(nhn: Nhn) -> AsyncIterator[House]:
    made = house(nhn, "storvik", {NURSES})
    yield made
    await made.close()


@pytest.fixture
def here(hospital: House, tmp_path: Path) -> Edi20:
    return hospital.edi20([SENDER], tmp_path / "here")


@pytest_asyncio.fixture(loop_scope="session")
async def there(municipality: House, tmp_path: Path) -> Edi20:
    made = municipality.edi20([NURSES], tmp_path / "there")
    await made.fetch(1)
    return made


async def take(end: Edi20) -> list[Arrival]:
    found = list(await end.fetch(100))
    for arrival in found:
        await end.taken(arrival)
    return found


async def test_it_asks_as_the_api_demands(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    (kept,) = nhn.messages.kept.values()
    assert (kept.sender, list(kept.deliveries), kept.type) == (SENDER, [NURSES], "LOG_INNLAGT")
    assert kept.source == "Akson, v0.1.0"
    assert nhn.helseid.given == 1, "one token for all that is asked"


async def test_the_issuers_and_the_apis_nonce_are_carried(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    nhn.helseid.renew_nonce()
    await here.send(parcel())
    assert len(nhn.messages.kept) == 2


async def test_a_token_that_is_not_taken_any_more_is_replaced(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    nhn.helseid.revoke_key()
    await here.send(parcel())
    assert nhn.helseid.given == 2


async def test_an_unknown_client_waits_and_is_told_why(nhn: Nhn, here: Edi20) -> None:
    del nhn.helseid.clients["havnes"]
    with pytest.raises(Unreachable) as told:
        await here.send(parcel())
    assert "AKS-LOGIN-003" in str(told.value)


async def test_a_key_that_is_not_registered_gets_no_token(nhn: Nhn, tmp_path: Path) -> None:
    impostor = house(nhn, "havnes", {SENDER})
    house(nhn, "havnes", {SENDER})
    with pytest.raises(Unreachable):
        await impostor.edi20([SENDER], tmp_path / "x").send(parcel())
    assert nhn.helseid.given == 0
    await impostor.close()


async def test_a_scope_that_is_not_ours_gives_no_token(nhn: Nhn, hospital: House) -> None:
    tokens = hospital.tokens("nhn:else/api")
    with pytest.raises(Exception) as told:
        await tokens.headers("GET", "http://127.0.0.1/x")
    assert "AKS-LOGIN-003" in str(told.value)


async def test_a_message_of_another_sender_is_refused(nhn: Nhn, here: Edi20) -> None:
    """The document says 990202: the server holds it against the sender that is named."""
    with pytest.raises(Undeliverable) as told:
        await here.send(parcel(sender=str(HOSPITAL)))
    assert "990201" in str(told.value)
    assert not nhn.messages.kept


async def test_a_her_id_that_is_not_ours_is_refused(nhn: Nhn, here: Edi20) -> None:
    with pytest.raises(Undeliverable) as told:
        await here.send(parcel(sender=str(GP)))
    assert "8150001" in str(told.value) and "1202" in str(told.value)
    assert not nhn.messages.kept


@pytest.mark.parametrize("receiver", [NOBODY, 990001], ids=["nobody", "an organisation"])
async def test_who_cannot_receive_is_refused(here: Edi20, receiver: int) -> None:
    with pytest.raises(Undeliverable):
        await here.send(parcel(receiver=str(receiver)))


async def test_too_large_never_leaves(nhn: Nhn, here: Edi20) -> None:
    with pytest.raises(Undeliverable) as told:
        await here.send(parcel(document=b"<a>" + b"x" * DOCUMENT_BYTES_MAX + b"</a>"))
    assert "35 MB" in str(told.value)
    assert nhn.helseid.given == 0, "nothing was asked"


async def test_one_who_has_locked_our_her_id_makes_us_wait(nhn: Nhn, here: Edi20, tmp_path: Path) -> None:
    other = house(nhn, "other", {SENDER})
    await other.edi20([SENDER], tmp_path / "other").fetch(1)
    for asked in (here.send(parcel()), here.fetch(1)):
        with pytest.raises(Unreachable) as told:
            await asked
        assert "locked" in str(told.value) and "1210" in str(told.value)
    nhn.message_server.holders.clear()
    await here.send(parcel())
    await other.close()


async def test_locked_between_two_parcels(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    nhn.message_server.holders[SENDER] = ("other", True)
    with pytest.raises(Unreachable) as told:
        await here.send(parcel())
    assert "locked" in str(told.value)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("error", times=1, only="POST /messages"),
        Fault("cut-before", times=1, only="POST /messages"),
        Fault("error", times=1, only="PUT /mshconfigurations"),
    ],
    ids=lambda f: f"{f.kind} {f.only}",
)
async def test_what_failed_on_the_way_is_sent_once_by_trying_again(
    nhn: Nhn, here: Edi20, fault: Fault
) -> None:
    nhn.faults.add(fault)
    sent = parcel()
    with pytest.raises(Unreachable):
        await here.send(sent)
    await here.send(sent)
    assert len(nhn.messages.kept) == 1


async def test_busy_is_left_alone_for_as_long_as_it_says(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    nhn.faults.add(Fault("busy", times=1, only="POST /messages", seconds=30))
    with pytest.raises(Unreachable):
        await here.send(parcel())
    with pytest.raises(Unreachable) as told:
        await here.send(parcel())
    assert "wait" in str(told.value)
    assert nhn.faults.struck == {"busy": 1} and len(nhn.messages.kept) == 1


async def test_an_answer_that_was_lost_makes_two_messages_that_the_receiver_knows_as_one(
    nhn: Nhn, here: Edi20, there: Edi20
) -> None:
    """The API has no key for it: both carry the same MsgId, to the byte."""
    nhn.faults.add(Fault("cut-after", times=1, only="POST /messages"))
    sent = parcel()
    with pytest.raises(Unreachable):
        await here.send(sent)
    await here.send(sent)
    assert {hashlib.sha256(a.document).hexdigest() for a in await take(there)} == {
        hashlib.sha256(sent.document).hexdigest()
    }


async def test_a_receipt_whose_answer_was_lost_is_given_once(
    nhn: Nhn, here: Edi20, there: Edi20, receipt: bytes
) -> None:
    await here.send(parcel())
    (message,) = await take(there)
    nhn.faults.add(Fault("cut-after", times=1, only="/apprec"))
    answer = _answer(message, receipt)
    with pytest.raises(Unreachable):
        await there.send(answer)
    first = await there.send(answer)
    assert await there.send(answer) == first
    found = [a for a in await here.fetch(100) if a.kind is Kind.MESSAGE]
    assert len(found) == 1
    assert next(iter(nhn.messages.kept.values())).deliveries[NURSES].status == "1"


async def test_another_receipt_to_the_same_message_is_refused(
    here: Edi20, there: Edi20, receipt: bytes
) -> None:
    await here.send(parcel())
    (message,) = await take(there)
    await there.send(_answer(message, receipt))
    other = receipt.replace(b'V="1"', b'V="2"').replace(b'DN="OK"', b'DN="Avvist"')
    with pytest.raises(Undeliverable):
        await there.send(_answer(message, other))


async def test_duplicates_of_a_notification_are_one(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    nhn.faults.add(Fault("duplicate"))
    await here.send(parcel())
    assert len({a.reference for a in await take(there)}) == 1
    assert not await there.fetch(10)


async def test_a_delayed_message_is_not_read_past(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    nhn.faults.add(Fault("delay", times=1, seconds=3600))
    await here.send(parcel(document=admission(1)))
    await here.send(parcel(document=admission(2)))
    assert [a.document for a in await take(there)] == [admission(2)]
    nhn.clock.leap(timedelta(hours=2))
    assert [a.document for a in await take(there)] == [admission(1)]


async def test_a_corrupt_document_comes_as_it_is(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    """Whether it can be read is the inbox's to say."""
    nhn.faults.add(Fault("corruption"))
    await here.send(parcel())
    (arrival,) = await take(there)
    assert arrival.kind is Kind.MESSAGE and arrival.document != admission()


async def test_a_document_that_is_gone_is_told_and_keeps_nobody_waiting(
    nhn: Nhn, here: Edi20, there: Edi20
) -> None:
    await here.send(parcel())
    await here.send(parcel(document=admission(2)))
    first = next(iter(nhn.messages.kept))
    del nhn.messages.kept[first]
    gone, whole = await there.fetch(10)
    assert (gone.problem, gone.document) == ("T01", b"") and "dokumentet" in gone.note
    assert whole.document == admission(2)
    await there.taken(gone)
    await there.taken(whole)
    assert not await there.fetch(10)


async def test_lost_is_never_confirmed(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    nhn.faults.add(Fault("loss"))
    sent = parcel()
    await here.send(sent)
    assert not await there.fetch(10) and not await here.fetch(10)
    assert not (await here.send(sent)).confirmed


async def test_a_mark_that_got_no_answer_is_made_at_the_next_look(
    nhn: Nhn, here: Edi20, there: Edi20
) -> None:
    await here.send(parcel())
    nhn.faults.add(Fault("error", times=1, only="PUT /messages"))
    (arrival,) = await there.fetch(10)
    await there.taken(arrival)
    (kept,) = nhn.messages.kept.values()
    assert not kept.deliveries[NURSES].read
    await there.fetch(10)
    assert kept.deliveries[NURSES].read


async def test_a_rejection_by_the_receivers_transport_comes_as_a_refusal(nhn: Nhn, here: Edi20) -> None:
    handed = await here.send(parcel())
    (kept,) = nhn.messages.kept.values()
    nhn.messages.settle(kept, NURSES, "Rejected")
    (arrival,) = await here.fetch(10)
    assert (arrival.kind, arrival.refers_to) == (Kind.REFUSED, handed.reference)


async def test_messages_that_were_refused_before_they_reached_us_are_told(nhn: Nhn, there: Edi20) -> None:
    nhn.messages.tell("4c6ae0a4-0001-4000-8000-000000000001", "RefusedMessage", NURSES, SENDER, "EPIKRISE")
    (arrival,) = await take(there)
    assert (arrival.kind, arrival.sender, arrival.refers_to) == (Kind.REFUSED, str(SENDER), "")


async def test_hundreds_of_old_notifications_are_passed_over(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    await here.send(parcel())
    (kept,) = nhn.messages.kept.values()
    for _ in range(450):
        nhn.messages.tell(kept.id, "SomethingNew", NURSES, SENDER, "")
    assert len(await take(there)) == 1
    await here.send(parcel(document=admission(2)))
    assert [a.document for a in await there.fetch(10)] == [admission(2)]


async def test_everything_arrives_through_a_bad_day(nhn: Nhn, here: Edi20, there: Edi20) -> None:
    """Every third request fails in some way, until it is through: each message comes, and is confirmed."""
    for kind in ("error", "cut-before", "cut-after"):
        nhn.faults.add(Fault(kind, chance=0.12))
    nhn.faults.add(Fault("duplicate", chance=0.3))
    sent = [parcel(document=admission(n)) for n in range(1, 16)]
    came: set[bytes] = set()
    waiting = list(sent)
    for _ in range(200):
        for each in list(waiting):
            try:
                await here.send(each)
                waiting.remove(each)
            except Unreachable:
                pass
        try:
            came.update(a.document for a in await take(there))
        except Unreachable:
            continue
        if not waiting and len(came) == len(sent):
            break
    assert came == {p.document for p in sent}


async def test_the_lab_shows_its_side_and_takes_faults_by_hand(nhn: Nhn, here: Edi20) -> None:
    await here.send(parcel())
    async with aiohttp.ClientSession(nhn.message_server_address) as hand:
        shown = await (await hand.get("/lab")).text()
        assert "Bakken" not in shown and "990002" in shown
        assert (await hand.post("/lab/faults", json={"kind": "loss", "chance": 0.5})).status == 200
        assert (await hand.post("/lab/faults", json={"kind": "rain"})).status == 400
        assert len(nhn.faults.standing) == 1
        await hand.delete("/lab/faults")
        assert not nhn.faults.standing


async def test_nobody_enters_the_api_without_token_and_proof(nhn: Nhn, hospital: House) -> None:
    tokens = hospital.tokens(MSH)
    url = f"{nhn.message_server_address}/notifications"
    proven = await tokens.headers("GET", url, nonce=nhn.helseid.nonce)
    other = await tokens.headers("GET", f"{nhn.message_server_address}/messages", nonce=nhn.helseid.nonce)
    async with aiohttp.ClientSession() as hand:
        for headers in ({}, {"Authorization": proven["Authorization"]}, {**proven, "DPoP": other["DPoP"]}):
            assert (await hand.get(url, headers={"api-version": "3", **headers})).status == 401
        assert (await hand.get(url, headers={"api-version": "2", **proven})).status == 400
        assert (await hand.get(url, headers={"api-version": "3", **proven})).status == 401, "used before"


def _answer(message: Arrival, document: bytes) -> Parcel:
    return parcel(
        type="APPREC",
        answers="LOG_INNLAGT",
        sender=message.receiver,
        receiver=message.sender,
        refers_to=message.reference,
        document=document,
    )


@pytest.fixture
def receipt() -> bytes:
    envelope = read_envelope(markup.read(admission()))
    return apprec.build(
        envelope,
        envelope.receivers[0],
        [],
        id=str(uuid.uuid4()),
        made="2026-11-27T03:00:00+01:00",
        version="0",
        received="",
    )
