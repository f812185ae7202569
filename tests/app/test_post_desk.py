"""The message officer's desk over a real record and a real post, without its screens."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES, LILLEFJORD, STORVIK
from akson.app.demo.correspondence import Citizen, Written, document
from akson.app.post_desk.contents import content_of
from akson.app.post_desk.desk import Desk
from akson.app.post_desk.parts import Parts
from akson.care.worklist.inbox import item
from akson.exchange.envelope import apprec
from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.inbox.assigning import Assigning
from akson.exchange.inbox.directory import Directory
from akson.exchange.opening import open_message
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.exchange.transport.contract import Undeliverable
from akson.fhir.problem import Problem
from akson.fhir.search.query import Query
from akson.record.session import RecordSession
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.post_desk import PostDeskStore
from akson.web.shell.post_desk import IN, OUT, Asked
from akson.web.shell.waiting import owned_by
from akson.world import SystemRandom
from tests.exchange.conftest import PostHouse, house, moulds, patient  # noqa: F401
from tests.exchange.outbox.conftest import Carrier
from tests.exchange.samples import admission, id, stay

ASTRID = Citizen("astrid", "Astrid", "Bakken", "1942-05-12", True, stay().national_id, False)
NOTE = Written(
    "DIALOG_HELSEFAGLIG", "storvik-sykepleietjeneste", "torget-legesenter", "Time", "Blodtrykk målt."
)
UNKNOWN_THERE = AppRecError("E35", "Ingen journal her.")


@dataclass
class Office:
    house: PostHouse
    desk: Desk
    outbox: Outbox
    carrier: Carrier
    sent: OutboxStore

    @property
    def mats(self) -> RecordSession:
        return self.house.record.open(CAST["mats"], PurposeOfUse.CARE_COORDINATION)

    async def send(self, number: int = 1, *errors: AppRecError, answered: bool = True) -> int:
        """A letter about Astrid to her doctor, and his receipt."""
        at, msg_id = self.house.clock.now(), id(900 + number)
        content = document(NOTE, ASTRID, msg_id=msg_id, at=at)
        letter = Letter(STORVIK, msg_id, "990002", ("990301",), NOTE.type, content, at, conversation=msg_id)
        [row] = await self.outbox.queue(letter)
        await self.outbox.work()
        if answered:
            await self.answer(content, *errors)
        return row

    async def answer(self, content: bytes, *errors: AppRecError) -> None:
        envelope = open_message(content).envelope
        assert envelope is not None
        made = self.house.clock.now().isoformat(timespec="seconds")
        receipt = apprec.build(
            envelope, envelope.receivers[0], errors, id=id(7), made=made, version="1", received=made
        )
        await ReceiptsIn(self.outbox).take(receipt)
        await self.outbox.work()

    async def messages(self) -> list[dict[str, Any]]:
        """Care messages of the record, without letters to the citizen."""
        return [c for c in await self.house.all("Communication") if "sender" in c]

    async def log_of(self, patient: str) -> list[tuple[str, bool, str]]:
        lines = await self.house.record.open(CAST["per"], PurposeOfUse.OPERATIONS).access_log(patient)
        return [(line.action, line.permitted, line.words) for line in lines if line.name == "Mats Eide"]


@pytest_asyncio.fixture(loop_scope="session")
async def office(house: PostHouse, tmp_path: Path) -> AsyncIterator[Office]:  # noqa: F811
    sent = await OutboxStore.open(house.dsn, clock=house.clock)
    rows, books = await PostDeskStore.open(house.dsn), await LedgerStore.open(house.dsn, clock=house.clock)
    directory = Directory(house.record, tuple(HOUSES), {})
    carrier = Carrier("folder")
    outbox = Outbox(
        sent,
        lambda row: carrier,
        RecordDesk(directory, house.clock),
        clock=house.clock,
        random=SystemRandom(),
    )
    parts = Parts(
        STORVIK, rows, sent, house.post, books, outbox, Assigning(house.record, house.post, directory), directory,
        tmp_path / "keys" / "post", house.clock, SystemRandom(),
    )  # fmt: skip
    yield Office(house, Desk(parts), outbox, carrier, sent)
    for store in (sent, rows, books):
        await store.close()


async def test_what_is_not_done_is_counted_and_told_with_its_owner(office: Office) -> None:
    await office.send(1)
    await office.send(2, UNKNOWN_THERE)
    office.carrier.says = lambda parcel: Undeliverable("nobody")
    await office.send(3, answered=False)
    counts = await office.desk.counts(office.mats)
    assert (counts.failed, counts.overdue, counts.unmatched, counts.unaccounted) == (2, 0, 0, 0)
    groups = {group.key: group for group in await office.desk.failed(office.mats)}
    assert set(groups) == {"E35", "AKS-EXCHANGE-023"}
    assert groups["E35"].again == "new" and "Ring mottakeren" in groups["E35"].remedy
    [row] = groups["E35"].rows
    assert row.owner == "Sykepleietjeneste"
    assert row.line.state_words == "avvist av mottaker – Sykepleietjeneste eier saken"
    assert row.line.partner.name == "Torget legesenter"
    found = await office.desk.overview(office.mats)
    [flow] = found.flows
    assert (flow.total, flow.done, flow.refused, flow.failed) == (3, 1, 1, 1)


async def test_one_message_has_its_whole_story_and_every_error_with_its_further_text(office: Office) -> None:
    row = await office.send(1, UNKNOWN_THERE, AppRecError("X99", "Ring oss."))
    message = await office.desk.message(office.mats, OUT, row)
    assert [h.words for h in message.story] == [
        "Skrevet, venter på at endringen i journalen lagres",
        "Lagt i kø",
        "Levert til transporten",
        "Avvist av mottaker",
    ]
    [receipt] = message.receipts
    assert [(e.code, e.more) for e in receipt.errors] == [("E35", "Ingen journal her."), ("X99", "Ring oss.")]
    assert message.acts.again == "new" and message.owner == "Sykepleietjeneste"
    told = json.dumps([message.facts, [h.words + h.detail for h in message.story]], ensure_ascii=False)
    assert "Blodtrykk" not in told and "Bakken" not in told and ASTRID.national_id not in told
    with pytest.raises(Problem) as refused:
        await office.desk.message(office.mats, OUT, 4711)
    assert refused.value.id == "AKS-WEB-062"


async def test_content_is_opened_with_a_ground_and_the_citizen_reads_it(office: Office) -> None:
    row = await office.send(1, UNKNOWN_THERE)
    with pytest.raises(Problem) as nothing:
        await office.desk.open_content(office.mats, OUT, row, "", "")
    assert nothing.value.id == "AKS-RECORD-050"
    assert not [line for line in await office.log_of("astrid") if line[0] == "open-message"]
    content = await office.desk.open_content(office.mats, OUT, row, "failed", "")
    assert content.opened_for == ("Astrid Bakken",) and any(
        "Blodtrykk målt" in said for said in (content.html,)
    )
    [line] = [line for line in await office.log_of("astrid") if line[0] == "open-message"]
    assert line[1] and f"nummer {row} i utgående post" in line[2] and "Meldingen er avvist" in line[2]
    reviews = [t for t in await office.house.all("Task") if t["code"]["text"] == "Vurdere: åpnet melding"]
    assert len(reviews) == 1 and reviews[0]["for"]["reference"] == "Patient/astrid"
    # It opened a message, not the record.
    with pytest.raises(Problem):
        await office.mats.read("Patient", "astrid")


async def test_nobody_but_the_officer_opens_one_and_a_block_stands(office: Office) -> None:
    row = await office.send(1, UNKNOWN_THERE)
    for who, purpose in (("ida", PurposeOfUse.CARE_COORDINATION), ("arne", PurposeOfUse.CARE_COORDINATION)):
        with pytest.raises(Problem):
            await office.desk.open_content(
                office.house.record.open(CAST[who], purpose), OUT, row, "failed", ""
            )
    await office.house.put(_blocked("mats"))
    with pytest.raises(Problem) as hidden:
        await office.desk.open_content(office.mats, OUT, row, "failed", "")
    assert hidden.value.kind.name == "NOT_FOUND"
    refused = [line for line in await office.log_of("astrid") if line[0] == "open-message"]
    assert refused and not any(permitted for _, permitted, _ in refused)


async def test_sending_again_follows_the_rules_of_ids(office: Office) -> None:
    refused = await office.send(1, UNKNOWN_THERE)
    await office.desk.send_again(office.mats, refused)
    old = await office.sent.get(refused)
    assert old is not None and old.sending.closed
    [new] = [
        line
        for line in (await office.desk.search(office.mats, Asked(state="i-ko"))).lines
        if line.id != refused
    ]
    assert new.msg_id != old.msg_id
    row = await office.sent.get(new.id)
    envelope = open_message(await office.sent.document(new.id)).envelope
    assert row is not None and row.replaces == refused
    assert envelope is not None and envelope.msg_id == new.msg_id
    with pytest.raises(Problem):
        await office.desk.send_again(office.mats, refused)
    office.house.later(25 * 3600)
    late = await office.send(2, answered=False)
    office.house.later(25 * 3600)
    await office.outbox.work()
    before = await office.sent.get(late)
    await office.desk.send_again(office.mats, late)
    after = await office.sent.get(late)
    assert before is not None and after is not None
    assert after.msg_id == before.msg_id and after.sending.parcel != before.sending.parcel
    assert (await office.desk.message(office.mats, OUT, late)).story[-1].detail == "av Mats Eide"


async def test_what_must_be_corrected_first_is_never_sent_as_it_is(office: Office) -> None:
    row = await office.send(1, AppRecError("E31"), UNKNOWN_THERE)
    [group] = await office.desk.failed(office.mats)
    assert group.again == "" and group.rows[0].acts.again == ""
    with pytest.raises(Problem) as refused:
        await office.desk.send_again(office.mats, row)
    assert refused.value.id == "AKS-WEB-065"


async def test_all_of_a_cause_go_in_steps_and_each_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("akson.app.post_desk.acting.EACH_STEP", 2)
    for number in range(1, 6):
        await office.send(number, UNKNOWN_THERE)
    other = await office.send(9, AppRecError("T02"))
    sent, after, steps = 0, 0, 0
    while after is not None:
        step = await office.desk.send_cause(office.mats, "E35", after)
        sent, after, steps = sent + step.sent, step.after, steps + 1
    assert sent == 5 and steps >= 3
    [group] = await office.desk.failed(office.mats)
    assert group.key == "T02" and group.rows[0].line.id == other
    assert (await office.desk.counts(office.mats)).unaccounted == 0


async def test_it_is_given_to_another_and_closed_with_a_reason_from_the_list(office: Office) -> None:
    row = await office.send(1, UNKNOWN_THERE)
    owners = dict(await office.desk.owners(office.mats))
    assert "Organization/hjemmetjenesten-ost" in owners and "Organization/havnes" not in owners
    assert (
        await office.desk.hand_over(office.mats, row, "Organization/hjemmetjenesten-ost")
        == "Hjemmetjenesten Øst"
    )
    assert (await office.desk.message(office.mats, OUT, row)).owner == "Hjemmetjenesten Øst"
    # A person of a unit: the item is in her inbox, and leads to the message.
    await office.house.put(
        _role("ida", "Ida Nilsen", "hjemmetjenesten-ost"), _role("grete", "Grete Lund", "torget-legesenter")
    )
    assert (
        dict(await office.desk.owners(office.mats))["Practitioner/ida"] == "Ida Nilsen, Hjemmetjenesten Øst"
    )
    message = await office.desk.message(office.mats, OUT, row)
    assert message.correctors == "Storvik kommune, Sykepleietjeneste"
    await office.desk.hand_over(office.mats, row, "Practitioner/ida")
    hers = await office.house.record.open(CAST["ida"], PurposeOfUse.TREATMENT).search(owned_by(CAST["ida"]))
    owned = [item(json.loads(version.body or b"{}")) for version in hers.matches]
    assert ("Practitioner/ida", str(row)) in [(i.owner, i.sent) for i in owned]
    others = await office.house.record.open(CAST["omar"], PurposeOfUse.TREATMENT).search(
        Query("Task", owned_by(CAST["ida"]).terms)
    )
    assert not others.matches
    for owner in ("Organization/havnes", "Practitioner/grete", ""):
        with pytest.raises(Problem):
            await office.desk.hand_over(office.mats, row, owner)
    with pytest.raises(Problem) as refused:
        await office.desk.close(office.mats, row, "Astrid er syk")
    assert refused.value.id == "AKS-WEB-063"
    await office.desk.close(office.mats, row, "rung")
    await office.outbox.work()
    message = await office.desk.message(office.mats, OUT, row)
    assert message.story[-1].words == "Avsluttet" and "er ringt" in message.story[-1].detail
    assert not message.acts.close and not await office.desk.failed(office.mats)


async def test_a_search_finds_by_every_field_and_pages_stay_in_place(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("akson.app.post_desk.lists.PAGE", 3)
    for number in range(1, 6):
        office.house.later(60)
        await office.send(number)
    await office.house.take(admission(1))

    async def ids(**asked: Any) -> list[tuple[str, int]]:
        return [(line.way, line.id) for line in (await office.desk.search(office.mats, Asked(**asked))).lines]

    first = await office.desk.search(office.mats, Asked())
    office.house.later(60)
    await office.send(8)
    second = await office.desk.search(office.mats, Asked(cursor=first.further))
    seen = [(line.way, line.id) for line in (*first.lines, *second.lines)]
    assert len(seen) == len(set(seen)) == 6 and not second.further
    assert {way for way, _ in seen} == {OUT, IN}
    assert await ids(partner="990202") == [(IN, 1)]
    assert await ids(type="LOG_INNLAGT") == [(IN, 1)]
    assert await ids(id=id(901)) == [(OUT, 1)]
    assert len(await ids(state="bekreftet")) == 3
    day = office.house.clock.now().date()
    assert await ids(since=day + timedelta(days=2)) == []
    assert await ids(since=day, until=day, state="tatt-imot") == [(IN, 1)]
    assert await ids(id="Bakken") == await ids(id="Blodtrykk") == []


async def test_a_message_is_given_to_her_and_taken_back(office: Office) -> None:
    """Married name in the message: the number is hers, so she is proposed, and nobody else is."""
    taken = await office.house.take(admission(1, given="Kari", family="Nygård"))
    [one] = await office.desk.unmatched(office.mats)
    assert one.item == taken.item and one.told.name == "Kari Nygård" and one.owner == "Mats Eide"
    [proposed] = await office.desk.proposed(office.mats, one.item)
    assert (proposed.id, proposed.by_number, proposed.same_name) == ("astrid", True, False)
    assert (
        await office.desk.candidates(office.mats, one.item, name="Kari Nygård", born=date(1942, 5, 12)) == ()
    )
    assert not await office.house.all("Encounter")
    await office.desk.assign(office.mats, one.item, "astrid")
    [encounter] = await office.house.all("Encounter")
    [told] = await office.messages()
    assert encounter["subject"]["reference"] == told["subject"]["reference"] == "Patient/astrid"
    assert told["encounter"]["reference"] == f"Encounter/{encounter['id']}"
    notice = [t for t in await office.house.all("Task") if t.get("for")]
    assert [t["owner"]["display"] for t in notice] == ["Hjemmetjenesten Øst"]
    assert ("match-message", True) in [line[:2] for line in await office.log_of("astrid")]
    [after] = await office.desk.unmatched(office.mats)
    assert after.matched and after.may_undo
    with pytest.raises(Problem) as twice:
        await office.desk.assign(office.mats, one.item, "astrid")
    assert twice.value.id == "AKS-EXCHANGE-041"
    await office.desk.take_back(office.mats, one.item)
    [encounter] = await office.house.all("Encounter")
    [told] = await office.messages()
    assert encounter["status"] == "entered-in-error" and "subject" not in told
    assert [t["status"] for t in await office.house.all("Task") if t.get("for")] == ["cancelled"]
    [again] = await office.desk.unmatched(office.mats)
    assert not again.matched
    assert (await office.desk.counts(office.mats)).unaccounted == 0
    # And to somebody else: what was undone stays undone, and hers are new.
    await office.house.put(patient("bodil", "Bodil", "Berg", "13057248119"))
    await office.desk.assign(office.mats, one.item, "bodil")
    stays = {e["subject"]["reference"]: e["status"] for e in await office.house.all("Encounter")}
    assert stays == {"Patient/astrid": "entered-in-error", "Patient/bodil": "in-progress"}
    [told] = await office.messages()
    [hers] = [
        t for t in await office.house.all("Task") if t.get("for", {}).get("reference") == "Patient/bodil"
    ]
    assert told["encounter"] == hers["encounter"] and hers["status"] == "requested"
    await office.desk.take_back(office.mats, one.item)
    words = [line[2] for line in await office.log_of("astrid") if line[0] == "match-message"]
    assert any("tok en melding ut" in said for said in words)


async def test_what_somebody_has_begun_on_is_not_taken_back(office: Office) -> None:
    taken = await office.house.take(admission(1, given="Kari", family="Nygård"))
    await office.desk.assign(office.mats, taken.item, "astrid")
    [task] = [t for t in await office.house.all("Task") if t.get("for")]
    await office.house.put({**task, "status": "accepted"})
    with pytest.raises(Problem) as refused:
        await office.desk.take_back(office.mats, taken.item)
    assert refused.value.id == "AKS-EXCHANGE-042"
    [told] = await office.messages()
    assert told["subject"]["reference"] == "Patient/astrid"


async def test_the_ledger_names_what_does_not_agree(office: Office) -> None:
    row = await office.send(1)
    found = await office.desk.ledger(office.mats, "", "", None)
    assert found.words == "0 uredegjort" and not found.differences
    [line] = found.lines
    assert line.partner.name == "Torget legesenter" and ("bekreftet", 1) in line.parts
    async with office.sent._pool.acquire() as connection:
        await connection.execute("update post.post_outbox set state = 'queued' where id = $1", row)
    found = await office.desk.ledger(office.mats, "", "", None)
    assert found.unaccounted == 1
    assert (OUT, (row,)) in [(d.way, d.ids) for d in found.differences]


def test_what_is_no_message_is_shown_as_all_the_words_there_are() -> None:
    strange = b"<Brev><Til V='x' DN='Legen'/><Tekst>Ring meg</Tekst></Brev>"
    assert "Tekst: Ring meg" in content_of(open_message(strange), strange).raw
    broken = b"<MsgHead><Tekst>Halv"
    assert "Halv" in content_of(open_message(broken), broken).raw


def _role(who: str, name: str, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": f"rolle-{who}",
        "active": True,
        "practitioner": {"reference": f"Practitioner/{who}", "display": name},
        "organization": {"reference": f"Organization/{unit}"},
    }


def _blocked(who: str) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": "blokkert",
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "BL"}]}],
        "patient": {"reference": "Patient/astrid"},
        "dateTime": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
        "policyRule": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTOUT"}]
        },
        "provision": {
            "type": "deny",
            "actor": [
                {
                    "role": {
                        "coding": [
                            {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleClass", "code": "AGNT"}
                        ]
                    },
                    "reference": {"reference": f"Practitioner/{who}"},
                }
            ],
        },
    }


async def test_the_desk_is_each_tenants_own(office: Office) -> None:
    """Two municipalities share a node: neither sees, counts, opens or sends again what is the other's."""
    number = await office.send(1, UNKNOWN_THERE)
    await office.house.take(admission())
    mats, other = office.mats, replace(CAST["mats"], id="mona", tenant=LILLEFJORD)
    mona = office.house.record.open(other, PurposeOfUse.CARE_COORDINATION)
    ours = await office.desk.search(mats, Asked())
    assert {line.way for line in ours.lines} == {IN, OUT}
    came = next(line.id for line in ours.lines if line.way == IN)
    assert not (await office.desk.search(mona, Asked())).lines
    assert not await office.desk.failed(mona) and not (await office.desk.overview(mona)).flows
    counts = await office.desk.counts(mona)
    assert (counts.failed, counts.overdue, counts.unmatched, counts.parked) == (0, 0, 0, 0)
    assert not (await office.desk.choices(mona)).partners
    for act in (
        office.desk.message(mona, OUT, number),
        office.desk.message(mona, IN, came),
        office.desk.open_content(mona, OUT, number, "mend", ""),
        office.desk.open_content(mona, IN, came, "mend", ""),
        office.desk.send_again(mona, number),
        office.desk.close(mona, number, "rung"),
    ):
        with pytest.raises(Problem) as refused:
            await act
        assert refused.value.id == "AKS-WEB-062"
