"""The one door for XML: every byte from outside becomes a tree here, under stated limits, or a Problem.

Spec: https://www.w3.org/TR/xml/. What the elements mean does not belong here. It stands in this package because FHIR
itself is written in XML too, and imports point down.

A DOCTYPE is refused before the parser sees it, so no entity is ever declared, expanded or fetched. Only encodings in
which ASCII is ASCII are read (UTF-8, ISO-8859-1), which is what makes the look at the raw bytes below sound.
"""

import re
from collections.abc import Iterable, Iterator
from typing import IO

from lxml import etree

from akson.fhir.problem import Problem, ProblemKind

CONTENT_BYTES_MAX = 35 * 1024 * 1024
DEPTH_MAX = 100
ELEMENTS_MAX = 200_000
ATTRIBUTES_MAX = 400_000
ELEMENT_ATTRIBUTES_MAX = 64
STREAM_BYTES_MAX = 2 * 1024**3
ENTRY_BYTES_MAX = 16 * 1024**2
"""Between the ends of two entries of a stream; what stands open in memory at once."""
_HEAD_BYTES = 64 * 1024
# libxml2's own guards against hostile trees are left on up to this size; one text node may not pass 10 MB with them.
_GUARDED_BYTES_MAX = 9 * 1024 * 1024

_ENCODINGS = {
    "": "UTF-8",
    "utf-8": "UTF-8",
    "utf8": "UTF-8",
    "us-ascii": "UTF-8",
    "iso-8859-1": "ISO-8859-1",
    "latin1": "ISO-8859-1",
    "iso_8859-1": "ISO-8859-1",
}
_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["'][^"']*["'](?:\s+encoding\s*=\s*["']([A-Za-z0-9._-]+)["'])?[^>]*\?>"""
)


def read(content: bytes) -> etree._Element:
    """The root element. Raises MALFORMED AKS-XML-001…, TOO_LARGE AKS-XML-010…"""
    return _parse(content, recover=False)


def read_ruins(content: bytes) -> etree._Element | None:
    """What can be made out of XML that is not well-formed: only ever for who sent it, never for what it says.

    None when nothing can. The limits hold here too.
    """
    try:
        return _parse(content, recover=True)
    except Problem:
        return None


def streamed(file: IO[bytes], root: str, entries: Iterable[str]) -> Iterator[tuple[str, etree._Element]]:
    """(local name, element) of each entry in the order of the file, for registers of hundreds of megabytes.

    The element is gone when the next one is asked for: memory is bounded by the largest entry, whatever the file's size.
    Raises as `read`, AKS-XML-014 for a file or an entry that is larger than the limits, and AKS-XML-005 for another root.
    """
    counted = _Counted(file)
    steps = etree.iterparse(
        counted,  # type: ignore[arg-type]
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in (root, *entries)],
        encoding=counted.encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        yield from _stepped(steps, root, counted)
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(error) from error


def _stepped(steps: Iterable, root: str, counted: "_Counted") -> Iterator[tuple[str, etree._Element]]:  # type: ignore[type-arg]
    top = None
    for event, element in steps:
        name = element.tag.rpartition("}")[2]
        if top is None:
            if name != root or element.getparent() is not None:
                raise _malformed("AKS-XML-005", f"The root of the document is not {root}.", "")
            top = element
        if event != "end" or element is top:
            continue
        yield name, element
        counted.since_entry = 0
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
    if top is None:
        raise _malformed("AKS-XML-005", f"The root of the document is not {root}.", "")


class _Counted:
    """A file whose beginning was looked at before the parser sees it, and that stops before memory is filled."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._head = file.read(_HEAD_BYTES)
        self.since_entry = 0
        self._whole = 0
        body = self._head.removeprefix(_BOM)
        self.encoding = _encoding(body)
        at = -1
        for at in _prolog(body):
            if body.startswith(b"<!DOCTYPE", at):
                raise _malformed("AKS-XML-003", "The document has a DOCTYPE.", "Registers never have one.")
        if at < 0 or body.startswith((b"<?", b"<!"), at):
            raise _malformed(
                "AKS-XML-002", "The document has no root element.", "Not where one should begin."
            )

    def read(self, size: int = -1) -> bytes:
        part, self._head = self._head or self._file.read(size), b""
        self._whole += len(part)
        self.since_entry += len(part)
        if self._whole > STREAM_BYTES_MAX or self.since_entry > ENTRY_BYTES_MAX:
            raise _too_large("AKS-XML-014", f"More than {ENTRY_BYTES_MAX // 1024**2} MB stand in one entry.")
        return part


def write(root: etree._Element) -> bytes:
    """UTF-8 with declaration."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def canonical(root: etree._Element) -> bytes:
    """Canonical XML without comments: equal for documents that say the same."""
    return etree.tostring(root, method="c14n2", with_comments=False)


def _parse(content: bytes, *, recover: bool) -> etree._Element:
    encoding = _guard(content)
    parser = etree.XMLParser(
        encoding=encoding,
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=len(content) > _GUARDED_BYTES_MAX,
    )
    try:
        root = etree.fromstring(content.removeprefix(_BOM), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _not_well_formed(error) from error
    if root is None:
        raise _malformed("AKS-XML-002", "The document has no root element.", "")
    _measure(root)
    return root


def _guard(content: bytes) -> str:
    """Limits that must hold before a tree is built. Returns the encoding."""
    if len(content) > CONTENT_BYTES_MAX:
        raise _too_large(
            "AKS-XML-010", f"The document is larger than {CONTENT_BYTES_MAX // 1024 // 1024} MB."
        )
    if content.count(b"<") > 2 * ELEMENTS_MAX or content.count(b"=") > ATTRIBUTES_MAX:
        raise _too_large(
            "AKS-XML-011", f"The document has more than {ELEMENTS_MAX} elements or too many attributes."
        )
    body = content.removeprefix(_BOM)
    encoding = _encoding(body)
    for start in _prolog(body):
        if body.startswith(b"<!DOCTYPE", start):
            raise _malformed("AKS-XML-003", "The document has a DOCTYPE.", "Messages never have one.")
    return encoding


def _encoding(body: bytes) -> str:
    declared = _DECLARATION.match(body)
    name = (declared.group(1) or b"").decode("ascii").lower() if declared else ""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in body[:4] or name not in _ENCODINGS:
        raise _malformed(
            "AKS-XML-004", "The character encoding is not read here.", "UTF-8 and ISO-8859-1 are."
        )
    return _ENCODINGS[name]


def _prolog(body: bytes) -> Iterator[int]:
    """Where each piece of markup before the root element starts; the last one is the root, or the DOCTYPE."""
    at = 0
    while (at := body.find(b"<", at)) >= 0:
        yield at
        if body.startswith(b"<?", at):
            end = body.find(b"?>", at)
        elif body.startswith(b"<!--", at):
            end = body.find(b"-->", at)
        else:
            return
        if end < 0:
            return
        at = end


def _measure(root: etree._Element) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MAX:
            raise _too_large("AKS-XML-012", f"The document is nested deeper than {DEPTH_MAX} elements.")
        if event == "start" and len(element.attrib) > ELEMENT_ATTRIBUTES_MAX:
            raise _too_large("AKS-XML-013", f"An element has more than {ELEMENT_ATTRIBUTES_MAX} attributes.")


def _not_well_formed(error: Exception) -> Problem:
    # libxml2's own text may quote content, so only the place is told.
    line, column = getattr(error, "position", (0, 0)) or (0, 0)
    return _malformed("AKS-XML-001", "The document is not well-formed XML.", f"Line {line}, column {column}.")


def _malformed(id: str, what: str, why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED, id, what, why=why, now="The sender must send a well-formed document."
    )


def _too_large(id: str, what: str) -> Problem:
    return Problem(ProblemKind.TOO_LARGE, id, what, now="The sender must send less in one message.")
