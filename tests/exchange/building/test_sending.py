"""From the record to the outbox, over a real PostgreSQL: as one of the staff, drafted, looked at, committed, handed over."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES
from akson.exchange import mirror
from akson.exchange.building.checks import ASK, STOP
from akson.exchange.building.files import Enclosed
from akson.exchange.building.writing import Draft, Wish, Writing
from akson.exchange.inbox.directory import Directory
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.partners.instead import Instead
from akson.exchange.partners.sending import Answer, Verdict
from akson.fhir.codec.json import encode
from akson.fhir.problem import Problem
from akson.record.values import Change
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked
from akson.world import SystemRandom
from tests.exchange.building.conftest import MSG_ID, STAGE, people, words
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import Carrier
from tests.exchange.samples import admission

OTHER_ID = "0b5a5f4e-6a1f-4f54-9d0a-0c9f4c8f2b12"
THIRD_ID = "0b5a5f4e-6a1f-4f54-9d0a-0c9f4c8f2b13"
REPORT = Wish("INNLEGGELSESRAPPORT", "astrid", "990202", words=words("INNLEGGELSESRAPPORT"), msg_id=MSG_ID)

PICTURE = Enclosed("Sår.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"0" * 2_000)


@dataclass
class Post:
    house: PostHouse
    store: OutboxStore
    outbox: Outbox
    carrier: Carrier
    partner: Answer | None = None

    def writing(self, who: str = "ida") -> Writing:
        async def may_send(type: str, her: str) -> Answer:
            assert self.partner is not None
            return self.partner

        session = self.house.record.open(CAST[who], PurposeOfUse.TREATMENT)
        return Writing(session, at=self.house.clock.now(), may_send=may_send if self.partner else None)

    async def draft(self, wish: Wish, who: str = "ida") -> Draft:
        return await self.writing(who).draft(wish)

    async def send(self, wish: Wish, *, confirmed: bool = False) -> tuple[int, ...]:
        writing = self.writing()
        sent = await writing.send(await writing.draft(wish), self.outbox, confirmed=confirmed)
        return sent.rows


@pytest_asyncio.fixture(loop_scope="session")
async def post(house: PostHouse) -> AsyncIterator[Post]:
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    carrier = Carrier()
    desk = RecordDesk(Directory(house.record, tuple(HOUSES), {}), house.clock)
    outbox = Outbox(store, lambda row: carrier, desk, clock=house.clock, random=SystemRandom())
    resources = [*STAGE.values(), *people()["astrid"].resources]
    changes = [Change("PUT", r["resourceType"], id=r["id"], body=encode(r)) for r in resources]
    await house.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit(changes)
    yield Post(house, store, outbox, carrier)
    await store.close()


def grave(draft: Draft, grave: str) -> list[str]:
    return [f.what for f in draft.findings if f.grave == grave]


async def communications(post: Post) -> list[dict[str, Any]]:
    found = await post.house.all("Communication", patient="Patient/astrid")
    return [c for c in found if c.get("identifier")]


async def test_a_report_goes_from_the_record_to_the_transport(post: Post) -> None:
    rows = await post.send(REPORT)
    assert len(rows) == 1
    [kept] = await communications(post)
    assert kept["recipient"][0]["reference"] == "Organization/havnes-medisin" and "received" not in kept
    assert kept["sender"]["display"] == "Storvik kommune, Sykepleietjeneste"
    message = mirror.from_fhir(kept)
    assert message.envelope.msg_id == MSG_ID and message.content["Legemiddelinfo"]
    await post.outbox.work()
    row = await post.store.get(rows[0])
    assert row is not None and row.sending.state == "sent" and row.sender == "990002"
    [parcel] = post.carrier.carried
    assert b"Hjertesvikt" in parcel.document and parcel.receiver == "990202"


async def test_pressed_twice_it_goes_once(post: Post) -> None:
    first, second = await post.send(REPORT), await post.send(REPORT, confirmed=True)
    await post.outbox.work()
    assert len(first) == 1 and second == () and len(post.carrier.carried) == 1
    assert len(await communications(post)) == 1


async def test_the_same_words_to_the_same_receiver_ask_first(post: Post) -> None:
    await post.send(REPORT)
    again = replace(REPORT, msg_id=OTHER_ID)
    draft = await post.draft(again)
    assert any("Det samme er sendt" in what for what in grave(draft, ASK))
    with pytest.raises(Problem) as held:
        await post.send(again)
    assert held.value.id == "AKS-EXCHANGE-049"
    assert not grave(await post.draft(replace(again, to="990301")), ASK)
    post.house.later(25 * 3600)
    assert not any("Det samme" in what for what in grave(await post.draft(again), ASK))


async def test_who_may_not_see_the_patient_builds_nothing(post: Post) -> None:
    with pytest.raises(Problem) as refused:
        await post.draft(REPORT, "omar")
    assert refused.value.kind.value == "not-found"


async def test_what_her_role_does_not_see_is_not_in_it_and_said_not_to_be(post: Post) -> None:
    mine = {
        "resourceType": "Task", "id": "karis", "status": "requested", "intent": "order",
        "for": {"reference": "Patient/astrid"}, "owner": {"reference": "Practitioner/kari"},
    }  # fmt: skip
    await post.house.put(mine)
    draft = await post.draft(REPORT, "kari")
    assert "Observation" in draft.facts.hidden, draft.facts.hidden
    kept = json.dumps([told.origins for told in draft.built.told])
    for type in draft.facts.hidden:
        assert f'"{type}/' not in kept
        assert any(type in f.what for f in draft.findings)


async def test_an_answer_goes_back_to_who_wrote_from_who_was_written_to(post: Post) -> None:
    await post.house.take(admission())
    [came] = await communications(post)
    writing = post.writing()
    msg_id = next(i["value"].split("|")[1] for i in came["identifier"])
    about = await writing.find("astrid", msg_id)
    draft = await writing.draft(replace(REPORT, to="", about=about))
    assert (draft.facts.sender.party, draft.facts.receiver.party) == ("990002", "990202")
    assert not grave(draft, STOP)
    sent = await writing.send(draft, post.outbox, confirmed=True)
    kept = next(c for c in await communications(post) if sent.communication.endswith(c["id"]))
    assert kept["inResponseTo"] == [{"reference": f"Communication/{about}"}]
    fault = await post.draft(
        Wish("DIALOG_AVVIK", "astrid", about=about, words={"fault": "1"}, msg_id=OTHER_ID)
    )
    assert any("Hva som er feil" in what for what in grave(fault, ASK)) and fault.built.message is not None
    assert fault.built.message.envelope.conversation.lower() == msg_id


async def items(post: Post, about: str) -> list[dict[str, Any]]:
    found = await post.house.all("Task", patient="Patient/astrid")
    return [task for task in found if task.get("focus", {}).get("reference") == f"Communication/{about}"]


async def test_its_answer_ends_the_item_of_a_message_and_a_deviation_does_not(post: Post) -> None:
    await post.house.take(admission())
    [came] = await communications(post)
    [item] = await items(post, came["id"])
    assert item["status"] == "requested"
    writing = post.writing()
    for other, msg_id in (("DIALOG_AVVIK", OTHER_ID), ("DIALOG_HELSEFAGLIG", THIRD_ID)):
        wish = Wish(other, "astrid", about=came["id"], words=words(other), msg_id=msg_id)
        told = await writing.send(await writing.draft(wish), post.outbox, confirmed=True)
        kept = next(c for c in await communications(post) if told.communication.endswith(c["id"]))
        assert kept["inResponseTo"] == [{"reference": f"Communication/{came['id']}"}], "the link is kept"
        assert (await items(post, came["id"]))[0]["status"] == "requested", other
    sent = await writing.send(
        await writing.draft(replace(REPORT, to="", about=came["id"])), post.outbox, confirmed=True
    )
    [ended] = await items(post, came["id"])
    assert ended["status"] == "completed"
    assert [o["valueReference"]["reference"] for o in ended["output"]] == [sent.communication]


async def test_an_item_that_another_has_taken_is_left_to_her(post: Post) -> None:
    await post.house.take(admission())
    [came] = await communications(post)
    [item] = await items(post, came["id"])
    taken = {**item, "status": "accepted", "owner": {"reference": "Practitioner/siri"}}
    session = post.house.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    await session.commit([Change("PUT", "Task", id=item["id"], body=encode(taken))])
    await post.send(replace(REPORT, to="", about=came["id"]), confirmed=True)
    assert (await items(post, came["id"]))[0]["status"] == "accepted"


async def test_who_got_a_copy_gets_its_change_and_that_it_is_cancelled(post: Post) -> None:
    await post.send(replace(REPORT, copies=("990301", "990202"), files=(PICTURE,)))
    own = await post.writing().find("astrid", MSG_ID)
    change = await post.draft(replace(REPORT, to="", about=own, status="M", msg_id=OTHER_ID))
    assert [copy.party for copy in change.facts.copies] == ["990301"] and change.facts.files == (PICTURE,)
    alone = await post.draft(replace(REPORT, about=own, status="M", msg_id=OTHER_ID, copies=(), files=()))
    assert not alone.facts.copies and not alone.facts.files
    cancel = Wish("INNLEGGELSESRAPPORT", "astrid", about=own, status="C", msg_id=OTHER_ID, copies=())
    assert len(await post.send(cancel)) == 2


async def test_what_a_copys_receiver_cannot_take_is_told_before(post: Post) -> None:
    post.partner = Answer(Verdict.NO, because="Torget legesenter tar ikke imot denne meldingen.")
    stops = grave(await post.draft(replace(REPORT, copies=("990301",))), STOP)
    assert any(stop.startswith("Kopi til Torget legesenter: ") for stop in stops)
    post.partner = Answer(Verdict.YES, "1.5")
    assert not grave(await post.draft(replace(REPORT, copies=("990301",))), STOP)


async def test_a_change_and_a_cancellation_of_what_was_sent(post: Post) -> None:
    await post.send(REPORT)
    own = await post.writing().find("astrid", MSG_ID)
    more = {"summary": "Verre i dag."}
    change = replace(REPORT, to="", about=own, status="M", words=more, msg_id=OTHER_ID)
    draft = await post.draft(change)
    assert draft.words == {**REPORT.words, **more}, "nothing is typed again"
    assert [c for c in draft.built.changes if "Verre i dag." in c] == list(draft.built.changes)
    assert draft.facts.receiver.party == "990202" and not grave(draft, STOP)
    assert len(await post.send(change)) == 1
    cancel = Wish("INNLEGGELSESRAPPORT", "astrid", about=own, status="C", msg_id=THIRD_ID)
    assert len(await post.send(cancel)) == 1
    rows = await post.store.listed(Asked())
    assert len({row.conversation for row in rows}) == 1


async def test_a_partner_who_cannot_receive_stops_it_and_says_what_instead(post: Post) -> None:
    post.partner = Answer(
        Verdict.NO, "", "Legesenteret tar ikke imot denne meldingen.", (Instead("type", "Send dialog."),)
    )
    draft = await post.draft(REPORT)
    assert grave(draft, STOP) == ["Legesenteret tar ikke imot denne meldingen."]
    with pytest.raises(Problem):
        await post.send(REPORT, confirmed=True)
    post.partner = Answer(Verdict.UNKNOWN, "", "Ikke oppgitt.")
    assert "Ikke oppgitt." in grave(await post.draft(REPORT), ASK)
    post.partner = Answer(Verdict.YES, "1.5")
    draft = await post.draft(REPORT)
    assert draft.built.message is not None and draft.built.message.version.number == "1.5"


async def test_copies_are_named_and_each_gets_a_row(post: Post) -> None:
    wish = replace(REPORT, copies=("990301",))
    assert any("Torget legesenter" in f.what for f in (await post.draft(wish)).findings)
    assert len(await post.send(wish)) == 2


async def test_an_unknown_receiver_and_another_patients_message_are_refused(post: Post) -> None:
    with pytest.raises(Problem) as unknown:
        await post.draft(replace(REPORT, to="123456"))
    assert unknown.value.id == "AKS-EXCHANGE-044"
    with pytest.raises(Problem) as missing:
        await post.writing().find("astrid", "no-such")
    assert missing.value.id == "AKS-EXCHANGE-048"


async def test_an_empty_message_stops(post: Post) -> None:
    draft = await post.draft(Wish("DIALOG_NOTAT", "astrid", "990301", words={"text": " "}, msg_id=MSG_ID))
    assert "Meldingen sier ingenting." in grave(draft, STOP)
