"""«Rett og send på nytt»: what a receiver refused is mended by a nurse who may open the record, and nobody else."""

import itertools
import re
from contextlib import suppress
from datetime import UTC, datetime

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.exchange.envelope import apprec
from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.ledger.ledger import read_ledger
from akson.exchange.opening import open_message
from akson.exchange.outbox.desk import item_id
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.fhir.codec import json
from akson.record.values import Change
from akson.store.ledger import LedgerStore
from akson.store.outbox_rows import Asked, OutboxRow
from akson.world import SystemClock
from tests.exchange.samples import id
from tests.web.conftest import Rooms
from tests.web.test_write import PATH, all_fields, form, page, sent, words

WRONG = AppRecError("E31", "Siste siffer stemmer ikke.")
_numbers = itertools.count(8_000)


async def work(rooms: Rooms) -> None:
    while await rooms.outbox.work():
        pass


async def rows_of(rooms: Rooms, msg_id: str) -> list[OutboxRow]:
    return sorted(await rooms.sent.listed(Asked(msg_id=msg_id)), key=lambda row: row.id)


async def answer(rooms: Rooms, row: OutboxRow, *errors: AppRecError) -> None:
    """The receiver's own receipt: 2 with errors, 1 without."""
    envelope = open_message(await rooms.sent.document(row.id)).envelope
    assert envelope is not None
    [receiver] = [r for r in envelope.receivers if r.party.her == row.receiver]
    made = datetime.now(UTC).isoformat(timespec="seconds")
    receipt = apprec.build(
        envelope, receiver, errors, id=id(next(_numbers)), made=made, version="1", received=made
    )
    await ReceiptsIn(rooms.outbox).take(receipt)
    await work(rooms)


async def written(rooms: Rooms, type: str = "INNLEGGELSESRAPPORT", **more: str) -> tuple[str, str]:
    """Ida sends it. Gives MsgId and the id of its Communication."""
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, type=type, til="990202"), f"{type} {next(_numbers)}") | more
    answered = await ida.post(PATH, data=given)
    assert answered.status_code == 303, words(answered.text)
    await work(rooms)
    return given["id"], answered.headers["location"].partition("#m-")[2]


async def status_of(rooms: Rooms, task: str) -> tuple[str, str]:
    read = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).read("Task", task)
    told = json.parse(read.body or b"{}")
    return told["status"], told["owner"]["display"]


async def test_refused_corrected_and_taken(rooms: Rooms) -> None:
    books = LedgerStore(rooms.sent._pool, SystemClock())
    ida, reason = rooms.visitor("ida"), f"Falt på badet {next(_numbers)}."
    msg_id, place = await written(rooms, **{"felt-reason": reason})
    [old] = await rows_of(rooms, msg_id)
    await answer(rooms, old, WRONG)
    [old] = await rows_of(rooms, msg_id)
    assert old.sending.state == "negative"
    item = item_id(old, old.sending.spell)
    assert await status_of(rooms, item) == ("requested", "Hjemmetjenesten Øst")
    # On the message, and in the list.
    letter = (await ida.get(f"/pasient/astrid/meldinger/{place}")).text
    assert "Avvist av mottaker:" in letter and "Siste siffer stemmer ikke" in letter and "(E31)" in letter
    assert f"svar={place}&amp;gjor=rett" in letter
    listed = (await ida.get("/pasient/astrid/meldinger")).text
    assert f"svar={place}&amp;gjor=rett" in listed and f"svar={place}&amp;gjor=endre" not in listed
    # The item names no patient, and leads to her: those who may open her record.
    lead = await ida.get(f"/sendt-melding/{old.id}")
    assert lead.headers["location"] == f"/pasient/astrid/meldinger/{place}"
    omar = rooms.visitor("omar")
    hidden, missing = [await omar.get(f"/sendt-melding/{row}") for row in (old.id, 99999999)]
    assert hidden.status_code == missing.status_code == 404 and hidden.content == missing.content
    # The form stands as it was typed, and tells why.
    shown = await page(ida, svar=place, gjor="rett")
    assert "Rett og send på nytt: Innleggelsesrapport" in shown and "Siste siffer stemmer ikke" in shown
    assert f">{reason}</textarea>" in shown and form(shown)["id"] != msg_id
    before = len(await sent(rooms))
    given = {**all_fields(shown, "rettet"), "felt-reason": "Falt på badet, og slo hodet."}
    twice = [await ida.post(PATH, data=given) for _ in range(2)]
    assert [a.status_code for a in twice] == [303, 303], words(twice[0].text)
    assert len({a.headers["location"] for a in twice}) == 1 and len(await sent(rooms)) == before + 1
    await work(rooms)
    [new], [old] = await rows_of(rooms, given["id"]), await rows_of(rooms, msg_id)
    assert new.replaces == old.id and new.receiver == old.receiver and old.sending.closed
    document = (await rooms.sent.document(new.id)).decode()
    assert "slo hodet" in document and reason not in document
    assert await status_of(rooms, item) == ("completed", "Hjemmetjenesten Øst")
    notes = [event.note for event in await rooms.sent.events(old.id)]
    assert f"closed by Ida Nilsen. replaced by {given['id']}" in notes
    await answer(rooms, new)
    [new] = await rows_of(rooms, given["id"])
    assert new.sending.state == "done"
    ledger = await read_ledger(books)
    mine = {i for d in ledger.differences for i in d.ids} & {new.id, old.id}
    assert not mine and all(line.missing == 0 for line in ledger.lines)
    listed = (await ida.get("/pasient/astrid/meldinger")).text
    assert "Bekreftet av mottaker" in listed and f"svar={place}&amp;gjor=rett" not in listed


async def test_it_is_hers_to_correct_who_may_open_the_record(rooms: Rooms) -> None:
    msg_id, place = await written(rooms)
    [row] = await rows_of(rooms, msg_id)
    await answer(rooms, row, WRONG)
    for who in ("omar", "mats"):
        visitor = rooms.visitor(who)
        for path in (f"{PATH}?svar={place}&gjor=rett", f"/pasient/astrid/meldinger/{place}"):
            answered = await visitor.get(path)
            assert answered.status_code in (403, 404) and "Siste siffer" not in answered.text
    other = await rooms.visitor("ida").get(f"/pasient/tom/ny-melding?svar={place}&gjor=rett")
    assert other.status_code in (404, 422)


async def test_whom_the_message_officer_gives_it_to_finds_it_in_her_inbox(rooms: Rooms) -> None:
    """«Den nye eieren ser den i innboksen sin»: a person, then a unit; and what was hers is hers no longer."""
    msg_id, _ = await written(rooms)
    [row] = await rows_of(rooms, msg_id)
    await answer(rooms, row, WRONG)
    [row] = await rows_of(rooms, msg_id)
    item, ida, omar = item_id(row, row.sending.spell), rooms.visitor("ida"), rooms.visitor("omar")

    async def given_to(owner: str) -> None:
        """As the desk writes it (tests/app/test_post_desk.py), by the officer's own right."""
        desk = rooms.record.open(CAST["mats"], PurposeOfUse.CARE_COORDINATION)
        task = json.parse((await desk.read("Task", item)).body or b"{}")
        version = int(task["meta"]["versionId"])
        given = {**task, "owner": {"reference": owner, "display": owner}, "status": "requested"}
        await desk.commit([Change("PUT", "Task", id=item, resource=given, if_match=version)])

    async def in_inbox(visitor: httpx.AsyncClient) -> bool:
        return f"/innboks/{item}/" in (await visitor.get("/innboks")).text

    await given_to("Practitioner/omar")
    assert (await in_inbox(omar), await in_inbox(ida)) == (True, False)
    await given_to("Organization/hjemmetjenesten-ost")
    assert (await in_inbox(omar), await in_inbox(ida)) == (False, True)
    listed = (await ida.get("/innboks")).text
    [version] = re.findall(
        rf'/innboks/{item}/ta-ansvar".*?name="versjon" value="(\d+)"', listed, flags=re.DOTALL
    )

    async def takes(visitor: httpx.AsyncClient) -> httpx.Response:
        token = re.findall(r'name="token" value="([^"]+)"', (await visitor.get("/innboks")).text)[0]
        return await visitor.post(f"/innboks/{item}/ta-ansvar", data={"token": token, "versjon": version})

    # Not hers to take who does not own it, though she knows its name.
    assert "Du kan ikke endre denne" in (await takes(omar)).text and await in_inbox(ida)
    taken = await takes(ida)
    assert taken.status_code == 303, words(taken.text)
    assert await status_of(rooms, item) == ("accepted", "Ida Nilsen")
    assert await in_inbox(ida)


async def test_what_has_been_seen_to_is_not_corrected(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    msg_id, place = await written(rooms)
    [row] = await rows_of(rooms, msg_id)
    # Taken: nothing to correct.
    await answer(rooms, row)
    assert (await ida.get(f"{PATH}?svar={place}&gjor=rett")).status_code == 412
    msg_id, place = await written(rooms)
    [row] = await rows_of(rooms, msg_id)
    await answer(rooms, row, WRONG)
    shown = await page(ida, svar=place, gjor="rett")
    await rooms.outbox.close(row.id, by="Mats Eide", note="rung")
    late = await ida.post(PATH, data=all_fields(shown, "sent"))
    assert late.status_code == 412 and "Meldingen er tatt hånd om" in late.text


async def test_it_goes_to_those_who_refused_it_alone(rooms: Rooms) -> None:
    msg_id, place = await written(rooms, **{"ny-kopi": "990301"})
    first, copy = await rows_of(rooms, msg_id)
    assert (first.copy, copy.copy) == (False, True)
    await answer(rooms, first)
    await answer(rooms, copy, WRONG)
    ida = rooms.visitor("ida")
    shown = await page(ida, svar=place, gjor="rett")
    assert "Torget legesenter" in words(shown)
    given = all_fields(shown, "kopi")
    assert (await ida.post(PATH, data=given)).status_code == 303
    await work(rooms)
    [new] = await rows_of(rooms, given["id"])
    assert (new.receiver, new.replaces) == ("990301", copy.id)


async def test_a_worker_ends_what_a_killed_screen_left(rooms: Rooms) -> None:
    """Committed, and nobody closed the old row: the queueing does."""
    msg_id, place = await written(rooms)
    [old] = await rows_of(rooms, msg_id)
    await answer(rooms, old, WRONG)
    ida = rooms.visitor("ida")
    given = all_fields(await page(ida, svar=place, gjor="rett"), "drept")

    async def killed(*_: object, **__: object) -> None:
        raise RuntimeError

    rooms.outbox.corrected, kept = killed, rooms.outbox.corrected  # type: ignore[method-assign]
    try:
        with suppress(RuntimeError):
            await ida.post(PATH, data=given)
    finally:
        rooms.outbox.corrected = kept  # type: ignore[method-assign]
    await work(rooms)
    [old] = await rows_of(rooms, msg_id)
    assert old.sending.closed and len(await rows_of(rooms, given["id"])) == 1


async def test_a_receipt_is_that_of_the_message_of_our_own_house(rooms: Rooms) -> None:
    """Whoever got a message knows its MsgId, and may write the same on one of his own, which another confirms."""
    msg_id, place = await written(rooms)
    [row] = await rooms.sent.listed(Asked(msg_id=msg_id))
    fields = {"id": row.id + 10**6, "sender": "990102", "receiver": "990301", "tenant": 2, "state": "done"}
    copied = "select (jsonb_populate_record(o, $2::jsonb)).* from post.post_outbox o where id = $1"
    insert = f"insert into post.post_outbox overriding system value {copied}"
    await rooms.sent._pool.execute(insert, row.id, json.encode(fields).decode())
    try:
        ours = [c for c in await sent(rooms) if c["id"] == place]
        assert not await rooms.letters.receipts(ours), "nobody has answered ours yet"
        assert "bekreftet" not in (await rooms.letters.states(ours))[place].casefold()
    finally:
        await rooms.sent._pool.execute("delete from post.post_outbox where id = $1", row.id + 10**6)
