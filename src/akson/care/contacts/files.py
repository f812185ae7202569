"""Files beside a care message: what each is called, what kind it is, and whether a browser may show it.

A file is what its sender says it is only when its first bytes agree; everything else is handed over as bytes to be saved,
and never shown. What the post takes in is the post's to say (`exchange.envelope.attachments`).

| media type      | is called   | shown in the browser | begins with    |
| --------------- | ----------- | -------------------- | -------------- |
| application/pdf | PDF         | no: saved            | `%PDF-`        |
| image/jpeg      | JPEG-bilde  | yes                  | `ff d8 ff`     |
| image/png       | PNG-bilde   | yes                  | `89 PNG`       |
| text/plain      | tekst       | yes, as UTF-8        |                |
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from akson.care.fhir_json import Resource

_KINDS = {
    # media type -> (words, ending, whether it is shown, first bytes)
    "application/pdf": ("PDF", "pdf", False, b"%PDF-"),
    "image/jpeg": ("JPEG-bilde", "jpg", True, b"\xff\xd8\xff"),
    "image/png": ("PNG-bilde", "png", True, b"\x89PNG\r\n"),
    "text/plain": ("tekst", "txt", True, b""),
}
_ALSO = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}
UNKNOWN = "application/octet-stream"
_STEP = 1000


@dataclass(frozen=True, slots=True)
class File:
    number: int
    """Its place among the files of its message, from 1: what its address is made of."""
    title: str
    media_type: str
    """One of the table, else UNKNOWN."""
    kind: str
    size: str
    """`214 kB`."""
    shown: bool
    data: bytes

    @property
    def name(self) -> str:
        """What it is saved as: never a path, never more than a name should be."""
        plain = "".join(c if c.isalnum() or c in " -_." else "_" for c in self.title).strip(" ._")[:80]
        ending = _KINDS[self.media_type][1] if self.media_type in _KINDS else "bin"
        return f"{plain or 'vedlegg'}.{ending}" if not plain.endswith(f".{ending}") else plain


def files(message: Resource) -> tuple[File, ...]:
    """Of one Communication, in its order."""
    return tuple(_files(message))


def _files(message: Resource) -> Iterator[File]:
    attached = [
        p["contentAttachment"]
        for p in message.get("payload") or []
        if p.get("contentAttachment", {}).get("data")
    ]
    for number, one in enumerate(attached, 1):
        data = _bytes(str(one["data"]))
        media = _media_type(str(one.get("contentType", "")), data)
        words, _, shown, _ = _KINDS.get(media, ("ukjent type", "", False, b""))
        title = str(one.get("title", "")).strip() or f"Vedlegg {number}"
        yield File(number, title, media, words, _size(len(data)), shown, data)


def _media_type(told: str, data: bytes) -> str:
    plain = told.partition(";")[0].strip().lower()
    plain = _ALSO.get(plain, plain)
    if plain:
        return plain if plain in _KINDS and data.startswith(_KINDS[plain][3]) else UNKNOWN
    return next((media for media, kind in _KINDS.items() if kind[3] and data.startswith(kind[3])), UNKNOWN)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _size(count: int) -> str:
    """`0 byte`, `4 kB`, `1,2 MB`."""
    if count < _STEP:
        return f"{count} byte"
    if count < _STEP * _STEP:
        return f"{count / _STEP:.0f} kB"
    return f"{count / _STEP / _STEP:.1f} MB".replace(".", ",")
