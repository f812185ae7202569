"""The two doors of a mail server: SMTP out, POP3 or IMAP in. Standard library, in a thread; no state between calls.

A mailbox has one owner, this node (HITS 1172: one mailbox for each message server). What it holds is deleted only by
`remove`, and only what is named: an interrupted session deletes nothing.
"""

import contextlib
import imaplib
import poplib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from akson.exchange.transport.contract import Undeliverable, Unreachable

MAIL_BYTES_MAX = 96 * 1024 * 1024
"""35 MB, in base64, twice over at the worst. What is larger is told of by its headers and left where it lies."""
LINE_BYTES_MAX = 8 * 1024 * 1024
"""An envelope without line breaks, as some write it in 8bit; poplib's own limit of 2 kB would stop the whole mailbox."""
TIMEOUT_S = 60.0
_PERMANENT = range(500, 600)
_BUSY = {530, 535, 552}
"""Permanent in SMTP's words, and mended without touching the parcel: login, a full mailbox."""


class Security(Enum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """Within a closed network, or on this machine."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where and as whom. The password comes from a file, and is in no repr."""

    host: str
    port: int
    security: Security = Security.TLS
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S
    roots: str = ""
    """A file of roots (PEM) that the server's certificate must stand below; "" for those this machine trusts."""

    def tls(self) -> ssl.SSLContext:
        """A certificate for that very name is demanded, always. Raises OSError when `roots` cannot be read."""
        made = ssl.create_default_context(cafile=self.roots or None)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        return made


@dataclass(frozen=True, slots=True)
class Lying:
    """One mail in the box. `whole` is False when it is too large: then `content` is its headers."""

    uid: str
    content: bytes
    whole: bool = True


class Mailbox(Protocol):
    def read(self, limit: int, skip: frozenset[str]) -> list[Lying]:
        """The oldest first. Raises Unreachable."""
        ...

    def remove(self, uid: str) -> None:
        """For good; one that is gone already is no matter. Raises Unreachable."""
        ...


class Outgoing:
    """SMTP."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def send(self, sender: str, receiver: str, mail: bytes) -> None:
        """Raises Unreachable (not now) or Undeliverable (not ever)."""
        door = self._door
        try:
            with _smtp(door) as server:
                if door.security is Security.STARTTLS:
                    server.starttls(context=door.tls())
                if door.user:
                    server.login(door.user, door.password)
                server.sendmail(sender, [receiver], mail)
        except smtplib.SMTPRecipientsRefused as error:
            code = next((code for code, _ in error.recipients.values()), 0)
            raise _refused(code, f"The mail server does not take mail to {receiver}.") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, "The mail server refused the mail.") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"The mail server {door.host} does not answer.") from error


def _smtp(door: Door) -> smtplib.SMTP:
    if door.security is Security.TLS:
        return smtplib.SMTP_SSL(door.host, door.port, timeout=door.timeout_s, context=door.tls())
    return smtplib.SMTP(door.host, door.port, timeout=door.timeout_s)


def _refused(code: int, what: str) -> Exception:
    if code in _PERMANENT and code not in _BUSY:
        return Undeliverable(f"{what} (SMTP {code})")
    return Unreachable(f"{what} (SMTP {code})")


class _Pop3(poplib.POP3):
    """With room for long lines."""

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(LINE_BYTES_MAX + 1)  # type: ignore[attr-defined]
        if len(line) > LINE_BYTES_MAX or not line:
            raise poplib.error_proto("line too long" if line else "-ERR EOF")
        return line.removesuffix(b"\n").removesuffix(b"\r"), len(line)


class _Pop3Tls(_Pop3, poplib.POP3_SSL):
    pass


class Pop3Mailbox:
    def __init__(self, door: Door) -> None:
        self._door = door

    def read(self, limit: int, skip: frozenset[str]) -> list[Lying]:
        with self._session() as server:
            found: list[Lying] = []
            sizes = {line.split()[0]: int(line.split()[1]) for line in server.list()[1]}
            for number, uid in self._numbers(server):
                if len(found) >= limit:
                    break
                if uid not in skip:
                    found.append(_lying(server, number, uid, sizes.get(number, 0)))
            return found

    def remove(self, uid: str) -> None:
        with self._session() as server:
            for number, each in self._numbers(server):
                if each == uid:
                    server.dele(int(number))
                    # Only QUIT deletes (RFC 1939, UPDATE state); a session that breaks deletes nothing.
                    server.quit()
                    return

    def _numbers(self, server: poplib.POP3) -> list[tuple[bytes, str]]:
        lines = [line.split(maxsplit=1) for line in server.uidl()[1]]
        return [(number, uid.decode("ascii", "replace").strip()) for number, uid in lines]

    @contextmanager
    def _session(self) -> Iterator[poplib.POP3]:
        door = self._door
        with _reaching(door, poplib.error_proto):
            if door.security is Security.TLS:
                server = _Pop3Tls(door.host, door.port, timeout=door.timeout_s, context=door.tls())
            else:
                server = _Pop3(door.host, door.port, timeout=door.timeout_s)
            try:
                if door.security is Security.STARTTLS:
                    server.stls(door.tls())
                server.user(door.user)
                server.pass_(door.password)
                yield server
            finally:
                with contextlib.suppress(OSError, poplib.error_proto):
                    server.close()


def _lying(server: poplib.POP3, number: bytes, uid: str, size: int) -> Lying:
    if size > MAIL_BYTES_MAX:
        return Lying(uid, _crlf(server.top(number.decode(), 0)[1]), whole=False)  # type: ignore[arg-type]
    return Lying(uid, _crlf(server.retr(int(number))[1]))


def _crlf(lines: list[bytes]) -> bytes:
    return b"\r\n".join([*lines, b""])


class ImapMailbox:
    """INBOX of an IMAP4 server."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def read(self, limit: int, skip: frozenset[str]) -> list[Lying]:
        with self._session() as server:
            _, data = server.uid("SEARCH", "UNDELETED")
            uids = [uid.decode() for uid in (data[0] or b"").split()]
            wanted = [uid for uid in sorted(uids, key=int) if uid not in skip][:limit]
            return [lying for uid in wanted if (lying := _fetched(server, uid))]

    def remove(self, uid: str) -> None:
        with self._session() as server:
            server.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)")
            if b"UIDPLUS" in (server.capability()[1][0] or b"").upper():
                server.uid("EXPUNGE", uid)
            else:
                server.expunge()

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        door = self._door
        with _reaching(door, imaplib.IMAP4.error):
            if door.security is Security.TLS:
                server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    door.host, door.port, timeout=door.timeout_s, ssl_context=door.tls()
                )
            else:
                server = imaplib.IMAP4(door.host, door.port, timeout=door.timeout_s)
            try:
                if door.security is Security.STARTTLS:
                    server.starttls(door.tls())
                server.login(door.user, door.password)
                if server.select("INBOX")[0] != "OK":
                    raise Unreachable(f"The mailbox at {door.host} cannot be opened.")
                yield server
            finally:
                with contextlib.suppress(OSError, imaplib.IMAP4.error):
                    server.logout()


_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def _fetched(server: imaplib.IMAP4, uid: str) -> Lying | None:
    """None when somebody else took it away meanwhile."""
    _, answer = server.uid("FETCH", uid, "(RFC822.SIZE)")
    size = _SIZE.search(answer[0]) if answer and isinstance(answer[0], bytes) else None
    whole = size is None or int(size.group(1)) <= MAIL_BYTES_MAX
    _, answer = server.uid("FETCH", uid, "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")
    content = next((part[1] for part in answer if isinstance(part, tuple)), None)
    return None if content is None else Lying(uid, content, whole)


@contextmanager
def _reaching(door: Door, error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError, IndexError, error) as broken:
        raise Unreachable(f"The mailbox at {door.host} does not answer.") from broken
