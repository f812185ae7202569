"""A real mail server for the tests: SMTP by aiosmtpd into Maildir folders, POP3 and IMAP by Dovecot over the same folders.

Dovecot is Debian's, put there by `scripts/ensure_dovecot.sh` or by somebody. Where it is not, the lab's own small POP3
server alone is tried, and the others skip and say so.
"""

import contextlib
import grp
import os
import pwd
import socket
import subprocess
import time
import uuid
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.exchange.transport.server_tls import ServerTls
from tests.ports import free_port

PASSWORD = "only-for-tests"
DOVECOT_WAIT_S = 60.0


class Folders:
    """Maildir by recipient: `<local part>@…` -> `<root>/<local part>/new`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lose: set[str] = set()
        """Local parts whose mail is accepted and then lost."""

    def add(self, user: str) -> None:
        for part in ("new", "cur", "tmp"):
            (self.root / user / part).mkdir(parents=True, exist_ok=True)
        _give_away(self.root / user)

    def deliver(self, user: str, content: bytes) -> None:
        if user in self.lose:
            return
        name = f"{time.time_ns():020d}.{uuid.uuid4().hex}.test"
        path = self.root / user / "tmp" / name
        path.write_bytes(content)
        _give_away(path)
        path.rename(self.root / user / "new" / name)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not (self.root / address.split("@")[0]).is_dir():
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        for address in envelope.rcpt_tos:
            self.deliver(address.split("@")[0], envelope.content)
        return "250 OK"


class SmtpServer:
    """aiosmtpd on one port, stopped and started again as the tests want it. With `tls` nothing is taken without it."""

    def __init__(self, folders: Folders, tls: ServerTls | None = None, *, starttls: bool = False) -> None:
        self._folders, self.port = folders, free_port()
        self._tls, self._starttls = tls, starttls
        self._controller: Controller | None = None

    def start(self) -> None:
        more: dict[str, object] = {}
        if self._tls is not None:
            context = self._tls.context()
            more = (
                {"tls_context": context, "require_starttls": True}
                if self._starttls
                else {"ssl_context": context}
            )
        self._controller = Controller(
            self._folders,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=128 * 1024 * 1024,
            **more,  # type: ignore[arg-type]
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


DOVECOT = Path("/usr/sbin/dovecot")


class Dovecot:
    """Dovecot as this user, in a folder of its own, POP3 and IMAP on loopback."""

    def __init__(self, folders: Folders, home: Path, tls: ServerTls | None = None) -> None:
        self._folders, self._home, self._tls = folders, home, tls
        self.pop3_port, self.imap_port = free_port(), free_port()
        self.pop3s_port, self.imaps_port = (free_port(), free_port()) if tls else (0, 0)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        config = self._home / "dovecot.conf"
        config.write_text(self._config())
        log = (self._home / "out.log").open("ab")
        self._process = subprocess.Popen([DOVECOT, "-F", "-c", config], stdout=log, stderr=log)
        until = time.monotonic() + DOVECOT_WAIT_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            if all(_answers(port) for port in (self.pop3_port, self.imap_port)):
                return
            time.sleep(0.05)
        raise RuntimeError((self._home / "out.log").read_text()[-2000:] + self.log())

    def log(self) -> str:
        path = self._home / "dovecot.log"
        return path.read_text()[-2000:] if path.exists() else ""

    def stop(self, *, kill: bool = False) -> None:
        if self._process is not None:
            (self._process.kill if kill else self._process.terminate)()
            self._process.wait(timeout=DOVECOT_WAIT_S)
            self._process = None

    def _ssl(self) -> str:
        if self._tls is None:
            return "ssl = no"
        return f"ssl = required\nssl_cert = <{self._tls.certificate}\nssl_key = <{self._tls.key}"

    def _config(self) -> str:
        login, mail = _users()
        return f"""
base_dir = {self._home}/run
state_dir = {self._home}/state
log_path = {self._home}/dovecot.log
auth_stats = no
default_internal_user = {login}
default_internal_group = {_group(login)}
default_login_user = {login}
protocols = pop3 imap
listen = 127.0.0.1
{self._ssl()}
disable_plaintext_auth = no
mail_location = maildir:{self._folders.root}/%n
mail_uid = {mail}
mail_gid = {_group(mail)}
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
pop3_uidl_format = %f
pop3_no_flag_updates = yes
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={mail} gid={_group(mail)} home={self._folders.root}/%n allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = {self.pop3s_port}
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
  }}
}}
service imap-urlauth-login {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def _users() -> tuple[str, str]:
    """Who its parts run as, who touches the mail: this user. Root's Dovecot wants others than root for both."""
    me = pwd.getpwuid(os.getuid()).pw_name
    return (me, me) if os.getuid() else ("nobody", "nobody")


def _group(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _give_away(path: Path) -> None:
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for each in [path, *path.rglob("*")]:
            os.chown(each, nobody.pw_uid, nobody.pw_gid)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as found:
        return bool(found.recv(4))
    return False
