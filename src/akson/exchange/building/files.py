"""Files that go beside a message: what may be sent, and how each stands in the header (MsgHead `Document` of type A).

| name            | media type      | data              | said of it                                      |
| --------------- | --------------- | ----------------- | ----------------------------------------------- |
| Sårbilde.jpg    | image/jpeg      | ff d8 ff …        |                                                 |
| ../../passwd    | application/pdf | %PDF- …           | named `passwd`                                  |
| epikrise.pdf    | application/pdf | MZ …              | «epikrise.pdf» er ikke det den sier den er.     |
| makro.docm      | application/…   | …                 | «makro.docm» er ikke PDF, JPEG eller PNG.       |

A receiver may save under the name we give, so a name is one line without a path, controls or reversed writing.
Source: HIS 1036:2011 and the standard for clinical dialogue (pdf, jpeg, png), HITS 1168 4.4 (what is refused).
"""

import base64
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from akson.exchange.envelope.attachments import TAKEN
from akson.exchange.envelope.msghead import CONTAINER
from akson.exchange.message_type import CareMessage
from akson.exchange.schema import Coded, Values

SENT = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
"""Media type -> how such a file begins. Text is taken in, but not sent: it belongs in the message."""
FILES_MAX = 5
FILE_BYTES_MAX = 4_000_000
ALL_BYTES_MAX = 8_000_000
"""Sealed and in base64 a message of this size is about 15 MB, and the least that partners take is 18 MB."""
NAME_MAX = 80
_KIND = Coded("A", "Vedlegg")
_ALSO = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file, by the name its receiver sees."""

    name: str
    media_type: str
    data: bytes

    @property
    def words(self) -> str:
        """`Sårbilde.jpg (JPEG-bilde, 214 kB)`."""
        size = len(self.data) / 1000
        told = (
            f"{len(self.data)} byte"
            if size < 1
            else f"{size:.0f} kB"
            if size < 1000
            else f"{size / 1000:.1f} MB".replace(".", ",")
        )
        return f"{self.name} ({TAKEN.get(self.media_type, 'ukjent type')}, {told})"


def enclosed(name: str, media_type: str, data: bytes) -> Enclosed:
    """By names and types as a browser gives them."""
    plain = media_type.partition(";")[0].strip().lower()
    return Enclosed(safe_name(name), _ALSO.get(plain, plain), data)


def safe_name(name: str) -> str:
    """The last part of a path, without what cannot be seen or turns writing around (Unicode Cc, Cf, Zl, Zp)."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    one = " ".join("".join("_" if c in '<>:"|?*' else c for c in seen).split()).strip(". ")
    if len(one) > NAME_MAX:
        start, dot, ending = one.rpartition(".")
        one = (
            f"{start[: NAME_MAX - len(ending) - 1]}.{ending}" if dot and len(ending) <= 5 else one[:NAME_MAX]
        )
    return one or "Vedlegg"


def faults(files: Sequence[Enclosed]) -> Iterator[str]:
    """Why they cannot be sent, in bokmål."""
    for file in files:
        if fault := fault_of(file):
            yield fault
    if len(files) > FILES_MAX:
        yield f"Det er {len(files)} vedlegg. Det kan være {FILES_MAX}."
    if sum(len(file.data) for file in files) > ALL_BYTES_MAX:
        yield f"Vedleggene er til sammen større enn {ALL_BYTES_MAX // 1_000_000} MB."


def fault_of(file: Enclosed) -> str:
    if file.media_type not in SENT:
        return f"Vedlegget «{file.name}» er ikke PDF, JPEG eller PNG."
    if not file.data:
        return f"Vedlegget «{file.name}» er tomt."
    if not file.data.startswith(SENT[file.media_type]):
        return f"Vedlegget «{file.name}» er ikke {TAKEN[file.media_type]}, selv om det heter det."
    if len(file.data) > FILE_BYTES_MAX:
        return f"Vedlegget «{file.name}» er større enn {FILE_BYTES_MAX // 1_000_000} MB."
    return ""


def documents(files: Sequence[Enclosed], made: str) -> tuple[Values, ...]:
    """Each as a `Document` of the header; one with a fault stops the message, and is not written into what is looked at."""
    return tuple({"RefDoc": _reference(file, made)} for file in files if not fault_of(file))


def _reference(file: Enclosed, made: str) -> dict[str, Any]:
    node = etree.Element(CONTAINER)
    node.text = base64.b64encode(file.data).decode("ascii")
    return {
        "IssueDate": made,
        "MsgType": _KIND,
        "MimeType": file.media_type,
        "Description": file.name,
        "Content": (node,),
    }


def earlier_files(message: CareMessage) -> tuple[Enclosed, ...]:
    """Those of a message that is changed: they stand until she says otherwise."""
    return tuple(
        enclosed(one.description, one.mime_type, one.data)
        for one in message.envelope.attachments
        if one.data is not None
    )
