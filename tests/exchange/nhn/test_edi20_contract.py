"""EDI 2.0 is a transport like the others: client and lab's message server, two houses, real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from akson.exchange.envelope import apprec
from akson.exchange.envelope.msghead import read_envelope
from akson.exchange.transport.contract import Kind
from akson.fhir import markup
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.messages import Messages
from tests.exchange.nhn.house import HOSPITAL, NURSES, House, house, running
from tests.exchange.samples import admission
from tests.exchange.transport.contract import Pair, TransportContract, comes, parcel, take_all


class Edi20Pair(Pair):
    here_her, there_her = "990202", str(NURSES)
    acknowledges = names_parties = knows_receivers = True

    def __init__(self, nhn: Nhn, folder: Path) -> None:
        self.nhn, self.folder = nhn, folder
        self.hospital: House = house(nhn, "havnes", {HOSPITAL, 990202})
        self.municipality: House = house(nhn, "storvik", {NURSES})
        self._open()

    def _open(self) -> None:
        self.here = self.hospital.edi20([990202], self.folder / "here")
        self.there = self.municipality.edi20([NURSES], self.folder / "there")

    async def reopen(self) -> None:
        await self.hospital.close()
        await self.municipality.close()
        self._open()

    async def cut(self) -> None:
        self.nhn.reachable = False

    async def mend(self) -> None:
        self.nhn.reachable = True

    async def lose_answers(self) -> None:
        """The server's news for HERE is gone, as when somebody else has read on."""
        messages: Messages = self.nhn.messages
        messages.told([int(self.here_her)], 0, 1)
        messages.notices = [
            replace(n, receiver=0) if str(n.receiver) == self.here_her else n for n in messages.notices
        ]


class TestEdi20(TransportContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def pair(self, tmp_path: Path) -> AsyncIterator[Edi20Pair]:
        async with running() as nhn:
            made = Edi20Pair(nhn, tmp_path)
            yield made
            await made.hospital.close()
            await made.municipality.close()

    async def test_it_goes_both_ways_and_an_answer_finds_its_question(self, pair: Pair) -> None:
        """Here the server makes the receipt from ours: it says the same, though not in the same bytes."""
        sent = parcel(pair)
        handed = await pair.here.send(sent)
        await take_all(pair, pair.there)
        envelope = read_envelope(markup.read(admission()))
        ours = apprec.build(
            envelope,
            envelope.receivers[0],
            [apprec.AppRecError("E36", "Uten fødselsdato")],
            id="0b0f7f0e-5b1c-4d6e-9a61-6d3b7f0c8a11",
            made="2026-11-27T03:00:00+01:00",
            version="0",
            received="",
        )
        receipt = replace(
            parcel(pair),
            type="APPREC",
            answers=sent.type,
            sender=pair.there_her,
            receiver=pair.here_her,
            refers_to=handed.reference,
            document=ours,
        )
        await pair.there.send(receipt)
        found = await comes(pair, pair.here, 3)
        (message,) = (a for a in found if a.kind is Kind.MESSAGE)
        theirs, before = apprec.read_apprec(message.document), apprec.read_apprec(ours)
        assert replace(theirs, id="", made="") == replace(before, id="", made="")
        assert (message.sender, message.receiver) == (pair.there_her, pair.here_her)
        told = {a.refers_to for a in found if a.kind is Kind.ACKNOWLEDGED}
        assert told == {handed.reference}
