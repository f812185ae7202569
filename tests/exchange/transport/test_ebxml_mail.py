"""ebXML over mail under the contract: a real SMTP server, and POP3 and IMAP by Dovecot; the lab's POP3 beside them."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from akson.exchange.envelope.ebxml import mime
from akson.exchange.envelope.ebxml.values import Correspondent, Software
from akson.exchange.sealing import making
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.transport import ebxml_mail
from akson.exchange.transport.contract import Kind, Undeliverable, Unreachable
from akson.exchange.transport.ebxml_mail import EbxmlMail, Office
from akson.exchange.transport.ebxml_memory import Memory
from akson.exchange.transport.mail_server import Door, ImapMailbox, Mailbox, Outgoing, Pop3Mailbox, Security
from akson.world import FixedClock, SystemRandom
from akson_lab.pop3 import Pop3Server
from tests.exchange.sealing.stage import HOSPITAL, MUNICIPALITY, NOW, authority, ring, stranger, trusted
from tests.exchange.transport.contract import Pair, TransportContract, comes, nothing_comes, parcel, take_all
from tests.exchange.transport.cutter import Cutter
from tests.exchange.transport.mail_house import DOVECOT, PASSWORD, Dovecot, Folders, SmtpServer

MUNICIPALITY_HER, HOSPITAL_HER = "8140001", "990202"
NUMBERS = {MUNICIPALITY_HER: MUNICIPALITY, HOSPITAL_HER: HOSPITAL}


class Register:
    def __init__(self, known: dict[str, Correspondent]) -> None:
        self.known = known

    async def find(self, her: str) -> Correspondent | None:
        return self.known.get(her)


class MailPair(Pair):
    here_her, there_her = HOSPITAL_HER, MUNICIPALITY_HER
    acknowledges = names_parties = knows_receivers = True

    def __init__(self, house: "House", root: Path) -> None:
        self.house, self.root, self.clock = house, root, FixedClock(NOW)
        mark = uuid.uuid4().hex[:8]
        self.users = {her: f"her{her}-{mark}" for her in NUMBERS}
        for user in self.users.values():
            house.folders.add(user)
        self.register = Register({her: self.card(her) for her in NUMBERS})
        self._open()

    def card(self, her: str) -> Correspondent:
        ours = ring(NUMBERS[her])
        return Correspondent(
            her,
            self.address(her),
            NUMBERS[her],
            ours.openers()[0].certificate,
            (ours.signer(NOW).certificate,),
        )

    def address(self, her: str) -> str:
        return f"{self.users[her]}@edi.test.example"

    def end(
        self, her: str, keyring: Keyring | None = None, *, smtp_port: int = 0, box_port: int = 0
    ) -> EbxmlMail:
        office = Office(
            frozenset([her]),
            self.address(her),
            keyring or ring(NUMBERS[her]),
            trusted(),
            Software("Akson", "0.1.0"),
        )
        return EbxmlMail(
            office,
            self.register,
            Outgoing(Door("127.0.0.1", smtp_port or self.house.smtp.port, Security.NONE, timeout_s=10)),
            self.house.mailbox(self.users[her], box_port),
            Memory(self.root / her),
            clock=self.clock,
            random=SystemRandom(),
        )

    def _open(self) -> None:
        self.here, self.there = self.end(self.here_her), self.end(self.there_her)

    async def reopen(self) -> None:
        self._open()

    async def cut(self) -> None:
        await self.house.stop()

    async def mend(self) -> None:
        await self.house.start()

    async def lose_answers(self) -> None:
        for path in self.lying(self.here_her):
            path.unlink()

    def lying(self, her: str) -> list[Path]:
        """Mails in the box, the oldest first."""
        folder = self.house.folders.root / self.users[her]
        found = [path for part in ("new", "cur") for path in (folder / part).iterdir()]
        return sorted(found, key=lambda path: path.name)


class House:
    """One mail server for all tests of a kind."""

    def __init__(self, kind: str, root: Path) -> None:
        self.kind, self.folders = kind, Folders(root / "mail")
        self.folders.root.mkdir()
        self.smtp = SmtpServer(self.folders)
        self.dovecot = Dovecot(self.folders, root / "dovecot")
        self.small = Pop3Server(self.folders.root, PASSWORD)

    @property
    def box_port(self) -> int:
        return {"lab": self.small.port, "pop3": self.dovecot.pop3_port, "imap": self.dovecot.imap_port}[
            self.kind
        ]

    def mailbox(self, user: str, port: int = 0) -> Mailbox:
        door = Door("127.0.0.1", port or self.box_port, Security.NONE, user, PASSWORD, timeout_s=10)
        return ImapMailbox(door) if self.kind == "imap" else Pop3Mailbox(door)

    async def start(self) -> None:
        await asyncio.to_thread(self.smtp.start)
        if self.kind == "lab":
            await self.small.start()
        else:
            await asyncio.to_thread(self.dovecot.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self.smtp.stop)
        await self.small.stop()
        await asyncio.to_thread(self.dovecot.stop)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the mail server's own user may enter."""
    made = Path(tempfile.mkdtemp(prefix="akson-mail-"))
    os.chmod(made, 0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["lab", "pop3", "imap"])
async def house(request: pytest.FixtureRequest, open_folder: Path) -> AsyncIterator[House]:
    if request.param != "lab" and not DOVECOT.exists():
        pytest.skip("Dovecot, the real POP3 and IMAP server, is not here: scripts/ensure_dovecot.sh")
    root = open_folder / request.param
    root.mkdir()
    made = House(request.param, root)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def pair(house: House, tmp_path: Path) -> AsyncIterator[MailPair]:
    made = MailPair(house, tmp_path)
    yield made
    await made.here.close()
    await made.there.close()


class TestEbxmlMail(TransportContract):
    """Every question of the contract, and what mail alone can do."""

    async def test_a_retry_is_the_same_envelope_in_another_mail(self, pair: MailPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await pair.reopen()
        await pair.here.send(sent)
        one, two = (mime.read(path.read_bytes()) for path in pair.lying(pair.there_her))
        assert one.headers["message-id"] != two.headers["message-id"]
        assert one.envelope == two.envelope and one.sealed == two.sealed

    async def test_nothing_of_the_content_is_in_the_clear(self, pair: MailPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        (path,) = pair.lying(pair.there_her)
        mail = mime.read(path.read_bytes())
        assert mail.envelope and mail.envelope.content and mail.sealed[0].content
        assert b"Astrid" in sent.document
        assert not any(
            b"Astrid" in part for part in (path.read_bytes(), mail.envelope.content, mail.sealed[0].content)
        )

    async def test_a_duplicate_gets_the_same_acknowledgement(self, pair: MailPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await take_all(pair, pair.there)
        await pair.here.send(sent)
        await nothing_comes(pair, pair.there)
        answers = [mime.read(path.read_bytes()).envelope for path in pair.lying(pair.here_her)]
        assert len(answers) == 2 and answers[0] == answers[1], "to the byte"

    async def test_killed_between_the_kept_answer_and_its_sending_it_is_sent_later(
        self, pair: MailPair
    ) -> None:
        """The answer is kept, the mail server dies before it takes it, the process too."""
        handed = await pair.here.send(parcel(pair))
        (arrival,) = await comes(pair, pair.there)
        await pair.cut()
        await pair.there.taken(arrival)
        await pair.mend()
        await pair.reopen()
        await nothing_comes(pair, pair.there)
        (answer,) = await comes(pair, pair.here)
        assert (answer.kind, answer.refers_to) == (Kind.ACKNOWLEDGED, handed.reference)

    async def test_what_was_broken_on_its_way_is_refused_and_kept(self, pair: MailPair) -> None:
        sent = parcel(pair)
        handed = await pair.here.send(sent)
        (path,) = pair.lying(pair.there_her)
        whole = path.read_bytes()
        at = whole.rindex(b"\r\n--=_") - 20
        path.write_bytes(whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :])
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.problem, arrival.document) == ("S01", b"") and arrival.original
        assert arrival.reference != handed.reference, "who is not believed claims no id"
        await pair.there.taken(arrival)
        (answer,) = await take_all(pair, pair.here)
        assert (answer.kind, answer.refers_to) == (Kind.REFUSED, handed.reference)
        assert "SecurityFailure" in answer.note and "regel 50" in answer.note
        await pair.here.send(sent)
        (arrival,) = await comes(pair, pair.there)
        assert arrival.document == sent.document, "the whole one is not taken for the broken one"

    async def test_an_id_that_is_used_again_for_something_else_is_refused_aloud(self, pair: MailPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await take_all(pair, pair.there)
        await take_all(pair, pair.here)
        await pair.here.send(replace(sent, document=b"<other/>"))
        (arrival,) = await comes(pair, pair.there)
        assert arrival.problem == "E10" and arrival.reference != sent.id
        await pair.there.taken(arrival)
        (answer,) = await comes(pair, pair.here)
        assert answer.kind is Kind.REFUSED and "Inconsistent" in answer.note

    async def test_a_stranger_is_not_believed(self, pair: MailPair) -> None:
        forged = making.keyring(stranger(), HOSPITAL, "Storfjord sykehus", NOW)
        await pair.end(pair.here_her, forged).send(parcel(pair))
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.problem, arrival.document) == ("S02", b"")

    async def test_another_organisation_does_not_speak_for_the_sender(self, pair: MailPair) -> None:
        """A believed certificate, of somebody else: rule 44."""
        await pair.end(pair.here_her, ring(MUNICIPALITY)).send(parcel(pair))
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.problem, arrival.document) == ("S02", b"") and "regel 44" in arrival.note

    async def test_what_is_no_ebxml_gets_a_fault_that_finds_nothing_to_refuse(self, pair: MailPair) -> None:
        mail = f"From: {pair.address(pair.here_her)}\r\nSubject: hei\r\nMessage-ID: <1@x>\r\n\r\nhei\r\n"
        pair.house.folders.deliver(pair.users[pair.there_her], mail.encode())
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.kind, arrival.problem) == (Kind.MESSAGE, "T01") and arrival.original == mail.encode()
        await pair.there.taken(arrival)
        (fault,) = await take_all(pair, pair.here)
        assert (fault.kind, fault.refers_to) == (Kind.REFUSED, "") and "regel" in fault.note
        await nothing_comes(pair, pair.there)

    async def test_a_bounce_refuses_the_parcel_it_returns(self, pair: MailPair) -> None:
        handed = await pair.here.send(parcel(pair))
        (path,) = pair.lying(pair.there_her)
        id = mime.read(path.read_bytes()).headers["message-id"]
        for action in ("delayed", "failed"):
            bounce = (
                'From: MAILER-DAEMON@edi.test.example\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n'
                f"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: {action}\r\n\r\n"
                f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
            )
            pair.house.folders.deliver(pair.users[pair.here_her], bounce.encode())
        (arrival,) = await comes(pair, pair.here)
        assert (arrival.kind, arrival.refers_to) == (Kind.REFUSED, handed.reference)
        await pair.here.taken(arrival)
        await nothing_comes(pair, pair.here)
        assert len(pair.lying(pair.there_her)) == 1, "a bounce is never answered"

    async def test_an_acknowledgement_of_other_bytes_is_not_believed(self, pair: MailPair) -> None:
        """The receiver says that it has something else than what was sent."""
        sent = parcel(pair)
        await pair.here.send(sent)
        other = pair.end(pair.here_her)
        other._memory = Memory(pair.root / "other")
        for path in pair.lying(pair.there_her):
            path.unlink()
        await other.send(replace(sent, document=b"<other/>"))
        await take_all(pair, pair.there)
        (arrival,) = await comes(pair, pair.here)
        assert (arrival.kind, arrival.problem) == (Kind.MESSAGE, "S01")

    async def test_a_receiver_whose_certificate_has_run_out_is_undeliverable(self, pair: MailPair) -> None:
        old = making.enterprise(authority(), MUNICIPALITY, "Lillefjord kommune", Use.ENCRYPT, NOW, days=-2)
        card = pair.register.known[pair.there_her]
        pair.register.known[pair.there_her] = replace(card, encryption=old.certificate)
        with pytest.raises(Undeliverable):
            await pair.here.send(parcel(pair))

    async def test_an_address_that_is_not_there_is_undeliverable(self, pair: MailPair) -> None:
        card = pair.register.known[pair.there_her]
        pair.register.known[pair.there_her] = replace(card, edi_address="nobody@edi.test.example")
        with pytest.raises(Undeliverable, match="nobody@"):
            await pair.here.send(parcel(pair))

    async def test_a_mail_that_breaks_us_does_not_stop_the_mailbox(
        self, pair: MailPair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        poison, sent = b"Subject: poison\r\n\r\nx\r\n", parcel(pair)
        pair.house.folders.deliver(pair.users[pair.there_her], poison)
        await pair.here.send(sent)
        whole = ebxml_mail.look

        def broken(content: bytes) -> object:
            if content == poison:
                raise RuntimeError("Astrid")
            return whole(content)

        monkeypatch.setattr(ebxml_mail, "look", broken)
        found = await comes(pair, pair.there, 2)
        assert (found[0].problem, found[0].original) == ("T01", poison) and "Astrid" not in found[0].note
        assert found[1].document == sent.document
        for arrival in found:
            await pair.there.taken(arrival)
        await nothing_comes(pair, pair.there)

    async def test_when_our_certificate_has_run_out_the_letter_waits_for_its_answer(
        self, pair: MailPair
    ) -> None:
        await pair.here.send(parcel(pair))
        late = pair.end(pair.there_her)
        (arrival,) = await comes(pair, late)
        late._clock = FixedClock(NOW + timedelta(days=2000))
        await late.taken(arrival)
        assert len(pair.lying(pair.there_her)) == 1 and not pair.lying(pair.here_her)
        await take_all(pair, pair.there)
        (answer,) = await comes(pair, pair.here)
        assert answer.kind is Kind.ACKNOWLEDGED

    async def test_a_line_without_end_does_not_stop_the_mailbox(self, pair: MailPair) -> None:
        sender = pair.address(pair.here_her)
        mail = f"From: {sender}\r\nMessage-ID: <1@x>\r\n\r\n{'x' * 50_000}\r\n".encode()
        pair.house.folders.deliver(pair.users[pair.there_her], mail)
        sent = parcel(pair)
        await pair.here.send(sent)
        found = await comes(pair, pair.there, 2)
        assert found[0].original == mail and found[1].document == sent.document

    async def test_the_smtp_server_dies_in_the_middle(self, pair: MailPair) -> None:
        """Cut at every stage of the sending, also after the last byte was taken and before the server said so."""
        sent = parcel(pair)
        await pair.here.send(sent)
        (path,) = pair.lying(pair.there_her)
        size = len(path.read_bytes())
        for up in (1, 20, 60, 200, size // 2, size - 100, size + 60):
            async with Cutter(pair.house.smtp.port, up=up) as way:
                broken = pair.end(pair.here_her, smtp_port=way.port)
                with pytest.raises(Unreachable):
                    await broken.send(sent)
                assert way.cut == 1, up
        await pair.here.send(sent)
        (arrival,) = await take_all(pair, pair.there)
        assert arrival.document == sent.document
        await nothing_comes(pair, pair.there)
        answers = {a.reference for a in await comes(pair, pair.here)}
        assert len(answers) == 1, "however often it came, it is one acknowledgement"

    async def test_the_mailbox_server_dies_in_the_middle_of_a_fetch(self, pair: MailPair) -> None:
        sent = [parcel(pair, number) for number in (1, 2)]
        for each in sent:
            await pair.here.send(each)
        for down in (1, 40, 120, 400, 3000, 15_000):
            async with Cutter(pair.house.box_port, down=down) as way:
                with pytest.raises(Unreachable):
                    await pair.end(pair.there_her, box_port=way.port).fetch(10)
                assert way.cut == 1, down
        found = await comes(pair, pair.there, 2)
        assert [a.document for a in found] == [p.document for p in sent]

    async def test_the_mailbox_server_dies_while_the_mail_is_deleted(self, pair: MailPair) -> None:
        for up in range(20, 100, 16):
            sent = parcel(pair)
            handed = await pair.here.send(sent)
            (arrival,) = await comes(pair, pair.there)
            async with Cutter(pair.house.box_port, up=up) as way:
                await pair.end(pair.there_her, box_port=way.port).taken(arrival)
            await nothing_comes(pair, pair.there)
            assert not pair.lying(pair.there_her)
            answers = [a for _ in range(3) for a in await take_all(pair, pair.here, 0)]
            assert {(a.kind, a.refers_to) for a in answers} == {(Kind.ACKNOWLEDGED, handed.reference)}

    @pytest.mark.crash
    async def test_dovecot_itself_is_killed(self, pair: MailPair) -> None:
        if pair.house.kind == "lab":
            pytest.skip("the lab's server runs in this process")
        sent = parcel(pair)
        await pair.here.send(sent)
        await comes(pair, pair.there)
        await asyncio.to_thread(pair.house.dovecot.stop, kill=True)
        with pytest.raises(Unreachable):
            await pair.there.fetch(10)
        await asyncio.to_thread(pair.house.dovecot.start)
        (arrival,) = await take_all(pair, pair.there)
        assert arrival.document == sent.document
        await nothing_comes(pair, pair.there)
