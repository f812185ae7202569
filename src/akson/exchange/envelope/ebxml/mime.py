"""Mails <-> parts: a signal is one `text/xml`, a business message `multipart/related` with the envelope and one CMS part.

What is read is bytes, decoded once: the digest of a part is over what base64 held. What is written is ASCII in short lines,
base64 throughout, so that no mail server on the way has anything to change.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import format_datetime, parseaddr

PARTS_MAX = 20
HEADER_MAX = 1000
ENVELOPE_TYPE = "text/xml"
SEALED_TYPE = "application/pkcs7-mime"


@dataclass(frozen=True, slots=True)
class Part:
    """One part, its content decoded; None when its encoding is broken."""

    type: str
    """Content-Type in lower case, without parameters."""
    parameters: dict[str, str]
    content_id: str
    encoding: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it came. Header names in lower case; the first of each."""

    headers: dict[str, str]
    type: str
    parameters: dict[str, str]
    envelope: Part | None
    sealed: tuple[Part, ...]
    """Every part but the envelope."""

    @property
    def sender(self) -> str:
        """Where a SOAP Fault goes: Reply-To, else From; the bare address or ""."""
        return parseaddr(self.headers.get("reply-to") or self.headers.get("from") or "")[1]

    @property
    def parts(self) -> dict[str, bytes]:
        """Content-Id without brackets -> bytes, of those that could be decoded."""
        return {part.content_id: part.content for part in self.sealed if part.content is not None}


def read(content: bytes) -> Mail:
    """Never raises: what is no mail has no envelope."""
    message = message_from_bytes(content)
    headers: dict[str, str] = {}
    for name, value in message.items():
        headers.setdefault(name.lower(), " ".join(str(value)[:HEADER_MAX].split()))
    leaves = [message] if not message.is_multipart() else _leaves(message)
    parts = [_part(leaf) for leaf in leaves[:PARTS_MAX]]
    envelope = _envelope(parts, _parameters(message).get("start", ""))
    sealed = tuple(part for part in parts if part is not envelope) if message.is_multipart() else ()
    return Mail(headers, message.get_content_type(), _parameters(message), envelope, sealed)


def _leaves(message: Message) -> list[Message]:
    found = message.get_payload()
    return [part for part in found if isinstance(part, Message)] if isinstance(found, list) else []


def _envelope(parts: list[Part], start: str) -> Part | None:
    """The part that `start` names, else the first; XML it is in any case."""
    xml = [p for p in parts if p.type in (ENVELOPE_TYPE, "application/xml", "application/soap+xml")]
    named = [p for p in xml if start and p.content_id == start.strip("<>")]
    return next(iter([*named, *xml]), None)


def _part(message: Message) -> Part:
    encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
    return Part(
        message.get_content_type(),
        _parameters(message),
        " ".join(str(message.get("Content-Id", "")).split())[:HEADER_MAX].strip("<>"),
        encoding,
        _decoded(message, encoding),
    )


def _decoded(message: Message, encoding: str) -> bytes | None:
    if message.is_multipart():
        return None
    if encoding != "base64":
        found = message.get_payload(decode=True)
        return found if isinstance(found, bytes) else None
    raw = message.get_payload()
    try:
        return binascii.a2b_base64("".join(str(raw).split()), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def _parameters(message: Message) -> dict[str, str]:
    found = message.get_params(failobj=[], unquote=True)[1:]
    return {str(name).lower(): str(value)[:HEADER_MAX] for name, value in found}


def split(part: bytes) -> tuple[dict[str, str], bytes]:
    """A MIME part with its own headers -> headers in lower case, and its body decoded. Raises ValueError."""
    cuts = [(part.find(mark), len(mark)) for mark in (b"\r\n\r\n", b"\n\n")]
    at, width = min((cut for cut in cuts if cut[0] >= 0), default=(-1, 0))
    if at < 0 or part.lstrip()[:1] == b"<":
        return {}, part
    message = BytesHeaderParser().parsebytes(part[:at] + b"\n\n")
    headers = {name.lower(): " ".join(str(value)[:HEADER_MAX].split()) for name, value in message.items()}
    body, encoding = part[at + width :], headers.get("content-transfer-encoding", "").lower()
    if encoding == "base64":
        return headers, binascii.a2b_base64(b"".join(body.split()), strict_mode=True)
    if encoding == "quoted-printable":
        return headers, binascii.a2b_qp(body)
    return headers, body


def entity(content: bytes) -> bytes:
    """The payload's own MIME part, as it is encrypted: its bytes are left as they are."""
    return b"Content-Type: application/xml\r\nContent-Transfer-Encoding: binary\r\n\r\n" + content


@dataclass(frozen=True, slots=True)
class Label:
    """The outside of a mail. Nothing of the content."""

    sender: str
    receiver: str
    subject: str
    message_id: str
    """With brackets."""
    date: datetime
    in_reply_to: str = ""


def single(label: Label, envelope: bytes, *, soap_action: bool = True) -> bytes:
    """A signal: the envelope alone."""
    lines = [*_outside(label, soap_action=soap_action), 'Content-Type: text/xml; charset="UTF-8"']
    return _lines([*lines, "Content-Transfer-Encoding: base64", ""]) + _base64(envelope)


def related(label: Label, envelope: bytes, content_id: str, sealed: bytes) -> bytes:
    """A business message: the envelope and its one part. The boundary is made of the message's own id."""
    boundary = f"=_{content_id.split('@', maxsplit=1)[0]}"
    root = f"envelope.{content_id}"
    kind = f'Content-Type: multipart/related; type="text/xml"; boundary="{boundary}"; start="<{root}>"'
    return b"".join(
        [
            _lines([*_outside(label), kind, "", f"--{boundary}", f"Content-Id: <{root}>"]),
            _lines(['Content-Type: text/xml; charset="UTF-8"', "Content-Transfer-Encoding: base64", ""]),
            _base64(envelope),
            _lines([f"--{boundary}", f"Content-Id: <{content_id}>"]),
            _lines([f"Content-Type: {SEALED_TYPE}; smime-type=enveloped-data; name=smime.p7m"]),
            _lines(["Content-Transfer-Encoding: base64", ""]),
            _base64(sealed),
            _lines([f"--{boundary}--"]),
        ]
    )


def _outside(label: Label, *, soap_action: bool = True) -> list[str]:
    lines = [
        f"From: {label.sender}",
        f"To: {label.receiver}",
        f"Subject: {label.subject}",
        f"Date: {format_datetime(label.date)}",
        f"Message-ID: {label.message_id}",
        *([f"In-Reply-To: {label.in_reply_to}"] if label.in_reply_to else []),
        "MIME-Version: 1.0",
        *(['SOAPAction: "ebXML"'] if soap_action else []),
    ]
    for line in lines:
        assert line.isascii() and line.isprintable(), "a header that would break the mail"
    return lines


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _base64(content: bytes) -> bytes:
    return base64.encodebytes(content).replace(b"\n", b"\r\n")
