"""A document inside a base64 element: opened, and looked through for the structures that are declared to stand there.

The prescription messages enclose whole messages (M25.1 in M9.12) and single documents (a medicine in M25.1), as they are or
compressed by gzip. What cannot be opened is no fault of the message around it: it is told as a file.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence

from lxml import etree

from akson.exchange.schema.declare import Structure, Values
from akson.exchange.schema.read import read_structure
from akson.fhir import markup
from akson.fhir.problem import Problem

ENCLOSED_BYTES_MAX = 8 * 1024 * 1024
"""Of what is compressed, when it is not."""
_GZIP = b"\x1f\x8b"
_ANY_HEADER = 32 + zlib.MAX_WBITS


def file_of(text: str) -> bytes:
    """The bytes of a base64 text; b"" when it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def text_of(document: etree._Element) -> str:
    """A document as the text of a base64 element."""
    return base64.b64encode(markup.write(document)).decode("ascii")


def enclosed(text: str, structures: Sequence[Structure]) -> tuple[Structure, Values] | None:
    """The first of `structures` that stands in the document, at its root or below, read; None when there is none."""
    root = _root(file_of(text))
    if root is None:
        return None
    by_tag = {f"{{{s.namespace}}}{s.name}": s for s in structures}
    node = next((n for n in root.iter(etree.Element) if str(n.tag) in by_tag), None)
    if node is None:
        return None
    structure = by_tag[str(node.tag)]
    return structure, read_structure(node, structure).values


def _root(file: bytes) -> etree._Element | None:
    if file.startswith(_GZIP):
        file = _inflated(file)
    if not file:
        return None
    try:
        return markup.read(file)
    except Problem:
        return None


def _inflated(file: bytes) -> bytes:
    """b"" for what is broken, or larger than it may be."""
    inflate = zlib.decompressobj(_ANY_HEADER)
    try:
        whole = inflate.decompress(file, ENCLOSED_BYTES_MAX)
    except zlib.error:
        return b""
    return b"" if inflate.unconsumed_tail or not inflate.eof else whole
