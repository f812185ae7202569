"""The address book over the lab's register, a real PostgreSQL and the official examples."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from akson.exchange.addresses import reading
from akson.exchange.addresses.book import AddressBook
from akson.exchange.addresses.entry import PartyType
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.nhn.api import NoAnswer
from akson.fhir.problem import Problem
from akson.store.partners import PartnerStore
from akson.world import FixedClock
from akson_lab.faults import Fault
from akson_lab.nhn.house import Nhn
from tests.exchange.nhn.house import GP, NOBODY, NURSES, REGISTER, House, house, running

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


@dataclass
class Desk:
    nhn: Nhn
    house: House
    register: AddressRegister
    store: PartnerStore
    book: AddressBook
    clock: FixedClock


@pytest_asyncio.fixture(loop_scope="session")
async def desk(database: str) -> AsyncIterator[Desk]:
    async with running() as nhn:
        ours, store, clock = house(nhn, "storvik", set()), await PartnerStore.open(database), FixedClock(NOW)
        register = AddressRegister(ours.api(nhn.register_address, REGISTER))
        yield Desk(nhn, ours, register, store, AddressBook(register, store, clock=clock), clock)
        await ours.close()
        await store.close()


@pytest.mark.shared
def test_the_official_service(shared: Path) -> None:
    folder = shared / "norwegian-messages" / "examples" / "adresseregister"
    entry = reading.read((folder / "CommunicationDetailsRest_8141705.json").read_bytes())
    assert (entry.her, entry.type, entry.name) == ("8141705", PartyType.SERVICE, "Allmennlege")
    assert (entry.parent, entry.parent_name, entry.organisation_number) == (
        "8141703",
        "TestsenteretHN",
        "999988891",
    )
    assert entry.service == ("8666", "05")
    assert entry.queues.asynchronous == "tb.test.nhn.no/NHNTESTServiceBus/8141703_async"
    assert entry.queues.error.endswith("8141703_error") and entry.queues.synchronous_reply
    assert entry.ends is None and entry.may_exchange(NOW)
    assert not entry.may_exchange(datetime(2023, 4, 3, tzinfo=UTC))


@pytest.mark.shared
def test_the_official_organisation_neither_sends_nor_receives(shared: Path) -> None:
    folder = shared / "norwegian-messages" / "examples" / "adresseregister"
    entry = reading.read((folder / "NavCommunicationParty.json").read_bytes())
    assert (entry.her, entry.type, entry.organisation_number) == (
        "79768",
        PartyType.ORGANIZATION,
        "990983291",
    )
    assert entry.edi_address == "mottak-qass@test-es.nav.no"
    assert entry.signing and entry.signing.thumbprint == "42B5D65754297E5417182530CD2FE473D45CF7D5"
    assert entry.encryption and entry.encryption.holds(NOW)
    assert "virksomhet" in entry.why_silent(NOW)


@pytest.mark.shared
def test_the_lab_shows_the_fields_of_the_official_ones(shared: Path, desk: Desk) -> None:
    folder = shared / "norwegian-messages" / "examples" / "adresseregister"
    official = json.loads((folder / "CommunicationDetailsRest_8141705.json").read_bytes())
    ours = desk.nhn.register._legacy(desk.nhn.parties.known[NURSES])
    assert set(ours) == set(official)
    assert set(ours["communicationParty"]) <= set(official["communicationParty"])
    organisation = json.loads((folder / "NavCommunicationParty.json").read_bytes())
    shown = desk.nhn.register._simplified(desk.nhn.parties.known[990001])
    assert set(shown) <= set(organisation)


@pytest.mark.parametrize("her", [NURSES, GP, 990001])
async def test_both_models_say_the_same(desk: Desk, her: int) -> None:
    desk.nhn.parties.put(replace(desk.nhn.parties.known[NURSES], queue_host="sb.test.nhn.no/DD"), NOW)
    party = desk.nhn.parties.known[her]
    new = reading.read(json.dumps(desk.nhn.register._simplified(party)).encode())
    old = reading.read(json.dumps(desk.nhn.register._legacy(party)).encode())
    assert replace(old, organisation_number="") == replace(new, organisation_number="", begins=old.begins)
    assert abs((old.begins or NOW) - (new.begins or NOW)) <= timedelta(hours=2)


ODD = {
    "no json": b"<html>",
    "no object": b"[]",
    "no number": b'{"type": "Service"}',
    "another type": b'{"herId": 1, "type": "Robot"}',
    "a number that is none": b'{"herId": true, "type": "Service"}',
    "a time that is none": b'{"herId": 1, "type": "Service", "validTo": "soon"}',
    "a certificate without end": b'{"herId": 1, "type": "Service", "currentSigningCertificate": {"thumbprint": "A"}}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_an_error(name: str) -> None:
    with pytest.raises(Problem) as told:
        reading.read(ODD[name])
    assert told.value.id == "AKS-ADDRESS-001"


async def test_it_is_asked_once_a_day(desk: Desk) -> None:
    first = await desk.book.find(str(NURSES))
    assert first.entry and first.entry.name == "Sykepleietjeneste" and not first.stale
    assert first.entry.service == ("8663", "25") and first.entry.organisation_number == "997651000"
    desk.nhn.reachable = False
    desk.clock.advance(timedelta(hours=23))
    again = await desk.book.find(str(NURSES))
    assert again.entry == first.entry and again.age == timedelta(hours=23) and not again.stale


async def test_through_an_outage_it_is_kept_and_says_that_it_is_old(desk: Desk) -> None:
    await desk.book.find(str(NURSES))
    desk.nhn.reachable = False
    desk.clock.advance(timedelta(days=9))
    old = await desk.book.find(str(NURSES))
    assert old.entry and old.stale and old.age == timedelta(days=9)
    with pytest.raises(NoAnswer):
        await desk.book.find(str(GP))
    desk.nhn.reachable = True
    new = await desk.book.find(str(NURSES))
    assert not new.stale and new.age == timedelta()


async def test_one_who_is_not_there_is_asked_for_again_soon(desk: Desk) -> None:
    assert (await desk.book.find(str(NOBODY))).entry is None
    party = replace(desk.nhn.parties.known[NURSES], her=NOBODY, name="Ny tjeneste")
    desk.nhn.parties.put(party, NOW)
    assert (await desk.book.find(str(NOBODY))).entry is None
    desk.clock.advance(timedelta(minutes=11))
    found = (await desk.book.find(str(NOBODY))).entry
    assert found and found.name == "Ny tjeneste"


@pytest.mark.parametrize("her", ["", "abc", "12.3", "9" * 30, "-1"])
async def test_what_is_no_number_is_nobody(desk: Desk, her: str) -> None:
    assert (await desk.book.find(her)).entry is None


async def test_the_feed_keeps_it_fresh(desk: Desk) -> None:
    await desk.book.refresh()
    await desk.book.find(str(NURSES))
    await desk.book.find(str(GP))
    desk.nhn.parties.end(NURSES, NOW + timedelta(hours=1))
    for _ in range(250):
        desk.nhn.parties.put(desk.nhn.parties.known[990200], NOW)
    desk.clock.advance(timedelta(hours=2))
    assert await desk.book.refresh() == 1, "only the one of ours that changed"
    ended = (await desk.book.find(str(NURSES))).entry
    assert ended and "ikke lenger" in ended.why_silent(desk.clock.now())
    desk.clock.advance(timedelta(hours=23))
    await desk.book.refresh()
    desk.nhn.reachable = False
    desk.clock.advance(timedelta(hours=23))
    unnamed = await desk.book.find(str(GP))
    assert not unnamed.stale and unnamed.age == timedelta(hours=23), "as fresh as the feed"
    assert [body is not None for _, body in await desk.store.entries(NURSES)] == [True, True], "with history"


async def test_a_broken_refresh_is_made_again_from_where_it_stood(desk: Desk) -> None:
    await desk.book.refresh()
    await desk.book.find(str(NURSES))
    desk.nhn.parties.put(replace(desk.nhn.parties.known[NURSES], name="Omsorg"), NOW)
    desk.nhn.faults.add(Fault("error", times=1, only=f"/communicationparty/{NURSES}"))
    with pytest.raises(NoAnswer):
        await desk.book.refresh()
    assert await desk.book.refresh() == 1
    found = (await desk.book.find(str(NURSES))).entry
    assert found and found.name == "Omsorg"


async def test_an_entry_that_turns_odd_is_told_and_stops_nobody_else(desk: Desk) -> None:
    await desk.book.refresh()
    for her in (NURSES, GP):
        await desk.book.find(str(her))
    desk.nhn.parties.put(replace(desk.nhn.parties.known[NURSES], type="Robot"), NOW)
    desk.nhn.parties.put(replace(desk.nhn.parties.known[GP], name="A. Dahl"), NOW)
    assert await desk.book.refresh() == 2
    with pytest.raises(Problem) as told:
        await desk.book.find(str(NURSES))
    assert told.value.id == "AKS-ADDRESS-001"
    found = (await desk.book.find(str(GP))).entry
    assert found and found.name == "A. Dahl"


async def test_what_is_gone_from_the_register_is_nobody(desk: Desk) -> None:
    await desk.book.find(str(NURSES))
    del desk.nhn.parties.known[NURSES]
    desk.clock.advance(timedelta(days=2))
    found = await desk.book.find(str(NURSES))
    assert found.entry is None and not found.stale
