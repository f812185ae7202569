"""Files beside the content of a message: taken, named, kept and given back to the byte; or refused with a reason."""

import base64
import random

import pytest

from akson.exchange import mirror, rendering
from akson.exchange.judgement import faults_of
from akson.exchange.opening import Opened, open_message
from akson.fhir.codec import json
from akson.fhir.validation import validate
from tests.exchange.samples import admission
from tests.exchange.test_message_types import AROUND, plain

PDF = b"%PDF-1.7 " + random.Random(1).randbytes(4000)
JPEG = b"\xff\xd8\xff" + random.Random(2).randbytes(70_000)


def container(data: str) -> str:
    return (
        "<Content>"
        f'<b:Base64Container xmlns:b="http://www.kith.no/xmlstds/base64container">{data}</b:Base64Container></Content>'
    )


def document(inside: str, *, type: str = "application/pdf", name: str = "Epikrise", kind: str = "A") -> str:
    mime = f"<MimeType>{type}</MimeType>" if type else ""
    return (
        f'<Document><RefDoc><MsgType V="{kind}" DN="Vedlegg"/>{mime}<Description>{name}</Description>{inside}'
        "</RefDoc></Document>"
    )


def enclosed(file: bytes, **more: str) -> str:
    # 76 characters a line, as mail programs break it.
    return document(container(base64.encodebytes(file).decode()), **more)


def opened(*documents: str) -> Opened:
    return open_message(admission().replace(b"</MsgHead>", "".join(documents).encode() + b"</MsgHead>"))


def told(message: Opened) -> list[str]:
    return [error.code for error in faults_of(message)]


def test_they_are_shown_kept_and_given_back_to_the_byte() -> None:
    message = opened(enclosed(PDF), enclosed(JPEG, type="image/jpeg", name="Sår &amp; hæl")).message()
    assert [str(line) for line in rendering.files_of(message)] == [
        "Vedlegg: Epikrise (PDF, 4 kB)",
        "Vedlegg: Sår & hæl (JPEG-bilde, 70 kB)",
    ]
    communication = json.parse(json.encode(mirror.to_fhir(message, AROUND)))
    assert not validate(communication)
    kept = [p["contentAttachment"] for p in communication["payload"] if "contentAttachment" in p]
    assert [(a["contentType"], a["title"], a["size"]) for a in kept] == [
        ("application/pdf", "Epikrise", len(PDF)),
        ("image/jpeg", "Sår & hæl", len(JPEG)),
    ]
    back = open_message(mirror.write(mirror.from_fhir(communication))).message()
    assert [a.data for a in back.envelope.attachments] == [PDF, JPEG]
    assert plain(back.envelope.head) == plain(open_message(mirror.write(message)).message().envelope.head)


@pytest.mark.parametrize(
    "type",
    ["application/pdf", "image/jpeg", "image/jpg", "image/png", "text/plain; charset=utf-8", "", "IMAGE/PNG"],
)
def test_what_every_reader_can_open_is_taken(type: str) -> None:
    assert told(opened(enclosed(PDF, type=type))) == []


@pytest.mark.parametrize(
    "attached",
    [
        enclosed(b"MZ", type="application/x-msdownload"),
        enclosed(b"PK", type="application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        enclosed(b"not told", type=""),
        document('<Compression V="GZ"/>' + container("AAAA")),
        document('<Content><x xmlns="urn:x"/></Content>'),
        document('<Content><x xmlns="urn:x"/></Content>', kind="XML"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason(attached: str) -> None:
    message = opened(attached)
    assert told(message) == ["T10"]
    assert "docum" in faults_of(message)[0].more or "MsgHead/Document[1]" in faults_of(message)[0].more


def test_what_is_no_base64_is_a_fault_of_form() -> None:
    assert told(opened(document(container("=A=")))) == ["T02"]


def test_a_file_elsewhere_is_named() -> None:
    message = opened(document("<FileReference>https://x.no/a.pdf</FileReference>")).message()
    assert [str(line) for line in rendering.files_of(message)] == [
        "Vedlegg: Epikrise (ikke vedlagt: https://x.no/a.pdf)"
    ]
    assert plain(mirror.from_fhir(mirror.to_fhir(message, AROUND)).envelope.head) == plain(
        message.envelope.head
    )
