"""A mail server whose certificate is not believed, or is for another name, gets neither a password nor a message."""

import asyncio
from pathlib import Path

import pytest

from akson.exchange.transport.contract import Unreachable
from akson.exchange.transport.mail_server import Door, Outgoing, Security
from tests.exchange.transport import server_tls
from tests.exchange.transport.mail_house import Folders, SmtpServer

MAIL = b"From: a@x.example\r\n\r\nhello\r\n"


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_only_a_server_that_is_believed_gets_mail(tmp_path: Path, security: Security) -> None:
    (tmp_path / "boxes").mkdir()
    folders = Folders(tmp_path / "boxes")
    folders.add("b")
    true, other = server_tls.made(tmp_path / "tls"), server_tls.made(tmp_path / "other")
    elsewhere = server_tls.made(tmp_path / "elsewhere", names=("mail.elsewhere.example",))
    for served, believed, sent in ((true, true, True), (true, other, False), (elsewhere, elsewhere, False)):
        server = SmtpServer(folders, served, starttls=security is Security.STARTTLS)
        server.start()
        try:
            door = Door("127.0.0.1", server.port, security, timeout_s=10, roots=str(believed.roots))
            before = len(list((folders.root / "b" / "new").iterdir()))
            if sent:
                await asyncio.to_thread(Outgoing(door).send, "a@x.example", "b@x.example", MAIL)
            else:
                with pytest.raises(Unreachable):
                    await asyncio.to_thread(Outgoing(door).send, "a@x.example", "b@x.example", MAIL)
            assert len(list((folders.root / "b" / "new").iterdir())) == before + sent
        finally:
            server.stop()


async def test_without_tls_a_server_that_demands_it_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "boxes").mkdir()
    folders = Folders(tmp_path / "boxes")
    folders.add("b")
    server = SmtpServer(folders, server_tls.made(tmp_path / "tls"), starttls=True)
    server.start()
    try:
        door = Door("127.0.0.1", server.port, Security.NONE, timeout_s=10)
        with pytest.raises(Unreachable):
            await asyncio.to_thread(Outgoing(door).send, "a@x.example", "b@x.example", MAIL)
    finally:
        server.stop()
