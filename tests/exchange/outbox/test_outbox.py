"""The life of a message on its way, over both memories: what the simulation and what a node run on are held alike."""

import asyncio
from datetime import timedelta

import pytest

from akson.exchange.outbox import states
from akson.exchange.outbox.outbox import LEASE_S
from akson.exchange.transport.contract import Handed, Undeliverable, Unreachable
from akson.fhir.problem import Problem
from akson.store.outbox_rows import Because
from tests.exchange.outbox.conftest import Office, letter

BECAUSE = Because("Communication", "c1")


async def test_a_draft_waits_for_its_commit(office: Office) -> None:
    [id] = await office.outbox.prepare([letter()], BECAUSE)
    await office.outbox.work()
    assert await office.state(id) == "draft" and not office.carrier.carried
    await office.commit("Communication", "c2")
    await office.outbox.work()
    assert await office.state(id) == "draft"
    await office.commit("Communication", "c1")
    await office.outbox.work()
    assert await office.state(id) == "sent" and len(office.carrier.carried) == 1
    assert await office.story(id) == ["draft", "queued", "sent"]


async def test_a_draft_whose_commit_never_came_is_dropped_and_never_sent(office: Office) -> None:
    [id] = await office.outbox.prepare([letter()], BECAUSE)
    office.clock.advance(timedelta(days=1, minutes=1))
    await office.outbox.work()
    assert await office.state(id) == "dropped"
    await office.outbox.work()
    assert not office.carrier.carried and not office.desk.open


async def test_the_same_letter_twice_is_one_row_and_other_bytes_are_refused(office: Office) -> None:
    first = await office.outbox.queue(letter())
    assert await office.outbox.queue(letter()) == first
    with pytest.raises(Problem) as refused:
        await office.outbox.queue(letter(document=b"<other/>"))
    assert refused.value.id == "AKS-STORE-063"


async def test_each_receiver_has_a_row_and_a_receipt_of_its_own(office: Office) -> None:
    copied = letter(1, "990202", "990302", "990402")
    ids = await office.outbox.queue(copied)
    assert [(await office.row(id)).copy for id in ids] == [False, True, True]
    await office.outbox.work()
    assert await office.answer(copied, "990302") == "first"
    assert await office.answer(copied, "990402", "2", codes=("E21",)) == "first"
    assert [await office.state(id) for id in ids] == ["sent", "done", "negative"]
    await office.outbox.work()
    assert office.desk.open == {ids[2]: "negative"}


async def test_done_is_said_by_the_receipt_alone(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    assert await office.outbox.acknowledged(office.carrier.carried[0].id)
    assert await office.state(id) == "transport_ok"
    assert await office.answer(letter(), "990202") == "first"
    assert await office.story(id) == ["draft", "queued", "sent", "transport_ok", "done"]
    assert not await office.outbox.acknowledged("no-such-parcel")


async def test_retries_come_later_and_later_with_the_same_id_and_bytes_until_somebody_owns_it(
    office: Office,
) -> None:
    office.carrier.says = lambda parcel: Unreachable("nobody there")
    [id] = await office.outbox.queue(letter())
    waits = []
    for _ in range(12):
        await office.outbox.work()
        row = await office.row(id)
        if row.sending.next_try is None:
            break
        waits.append((row.sending.next_try - office.clock.now()).total_seconds() / 60)
        office.clock.advance(row.sending.next_try - office.clock.now())
    assert len({(p.id, p.document, p.msg_id) for p in office.carrier.carried}) == 1
    assert len(office.carrier.carried) == 7
    for wait, minutes in zip(waits, (1, 5, 15, 60, 180, 360), strict=True):
        assert 0.8 * minutes <= wait <= 1.2 * minutes
    assert await office.state(id) == "failed" and office.desk.open == {id: "failed"}


async def test_what_is_not_acknowledged_is_sent_again_as_it_was_and_what_is_not_again(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    office.clock.advance(timedelta(minutes=2))
    await office.outbox.work()
    assert len({p.id for p in office.carrier.carried}) == 1 and len(office.carrier.carried) == 2
    await office.outbox.acknowledged(office.carrier.carried[0].id)
    office.clock.advance(timedelta(hours=8))
    await office.outbox.work()
    assert len(office.carrier.carried) == 2 and await office.state(id) == "transport_ok"


async def test_what_cannot_be_delivered_is_owned_at_once(office: Office) -> None:
    office.carrier.says = lambda parcel: Undeliverable("no certificate")
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    assert await office.state(id) == "failed" and office.desk.open == {id: "failed"}


async def test_no_receipt_in_time_is_overdue_and_owned_and_a_late_one_ends_it(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    office.clock.advance(timedelta(hours=23, minutes=59))
    await office.outbox.work()
    assert await office.state(id) == "sent"
    office.clock.advance(timedelta(minutes=2))
    await office.outbox.work()
    assert await office.state(id) == "overdue" and office.desk.open == {id: "overdue"}
    assert await office.answer(letter(), "990202") == "first"
    await office.outbox.work()
    assert await office.state(id) == "done" and not office.desk.open


async def test_an_answer_that_must_come_straight_away_is_overdue_in_a_quarter_and_still_tried(
    office: Office,
) -> None:
    office.carrier.says = lambda parcel: Unreachable("nobody there")
    [id] = await office.outbox.queue(letter(purpose="ready-for-discharge-answer"))
    for _ in range(9):
        await office.outbox.work()
        office.clock.advance(timedelta(minutes=2))
    assert await office.state(id) == "overdue" and office.desk.open == {id: "overdue"}
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    office.clock.advance(timedelta(hours=2))
    await office.outbox.work()
    assert await office.state(id) == "overdue"
    assert (await office.row(id)).sending.handed_at is not None


async def test_a_second_receipt_that_says_otherwise_is_an_alarm_and_changes_nothing(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    assert await office.answer(letter(), "990202", "1", n=1) == "first"
    assert await office.answer(letter(), "990202", "1", n=1) == "again"
    assert await office.answer(letter(), "990202", "2", n=2, codes=("E36",)) == "alarm"
    assert await office.answer(letter(), "990202", "2", n=2, codes=("E36",)) in ("alarm", "again")
    assert await office.state(id) == "done"
    await office.outbox.work()
    assert [r.verdict for r in await office.store.receipts(id)] == ["first", "alarm"]
    assert len(office.desk.receipts) == 1


async def test_a_receipt_for_what_was_never_sent_is_an_item_once(office: Office) -> None:
    for _ in range(2):
        assert await office.answer(letter(7), "990202") == "stray"
    await office.outbox.queue(letter())
    assert await office.answer(letter(), "990999", n=2) == "stray"
    await office.outbox.work()
    await office.outbox.work()
    assert len(office.desk.receipts) == 1 + 1


async def test_a_receipt_may_come_before_the_sender_knows_that_he_sent(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    assert await office.answer(letter(), "990202") == "first"
    await office.outbox.work()
    assert await office.state(id) == "done" and not office.carrier.carried


async def test_a_later_message_of_a_conversation_does_not_overtake(office: Office) -> None:
    office.carrier.says = lambda parcel: Unreachable("nobody there")
    [first] = await office.outbox.queue(letter(1, conversation="c"))
    [second] = await office.outbox.queue(letter(2, conversation="c"))
    [other] = await office.outbox.queue(letter(3, conversation="d"))
    await office.outbox.work()
    assert [p.msg_id[-1] for p in office.carrier.carried] == ["1", "3"]
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    office.clock.advance(timedelta(minutes=2))
    await office.outbox.work()
    await office.outbox.work()
    assert [p.msg_id[-1] for p in office.carrier.carried] == ["1", "3", "1", "3", "2"]
    assert {await office.state(id) for id in (first, second, other)} == {"transport_ok"}


async def test_a_failed_message_holds_back_the_later_until_a_person_is_done_with_it(office: Office) -> None:
    office.carrier.says = lambda parcel: Undeliverable("unknown receiver")
    [first] = await office.outbox.queue(letter(1, conversation="c"))
    [second] = await office.outbox.queue(letter(2, conversation="c"))
    # A refusal at once was never a handing-over.
    await office.outbox.work()
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    await office.outbox.work()
    assert await office.state(second) == "queued"
    await office.outbox.close(first, by="Mats", note="rang")
    await office.outbox.work()
    assert await office.state(second) == "transport_ok" and not office.desk.open


async def test_a_worker_whose_lease_ran_out_cannot_write(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    [slow] = await office.store.lease(1, seconds=LEASE_S)
    assert await office.store.lease(1, seconds=LEASE_S) == []
    office.clock.advance(timedelta(seconds=LEASE_S + 1))
    [quick] = await office.store.lease(1, seconds=LEASE_S)
    assert (quick.row.sending.parcel, quick.document) == (slow.row.sending.parcel, slow.document)
    failed = states.Undeliverable(office.clock.now(), slow.row.sending.parcel, "late")
    assert await office.store.change(id, lambda r: states.transition(r, failed), fence=slow.row.fence) is None
    assert await office.state(id) == "queued"
    handed = states.Handed(office.clock.now(), quick.row.sending.parcel, "ebxml", "r", True, True, 0.5)
    assert await office.store.change(id, lambda r: states.transition(r, handed), fence=quick.row.fence)
    assert await office.state(id) == "transport_ok"


async def test_a_person_resends_under_the_ids_that_the_case_calls_for(office: Office) -> None:
    office.carrier.says = lambda parcel: Unreachable("nobody there")
    [never_out] = await office.outbox.queue(letter(1))
    for _ in range(8):
        await office.outbox.work()
        office.clock.advance(timedelta(hours=8))
    [refused, silent, negative] = [(await office.outbox.queue(letter(n)))[0] for n in (2, 3, 4)]
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    await office.outbox.work()
    await office.outbox.refused((await office.row(refused)).sending.parcel, "expired")
    await office.answer(letter(4), "990202", "2", codes=("E36",))
    office.clock.advance(timedelta(days=2))
    await office.outbox.work()
    assert [await office.state(id) for id in (never_out, refused, silent, negative)] == [
        "failed",
        "failed",
        "overdue",
        "negative",
    ]
    before = {id: (await office.row(id)).sending.parcel for id in (never_out, refused, silent)}
    after = {id: (await office.outbox.resend(id, by="Mats")).sending.parcel for id in before}
    assert after[never_out] == before[never_out]
    assert after[refused] != before[refused] and after[silent] != before[silent]
    with pytest.raises(Problem) as told:
        await office.outbox.resend(negative, by="Mats")
    assert told.value.id == "AKS-EXCHANGE-020"
    [corrected] = await office.outbox.correct(negative, letter(5), by="Mats")
    assert (await office.row(corrected)).replaces == negative
    await office.outbox.work()
    assert not office.desk.open
    with pytest.raises(Problem):
        await office.outbox.resend(negative, by="Mats")


async def test_what_the_receiver_lost_goes_again_with_the_same_message_id(office: Office) -> None:
    [id] = await office.outbox.queue(letter())
    await office.outbox.work()
    await office.answer(letter(), "990202", n=1)
    await office.outbox.lost_there(id)
    await office.outbox.work()
    first, again = office.carrier.carried
    assert first.msg_id == again.msg_id and first.document == again.document and first.id != again.id
    assert await office.answer(letter(), "990202", n=1) == "again", (
        "the receipt of the first round says nothing"
    )
    assert await office.state(id) == "sent"
    assert await office.answer(letter(), "990202", n=2) == "first"
    assert await office.state(id) == "done"


async def test_our_own_receipt_is_done_when_the_other_side_has_it(office: Office) -> None:
    [id] = await office.outbox.queue(letter(type="APPREC"))
    await office.outbox.work()
    assert await office.state(id) == "sent"
    await office.outbox.acknowledged(office.carrier.carried[0].id)
    assert await office.state(id) == "done"
    office.carrier.name = "folder"
    [id] = await office.outbox.queue(letter(2, type="APPREC"))
    await office.outbox.work()
    assert await office.state(id) == "done"


async def test_many_workers_hand_over_each_message_once(office: Office) -> None:
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    for n in range(30):
        await office.outbox.queue(letter(n))

    async def work() -> None:
        while await office.outbox.work(4):
            pass

    await asyncio.gather(*(work() for _ in range(4)))
    assert len(office.carrier.carried) == 30
    assert await office.store.lease(40, seconds=1) == []
