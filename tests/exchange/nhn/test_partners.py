"""What may be sent to whom: a GP office that takes three types and sends two, and others that are harder."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from akson.exchange.addresses.book import AddressBook
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.partners import cpp, instead
from akson.exchange.partners.partners import Partners
from akson.exchange.partners.sending import Verdict
from akson.fhir.problem import Problem
from akson.store.partners import AbilityRow, PartnerStore
from akson.world import FixedClock
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Ability
from tests.exchange.nhn.house import GP, NOBODY, NURSES, REGISTER, house, running

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
WRITES = {
    "DIALOG_FORESPORSEL": ("1.0",),
    "DIALOG_HELSEFAGLIG": ("1.1",),
    "DIALOG_SVAR": ("1.0",),
    "HELSEOPPLYSNINGER_LEGE": ("1.6",),
    "LOG_INNLAGT": ("1.6",),
    "ORIENTERING_TJENESTETILBUD": ("1.6",),
    "UTSKRIVNINGSRAPPORT": ("1.6",),
}
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
GP_TAKES = (
    Ability("DIALOG_FORESPORSEL", "1.0", sends=True, receives=True),
    Ability("DIALOG_HELSEFAGLIG", "1.1", receives=True),
    Ability("DIALOG_SVAR", "1.0", sends=True),
    Ability("HELSEOPPLYSNINGER_LEGE", "1.5", receives=True),
)
"""Receives three types, sends two; one of those in a version that we do not write."""


class Office:
    def __init__(self, nhn: Nhn, partners: Partners, store: PartnerStore, clock: FixedClock) -> None:
        self.nhn, self.partners, self.store, self.clock = nhn, partners, store, clock

    async def gp(self, *abilities: Ability) -> None:
        party = replace(self.nhn.parties.known[GP], abilities=abilities)
        self.nhn.parties.put(party, NOW)
        await self.partners.learn(str(GP))


@pytest_asyncio.fixture(loop_scope="session")
async def office(database: str) -> AsyncIterator[Office]:
    async with running() as nhn:
        ours, store, clock = house(nhn, "storvik", set()), await PartnerStore.open(database), FixedClock(NOW)
        register = AddressRegister(ours.api(nhn.register_address, REGISTER))
        book = AddressBook(register, store, clock=clock)
        yield Office(nhn, Partners(book, store, register, writes=WRITES, clock=clock), store, clock)
        await ours.close()
        await store.close()


async def test_a_partial_product_never_loses_the_rest_silently(office: Office) -> None:
    """Every type that we write gets an answer before it is sent, and what is not taken says what to do."""
    await office.gp(*GP_TAKES)
    told = {type: await office.partners.may_send(type, str(GP)) for type in WRITES}
    assert {t for t, a in told.items() if a.verdict is Verdict.YES} == {
        "DIALOG_FORESPORSEL",
        "DIALOG_HELSEFAGLIG",
    }
    for type, answer in told.items():
        if answer.verdict is not Verdict.YES:
            assert answer.because and answer.instead and not answer.version, type
    assert told["DIALOG_FORESPORSEL"].version == "1.0" and not told["DIALOG_FORESPORSEL"].warnings


async def test_another_type_is_proposed_when_that_one_is_taken(office: Office) -> None:
    await office.gp(*GP_TAKES)
    answer = await office.partners.may_send("UTSKRIVNINGSRAPPORT", str(GP))
    assert [i.type for i in answer.instead if i.kind == instead.TYPE] == ["DIALOG_HELSEFAGLIG"]
    await office.gp(GP_TAKES[0])
    answer = await office.partners.may_send("UTSKRIVNINGSRAPPORT", str(GP))
    assert {i.kind for i in answer.instead} == {instead.PHONE, instead.LETTER}


async def test_versions_that_do_not_meet(office: Office) -> None:
    later = Ability("HELSEOPPLYSNINGER_LEGE", "1.6", receives=True)
    await office.gp(*GP_TAKES)
    answer = await office.partners.may_send("HELSEOPPLYSNINGER_LEGE", str(GP))
    assert answer.verdict is Verdict.NO
    assert answer.because == "Alexander Dahl tar imot versjon 1.5, vi sender 1.6."
    await office.gp(*GP_TAKES, later)
    answer = await office.partners.may_send("HELSEOPPLYSNINGER_LEGE", str(GP))
    assert (answer.verdict, answer.version) == (Verdict.YES, "1.6")


async def test_from_when_and_until_when(office: Office) -> None:
    row = AbilityRow("LOG_INNLAGT", "1.6", sends=False, receives=True, begins=NEW_YEAR)
    row15 = AbilityRow("LOG_INNLAGT", "1.5", sends=False, receives=True, ends=NEW_YEAR)
    await office.partners.agree(str(GP), [row, row15], made_by="per", note="Bytter system")
    before = await office.partners.may_send("LOG_INNLAGT", str(GP))
    assert before.verdict is Verdict.NO and "Fra 01.01.2027 kan den det" in before.because
    assert before.instead[0].kind == instead.PHONE, "somebody waits for it today"
    office.clock.advance(NEW_YEAR - NOW)
    assert (await office.partners.may_send("LOG_INNLAGT", str(GP))).version == "1.6"


async def test_what_is_not_known_is_not_yes(office: Office) -> None:
    answer = await office.partners.may_send("LOG_INNLAGT", str(GP))
    assert answer.verdict is Verdict.UNKNOWN and "ikke oppgitt" in answer.because
    assert "kvitteringen" in answer.words
    await office.partners.learn(str(GP))
    assert (await office.partners.may_send("LOG_INNLAGT", str(GP))).verdict is Verdict.UNKNOWN


async def test_what_was_agreed_goes_before_the_register(office: Office) -> None:
    await office.gp(*GP_TAKES)
    stopped = AbilityRow("DIALOG_FORESPORSEL", "1.0", sends=False, receives=False)
    await office.partners.agree(str(GP), [stopped], made_by="per", note="Legekontoret leser dem ikke")
    assert (await office.partners.may_send("DIALOG_FORESPORSEL", str(GP))).verdict is Verdict.NO
    assert (await office.partners.may_send("DIALOG_HELSEFAGLIG", str(GP))).verdict is Verdict.YES, "not named"
    await office.partners.agree(str(GP), [], made_by="per", note="Nå leser de dem")
    assert (await office.partners.may_send("DIALOG_FORESPORSEL", str(GP))).verdict is Verdict.YES
    history = await office.store.history(GP)
    assert [(p.source, p.made_by) for p in history] == [
        ("register", "register"),
        ("agreement", "per"),
        ("agreement", "per"),
    ]
    assert history[1].note == "Legekontoret leser dem ikke" and history[1].abilities == (stopped,)


async def test_the_same_again_is_no_new_profile(office: Office) -> None:
    await office.gp(*GP_TAKES)
    assert not await office.partners.learn(str(GP))
    assert len(await office.store.history(GP)) == 1


async def test_an_answer_that_cannot_come_is_told(office: Office) -> None:
    await office.gp(Ability("DIALOG_FORESPORSEL", "1.0", receives=True))
    answer = await office.partners.may_send("DIALOG_FORESPORSEL", str(GP))
    assert answer.verdict is Verdict.YES and "telefon" in answer.warnings[0]


async def test_the_partners_own_deadline(office: Office) -> None:
    assert await office.partners.deadline("DIALOG_FORESPORSEL", str(GP)) is None
    row = AbilityRow("DIALOG_FORESPORSEL", "1.0", True, True, answers_within=timedelta(days=2))
    await office.partners.agree(str(GP), [row], made_by="per", note="")
    assert await office.partners.deadline("DIALOG_FORESPORSEL", str(GP)) == timedelta(days=2)


async def test_addresses_that_are_none(office: Office) -> None:
    for her, words in ((990001, "virksomhet"), (NOBODY, "Ingen har HER-id 9999999")):
        answer = await office.partners.may_send("LOG_INNLAGT", str(her))
        assert answer.verdict is Verdict.NO and words in answer.because and answer.instead
    office.nhn.parties.end(NURSES, NOW - timedelta(days=1))
    answer = await office.partners.may_send("LOG_INNLAGT", str(NURSES))
    assert answer.verdict is Verdict.NO and "ikke lenger i bruk" in answer.because


async def test_when_the_register_is_silent(office: Office) -> None:
    await office.gp(*GP_TAKES)
    await office.partners.may_send("DIALOG_FORESPORSEL", str(GP))
    office.nhn.reachable = False
    office.clock.advance(timedelta(days=9))
    old = await office.partners.may_send("DIALOG_FORESPORSEL", str(GP))
    assert old.verdict is Verdict.YES and old.warnings == (
        "Adresseregisteret svarer ikke. Adressen er 9 døgn gammel.",
    )
    new = await office.partners.may_send("DIALOG_FORESPORSEL", str(NURSES))
    assert new.verdict is Verdict.UNKNOWN and new.instead


def test_every_line_of_what_to_do_instead_names_types_that_there_are() -> None:
    listed = Path("src/akson/terminology/sources/norwegian_lists/lists/8279.tsv").read_text("utf-8")
    known = {line.split("\t")[0] for line in listed.splitlines()}
    named = {*instead.STANDS_IN, *instead.SAME_DAY, *instead.WANTS}
    named |= {other for lines in instead.STANDS_IN.values() for other, _ in lines}
    named |= {other for others in instead.WANTS.values() for other in others}
    assert named - known <= {"DIALOG_NOTAT", "MEDISINSKE_OPPLYSNINGER"}, (
        "in use (HIS 80704), and not in our copy of the list"
    )
    assert all(type not in {other for other, _ in lines} for type, lines in instead.STANDS_IN.items())


@pytest.mark.shared
def test_the_official_profile(shared: Path) -> None:
    folder = shared / "norwegian-messages" / "examples" / "cpa"
    (profile,) = cpp.read((folder / "helsenorge-CPP_93238.xml").read_bytes())
    assert (profile.her, profile.name, profile.cpa) == ("93238", "Digitale innbyggertjenester", "")
    found = {(a.type, a.version): (a.sends, a.receives) for a in profile.abilities}
    assert found["DIALOG_INNBYGGER_DIGITALBRUKER", "1.1"] == (True, True)
    assert found["Hent", "1.0"] == (True, False) and found["Svar", "1.0"] == (False, True)
    assert "APPREC" not in {type for type, _ in found}


@pytest.mark.shared
def test_the_official_agreements(shared: Path) -> None:
    folder = shared / "norwegian-messages" / "examples" / "cpa"
    helsenorge, gp = cpp.read((folder / "helsenorge-CPA_93252.xml").read_bytes())
    assert (helsenorge.her, gp.her) == ("93238", "93252")
    assert gp.cpa == "49391409-e528-4919-b4a3-9ccdab72c8c1"
    row = gp.abilities[0]
    assert row.begins and row.ends and row.begins.year == 2016
    assert row.ends == datetime(2017, 2, 5, 22, 59, tzinfo=UTC)
    pharmacy, nav = cpp.read((folder / "nav-qass-31162.xml").read_bytes())
    assert (pharmacy.her, nav.her) == ("8090595", "79768")
    assert {a.type for a in nav.abilities if a.receives} == {
        "Oppgjorskrav",
        "Svarmelding",
        "EgenandelForesporsel",
    }
    assert {a.type for a in nav.abilities if a.sends} >= {"Oppgjorsresultat", "Utbetaling"}


@pytest.mark.parametrize("content", [b"<a/>", b"<!DOCTYPE a><a/>", b"", b"nothing"])
def test_what_is_no_profile_is_an_error(content: bytes) -> None:
    with pytest.raises(Problem):
        cpp.read(content)
