"""M-03: each class of byte of a letter is corrupted, by chance from a seed; what does not say the same is refused, with the
right answer, and the original is still there to be kept.

AKSON_CORRUPTIONS sets how many for each class (the standard measure is 10,000 over all); CI takes a share.
"""

import os
import random

import pytest

from akson.exchange.envelope.ebxml import mime
from akson.exchange.envelope.ebxml.opening import Opened
from tests.exchange.ebxml.stage import document, letter, outcome, received
from tests.exchange.sealing.stage import NOW

COUNT = int(os.environ.get("AKSON_CORRUPTIONS", "60"))
LABEL = mime.Label("her990202@edi.test.example", "her8140001@edi.test.example", "t", "<a@b>", NOW)


def spans() -> dict[str, tuple[bytes, int, int]]:
    """class -> (which part, from, to): places in the decoded envelope, and in the CMS."""
    mail = mime.read(letter())
    assert mail.envelope and mail.envelope.content
    envelope = mail.envelope.content
    (part,) = mail.sealed
    assert part.content
    signature = envelope.index(b"<ds:Signature "), envelope.index(b"</ds:Signature>")
    body = envelope.index(b"<SOAP:Body"), len(envelope)
    return {
        "envelope": (b"soap", 0, signature[0]),
        "signature": (b"soap", *signature),
        "body": (b"soap", *body),
        "attachment": (b"cms", 0, len(part.content)),
    }


def corrupted(kind: str, chance: random.Random) -> bytes:
    mail = mime.read(letter())
    assert mail.envelope and mail.envelope.content
    (part,) = mail.sealed
    assert part.content
    which, start, end = spans()[kind]
    parts = {b"soap": bytearray(mail.envelope.content), b"cms": bytearray(part.content)}
    _break(parts[which], start, end, chance)
    return mime.related(LABEL, bytes(parts[b"soap"]), part.content_id, bytes(parts[b"cms"]))


def _break(content: bytearray, start: int, end: int, chance: random.Random) -> None:
    """One byte turned, taken away, put in or doubled."""
    at = chance.randrange(start, min(end, len(content)))
    match chance.randrange(4):
        case 0:
            content[at] ^= 1 << chance.randrange(8)
        case 1:
            del content[at]
        case 2:
            content.insert(at, chance.randrange(256))
        case _:
            content[at:at] = content[at : at + chance.randrange(1, 40)]


def says_the_same(opened: Opened) -> bool:
    """Space between attributes, an entity for a letter: other bytes, the same envelope."""
    whole = received(letter())
    return (
        opened.envelope is not None
        and opened.document == whole.document
        and opened.envelope == whole.envelope
    )


@pytest.mark.parametrize("kind", ["envelope", "signature", "body", "attachment"])
def test_what_is_corrupted_is_refused_with_the_right_answer(kind: str) -> None:
    chance, seen = random.Random(f"M-03 {kind}"), {"refused": 0, "same": 0}
    for _ in range(COUNT):
        mail = corrupted(kind, chance)
        opened = received(mail)
        if not opened.problem:
            assert says_the_same(opened), mail
            seen["same"] += 1
            continue
        seen["refused"] += 1
        assert not opened.document
        told = outcome(mail)
        if kind == "attachment":
            assert (opened.problem, told) == ("S01", "Error SecurityFailure")
        else:
            assert told in ("Fault", "Error SecurityFailure"), (told, opened.note)
            assert opened.problem in ("S01", "S02", "T01")
    assert seen["refused"] >= COUNT * 0.9, seen


@pytest.mark.parametrize("seed", range(3))
def test_no_byte_of_the_mail_itself_brings_anything_through(seed: int) -> None:
    """Headers, boundaries, base64: whatever the mail became, it is read, refused or the same; never an exception."""
    chance, whole = random.Random(seed), letter()
    for _ in range(COUNT):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            _break(content, 0, len(content), chance)
        opened = received(bytes(content))
        assert opened.problem or opened.document == document().content


def test_a_mail_that_was_cut_anywhere_is_never_believed() -> None:
    whole = letter()
    for at in range(0, len(whole) - 200, max(1, len(whole) // 60)):
        opened = received(whole[:at])
        assert opened.problem and not opened.document, at


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\r\n\r\n", b"Content-Type: multipart/related\r\n\r\n", b"\xff" * 999]
)
def test_what_is_no_mail_at_all_gets_a_fault(content: bytes) -> None:
    assert outcome(content) == "Fault"
