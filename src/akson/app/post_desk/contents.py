"""What a message says, for a ground: decided by the record's rules and told to whom it is about before a word of it is read.

The bytes are the post's own, so that what failed to reach the record can be seen too; whose they are is found in it by
the message's national number, as the inbox does.
"""

from collections.abc import Iterator

from lxml import etree

from akson.app.post_desk.parts import Parts, type_words
from akson.app.post_desk.story import no_such
from akson.exchange import page, rendering, times
from akson.exchange.administrative import parted
from akson.exchange.envelope import attachments
from akson.exchange.envelope.values import Envelope
from akson.exchange.inbox.patients import Match, match
from akson.exchange.opening import Opened, open_message
from akson.exchange.outbox.states import RECEIPT
from akson.exchange.profile import missing_content
from akson.fhir import markup
from akson.fhir.problem import Problem
from akson.record.acts.grounds import Ground
from akson.record.session import RecordSession
from akson.web.shell.post_desk import IN, OUT, Content, Field

RAW_MAX = 20_000
"""Characters of what cannot be read as any type."""


async def open_content(
    parts: Parts, session: RecordSession, way: str, id: int, ground: str, text: str
) -> Content:
    """Raises Problem NOT_FOUND for who may not see it, INVALID AKS-RECORD-050 without a ground."""
    document, known = await _document(parts, way, id)
    opened = open_message(document)
    patients = known or await _whose(parts, opened)
    names = await session.open_message(patients, named(way, id), Ground(ground, text))
    return content_of(opened, document, names)


def named(way: str, id: int) -> str:
    """Which message, for the log."""
    return f"nummer {id} i {'utgående post' if way == OUT else 'meldingsmottaket'}"


async def _document(parts: Parts, way: str, id: int) -> tuple[bytes, tuple[str, ...]]:
    if way == OUT:
        row = await parts.row(id)
        if row is not None and row.type != RECEIPT:
            return await parts.sent.document(id), ()
    item = await parts.item(id) if way == IN else None
    if item is None:
        raise no_such()
    return item.original, item.patient_ids


async def _whose(parts: Parts, opened: Opened) -> tuple[str, ...]:
    if opened.envelope is None:
        return ()
    found = await match(parts.directory.afresh(), parts.tenant, opened.envelope.patient)
    return (found.id,) if found.match is Match.KNOWN else ()


def content_of(opened: Opened, document: bytes, names: tuple[str, ...] = ()) -> Content:
    """Every field that could be read, and what its profile demands and it lacks; all words there are when nothing could be
    read as a message."""
    title = type_words(opened.envelope.type.v) if opened.envelope else "Uleselig melding"
    about = _about(opened.envelope) if opened.envelope else ()
    if opened.version is None or not opened.content or opened.envelope is None:
        return Content(title, about, _raw(document), (), names)
    try:
        files = tuple(rendering.Line(0, "Vedlegg", attachments.words(a)) for a in opened.envelope.attachments)
        html = page.fragment(parted(opened.version.structure, opened.content), files)
    except (KeyError, ValueError, TypeError, AttributeError):
        # What the standard does not allow may not be readable field by field; nothing is left out for that.
        return Content(title, about, _raw(document), (), names)
    whole = not opened.faults and opened.problem is None
    missing = tuple(m.words for m in missing_content(opened.message())) if whole else ()
    return Content(title, about, "", missing, names, html)


def _about(envelope: Envelope) -> tuple[Field, ...]:
    person = envelope.patient
    if person is None:
        return ()
    ids = (f"{ident.words or ident.type} {ident.plain}" for ident in person.idents)
    born = f"født {times.words(person.birth_date)}" if person.birth_date else ""
    return (Field(0, "Pasient", ", ".join(part for part in (person.name, born, *ids) if part)),)


def _raw(document: bytes) -> str:
    try:
        return "\n".join(_texts(markup.read(document)))[:RAW_MAX]
    except Problem:
        return document.decode("utf-8", "replace")[:RAW_MAX]


def _texts(root: etree._Element) -> Iterator[str]:
    for node in root.iter(etree.Element):
        name = etree.QName(node).localname
        said = " ".join((node.text or "").split()) or " ".join(
            value for key, value in node.attrib.items() if key in ("V", "DN", "OT")
        )
        if said:
            yield f"{name}: {said}"
