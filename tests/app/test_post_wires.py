"""ebXML over mail and AMQP 1.0 through the joined post worker, under TLS: out, taken, AppRec back, both books balanced."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from akson_lab.nhn.house import Nhn
from tests.app.two_posts import End, Side, post_running, two_ends, until
from tests.exchange.amqp import broker
from tests.exchange.transport import server_tls
from tests.exchange.transport.mail_house import DOVECOT, PASSWORD, Dovecot, Folders, SmtpServer

EACH = 3


def bus_table(port: int) -> Callable[[Side, Side], str]:
    def table(here: Side, there: Side) -> str:
        return (
            f'[amqp]\nurl = "amqps://localhost:{port}"\nher_ids = ["{here.service}"]\nkeys = "{here.number}"\n'
            f'user = "{broker.USER}"\npassword_file = "password"\nprefix = "/amq/queue/"\nroots = "roots.pem"\n'
            f'[[partner]]\nher_id = "{there.service}"\ntransport = "amqp"\n'
        )

    return table


def servers_files(root: Path, tls: server_tls.ServerTls, password: str) -> None:
    """What each node is given of the server: whom to believe, and the password."""
    for side in ("storvik", "lillefjord"):
        below = root / side / "keys" / "post"
        below.mkdir(parents=True)
        (below / "roots.pem").write_bytes(tls.roots.read_bytes())
        (below / "password").write_text(password)


async def there_and_back(ends: tuple[End, End], way: str) -> None:
    """Both write to each other; each message is taken once, by that way, and confirmed; 0 unaccounted on both sides."""
    a, b = ends
    async with post_running(a, b):
        from_a, from_b = await a.send(b.side, EACH), await b.send(a.side, EACH)

        async def settled() -> bool:
            found = [await end.states() for end in ends]
            return all(set(states.values()) == {"done"} for states in found)

        await until(settled, lambda: asyncio.gather(*(end.standing() for end in ends)))
    assert await a.states() == dict.fromkeys(from_a, "done")
    assert await b.states() == dict.fromkeys(from_b, "done")
    assert await a.came() == dict.fromkeys(from_b, way) and await b.came() == dict.fromkeys(from_a, way)
    assert [await end.unaccounted() for end in ends] == [0, 0]


async def test_over_the_bus_by_amqps(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    if why := broker.missing():
        pytest.skip(why)
    tls = server_tls.made(tmp_path_factory.mktemp("tls"))
    servers_files(tmp_path, tls, broker.PASSWORD)
    with broker.running(tmp_path_factory.mktemp("rabbit"), (990002, 990102), tls) as port:
        async with Nhn() as nhn, two_ends(tmp_path, nhn, bus_table(port)) as ends:
            await there_and_back(ends, "amqp")


async def test_over_mail_by_starttls_and_implicit_tls(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Storvik by SMTP with STARTTLS and POP3S; Lillefjord by SMTPS and IMAP with STARTTLS."""
    if not DOVECOT.exists():
        pytest.skip("Dovecot is not installed: sh scripts/ensure_dovecot.sh")
    # Root's Dovecot reads the mail as somebody else, who must be let through every folder above it.
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    tls = server_tls.made(tmp_path_factory.mktemp("tls"))
    servers_files(tmp_path, tls, PASSWORD)
    folders = Folders(root / "boxes")
    folders.root.mkdir()
    upgraded, implicit = SmtpServer(folders, tls, starttls=True), SmtpServer(folders, tls)
    dovecot = Dovecot(folders, root / "dovecot", tls)

    def table(here: Side, there: Side) -> str:
        folders.add(here.name)
        smtp, inbox = {
            "storvik": (
                f"smtp+starttls://127.0.0.1:{upgraded.port}",
                f"pop3s://storvik@localhost:{dovecot.pop3s_port}",
            ),
            "lillefjord": (
                f"smtps://localhost:{implicit.port}",
                f"imap+starttls://lillefjord@127.0.0.1:{dovecot.imap_port}",
            ),
        }[here.name]
        return (
            f'[ebxml]\nher_ids = ["{here.service}"]\naddress = "{here.mail}"\nsmtp = "{smtp}"\ninbox = "{inbox}"\n'
            f'keys = "{here.number}"\npassword_file = "password"\npoll_seconds = 1\nroots = "roots.pem"\n'
            f'[[partner]]\nher_id = "{there.service}"\ntransport = "ebxml"\n'
        )

    upgraded.start()
    implicit.start()
    await asyncio.to_thread(dovecot.start)
    try:
        async with Nhn() as nhn, two_ends(tmp_path, nhn, table) as ends:
            await there_and_back(ends, "ebxml")
    finally:
        upgraded.stop()
        implicit.stop()
        await asyncio.to_thread(dovecot.stop)
        shutil.rmtree(root, ignore_errors=True)
