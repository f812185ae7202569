"""What is asked of every transport, whatever it is made of: subclass `TransportContract`, give a fixture `pair`.

    class TestLoopback(TransportContract):
        @pytest_asyncio.fixture(loop_scope="session")
        async def pair(self) -> AsyncIterator[Pair]: ...

A pair is two ends of the same way, HERE and THERE, with the hands of a saboteur on what lies between. A question that
does not apply to a transport (`acknowledges`, `names_parties`, `knows_receivers`) is skipped by name, never silently.
"""

import asyncio
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

import pytest

from akson.exchange.transport.contract import (
    Arrival,
    Kind,
    Parcel,
    Transport,
    Undeliverable,
    Unreachable,
)
from tests.exchange.samples import admission

PATIENCE_S = 60.0
"""A real server with two shared cores: never a measure, only an end."""
LOOKS = 3
"""So many empty looks in a row mean that nothing comes."""
LARGE_BYTES = 3 * 1024 * 1024


class Pair(ABC):
    """Two ends, and what may happen between them."""

    here: Transport
    there: Transport
    here_her: str
    there_her: str
    acknowledges: bool
    """The receiver's transport answers once `taken` was called there; the answer comes to the sender's `fetch`."""
    names_parties: bool
    """The envelope says who sends and who receives."""
    knows_receivers: bool
    """It can tell that a receiver does not exist."""

    @abstractmethod
    async def reopen(self) -> None:
        """Both programs are killed and started again: new objects, nothing remembered but what was durable."""

    @abstractmethod
    async def cut(self) -> None:
        """Nothing gets through until `mend`."""

    @abstractmethod
    async def mend(self) -> None: ...

    async def lose_answers(self) -> None:
        """What THERE has answered is lost on its way. Called where `acknowledges`."""
        raise AssertionError("a pair that acknowledges loses answers")

    async def settle(self) -> None:
        """Waits until what was sent lies where `fetch` looks; a moment for those that need one."""
        await asyncio.sleep(0)


def parcel(pair: Pair, number: int = 1, **more: object) -> Parcel:
    """A real admission message from HERE to THERE, another one for each number."""
    made = Parcel(
        id=str(uuid.uuid4()),
        type="LOG_INNLAGT",
        msg_id=str(uuid.uuid4()),
        conversation=str(uuid.uuid4()),
        sender=pair.here_her,
        receiver=pair.there_her,
        document=admission(number),
    )
    return replace(made, **more)  # type: ignore[arg-type]


async def comes(pair: Pair, end: Transport, count: int = 1, *, limit: int = 100) -> Sequence[Arrival]:
    """At least `count` arrivals, without taking them."""
    until = time.monotonic() + PATIENCE_S
    found: Sequence[Arrival] = ()
    while time.monotonic() < until:
        await pair.settle()
        found = await end.fetch(limit)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(found)} of {count} came")


async def nothing_comes(pair: Pair, end: Transport) -> None:
    for _ in range(LOOKS):
        await pair.settle()
        assert not [(a.kind, a.note) for a in await end.fetch(100)]
        await asyncio.sleep(0.02)


async def take_all(pair: Pair, end: Transport, count: int = 1) -> list[Arrival]:
    found = list(await comes(pair, end, count))
    for arrival in found:
        await end.taken(arrival)
    return found


class TransportContract:
    """The questions. Each builds on nothing but its own pair."""

    async def test_what_is_sent_arrives_whole(self, pair: Pair) -> None:
        sent = parcel(pair)
        handed = await pair.here.send(sent)
        (arrival,) = await comes(pair, pair.there)
        assert handed.reference and arrival.reference
        assert arrival.kind is Kind.MESSAGE and not arrival.problem, arrival.note
        assert arrival.document == sent.document, "to the byte"
        assert arrival.original

    async def test_the_envelope_says_who(self, pair: Pair) -> None:
        if not pair.names_parties:
            pytest.skip(f"{pair.here.name} has no envelope")
        await pair.here.send(parcel(pair))
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.sender, arrival.receiver) == (pair.here_her, pair.there_her)

    async def test_it_goes_both_ways_and_an_answer_finds_its_question(self, pair: Pair) -> None:
        sent = parcel(pair)
        handed = await pair.here.send(sent)
        await take_all(pair, pair.there)
        receipt = replace(
            parcel(pair),
            type="APPREC",
            answers=sent.type,
            sender=pair.there_her,
            receiver=pair.here_her,
            conversation=sent.conversation,
            refers_to=handed.reference,
            document=b"<AppRec>\xc3\xa6\xc3\xb8\xc3\xa5</AppRec>",
        )
        await pair.there.send(receipt)
        found = await take_all(pair, pair.here, 2 if pair.acknowledges else 1)
        (message,) = (a for a in found if a.kind is Kind.MESSAGE)
        assert message.document == receipt.document
        if pair.names_parties:
            assert message.refers_to == handed.reference

    async def test_bytes_of_any_kind_are_left_as_they_are(self, pair: Pair) -> None:
        latin = '<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<a>æøå\n\r\n.\r\n.. From \n</a>\n'.encode(
            "latin-1"
        )
        await pair.here.send(parcel(pair, document=latin))
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == latin

    async def test_a_large_one_arrives(self, pair: Pair) -> None:
        document = b"<a>" + b"x" * LARGE_BYTES + b"</a>"
        await pair.here.send(parcel(pair, document=document))
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == document

    async def test_looking_forgets_nothing(self, pair: Pair) -> None:
        await pair.here.send(parcel(pair))
        first = await comes(pair, pair.there)
        again = await comes(pair, pair.there)
        assert [a.reference for a in first] == [a.reference for a in again]

    async def test_what_is_taken_is_gone_and_taking_twice_is_harmless(self, pair: Pair) -> None:
        await pair.here.send(parcel(pair))
        (arrival,) = await take_all(pair, pair.there)
        await pair.there.taken(arrival)
        await nothing_comes(pair, pair.there)

    async def test_what_was_not_taken_comes_again_after_a_kill(self, pair: Pair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        (before,) = await comes(pair, pair.there)
        await pair.reopen()
        (after,) = await comes(pair, pair.there)
        assert after.reference == before.reference and after.document == sent.document
        await pair.there.taken(after)
        await pair.reopen()
        await nothing_comes(pair, pair.there)

    async def test_a_kill_after_the_store_and_before_taken_changes_nothing(self, pair: Pair) -> None:
        """The inbox stored it, its process died: a later process takes what an earlier one fetched."""
        await pair.here.send(parcel(pair))
        (arrival,) = await comes(pair, pair.there)
        await pair.reopen()
        await comes(pair, pair.there)
        await pair.there.taken(arrival)
        await nothing_comes(pair, pair.there)

    async def test_the_same_parcel_again_is_known(self, pair: Pair) -> None:
        """Sent again before anybody looked: one, or several that say that they are the same."""
        sent = parcel(pair)
        references = {(await pair.here.send(sent)).reference for _ in range(3)}
        assert len(references) == 1, "the id of a parcel is the same at every retry"
        found = await comes(pair, pair.there)
        assert len({a.reference for a in found}) == 1
        for arrival in found:
            await pair.there.taken(arrival)
        await nothing_comes(pair, pair.there)

    async def test_the_same_parcel_after_it_was_taken_brings_nothing_new(self, pair: Pair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        (first,) = await take_all(pair, pair.there)
        await pair.reopen()
        await pair.here.send(sent)
        await pair.settle()
        for _ in range(LOOKS):
            again = [a for a in await pair.there.fetch(100) if a.kind is Kind.MESSAGE]
            assert all(a.reference == first.reference for a in again), "the inbox must know it"
            await pair.settle()

    async def test_two_parcels_with_the_same_document_are_two(self, pair: Pair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await pair.here.send(replace(sent, id=str(uuid.uuid4())))
        found = await comes(pair, pair.there, 2)
        assert len({a.reference for a in found}) == 2

    async def test_the_oldest_comes_first_and_no_more_than_asked_for(self, pair: Pair) -> None:
        sent = [parcel(pair, number) for number in range(1, 6)]
        for each in sent:
            await pair.here.send(each)
            await pair.settle()
        found = await comes(pair, pair.there, len(sent))
        assert [a.document for a in found] == [p.document for p in sent]
        assert [a.document for a in await pair.there.fetch(2)] == [p.document for p in sent[:2]]

    async def test_one_that_is_not_taken_does_not_stand_in_the_way(self, pair: Pair) -> None:
        first, second = parcel(pair, 1), parcel(pair, 2)
        await pair.here.send(first)
        await pair.settle()
        await pair.here.send(second)
        found = await comes(pair, pair.there, 2)
        await pair.there.taken(found[1])
        (left,) = await comes(pair, pair.there)
        assert left.document == first.document

    async def test_when_the_way_is_cut_the_sender_is_told_and_may_try_again(self, pair: Pair) -> None:
        sent = parcel(pair)
        await pair.cut()
        with pytest.raises(Unreachable) as told:
            await pair.here.send(sent)
        assert "Astrid" not in str(told.value) and "<" not in str(told.value)
        await pair.mend()
        await pair.here.send(sent)
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == sent.document

    async def test_what_waits_outlives_a_cut(self, pair: Pair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await comes(pair, pair.there)
        await pair.cut()
        with pytest.raises(Unreachable):
            await pair.there.fetch(10)
        await pair.mend()
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == sent.document

    async def test_nobody_is_told_apart_from_not_now(self, pair: Pair) -> None:
        if not pair.knows_receivers:
            pytest.skip(f"{pair.here.name} does not know who there is")
        with pytest.raises(Undeliverable) as told:
            await pair.here.send(parcel(pair, receiver="9999999"))
        assert "9999999" in str(told.value), "what must be mended"
        await nothing_comes(pair, pair.there)

    async def test_the_acknowledgement_comes_after_taken_not_before(self, pair: Pair) -> None:
        if not pair.acknowledges:
            pytest.skip(f"{pair.here.name} has no acknowledgement")
        handed = await pair.here.send(parcel(pair))
        assert not handed.confirmed
        (arrival,) = await comes(pair, pair.there)
        await nothing_comes(pair, pair.here)
        await pair.there.taken(arrival)
        (answer,) = await comes(pair, pair.here)
        assert (answer.kind, answer.refers_to) == (Kind.ACKNOWLEDGED, handed.reference)
        assert answer.original
        await pair.here.taken(answer)
        await nothing_comes(pair, pair.here)
        await nothing_comes(pair, pair.there)

    async def test_a_lost_acknowledgement_is_had_by_sending_again(self, pair: Pair) -> None:
        if not pair.acknowledges:
            pytest.skip(f"{pair.here.name} has no acknowledgement")
        sent = parcel(pair)
        handed = await pair.here.send(sent)
        await take_all(pair, pair.there)
        await pair.lose_answers()
        await nothing_comes(pair, pair.here)
        await pair.here.send(sent)
        await nothing_comes(pair, pair.there)
        answer = (await comes(pair, pair.here))[0]
        assert (answer.kind, answer.refers_to) == (Kind.ACKNOWLEDGED, handed.reference)

    async def test_closing_twice_is_harmless(self, pair: Pair) -> None:
        await pair.here.send(parcel(pair))
        await pair.here.close()
        await pair.here.close()
        await pair.reopen()
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document
