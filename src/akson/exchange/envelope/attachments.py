"""Which files beside the content are taken: what every reader of the record can open, and nothing else.

Source: HITS 1168, 4.4 (a format that cannot be handled is refused), HIS 1036:2011 and the standard for clinical dialogue
(pdf, pdf/a, jpeg, png). Plain text is taken too. What a file is, is what its sender says; it is looked at only when he says
nothing.
"""

from akson.exchange.envelope.values import Attachment

TAKEN = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG-bilde",
    "image/png": "PNG-bilde",
    "text/plain": "tekst",
}
"""Media type -> what a reader calls it."""
_ALSO = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}
_BEGINS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png"}
_UNITS = ("byte", "kB", "MB")
_STEP = 1000


def media_type(attachment: Attachment) -> str:
    """In its usual spelling, without parameters; by the file's first bytes when it is not told; else ""."""
    told = attachment.mime_type.partition(";")[0].strip().lower()
    if told:
        return _ALSO.get(told, told)
    return next((type for start, type in _BEGINS.items() if (attachment.data or b"").startswith(start)), "")


def refusal(attachment: Attachment) -> str:
    """Why it cannot be taken, for a receipt; "" when it can. A reference to a file elsewhere is shown as it stands."""
    if attachment.foreign:
        return f"{attachment.path} holds a document of a kind that is not taken."
    if attachment.compressed:
        return f"{attachment.path} is compressed."
    if attachment.data is None or media_type(attachment) in TAKEN:
        return ""
    return f"{attachment.path} is of a format that cannot be shown. PDF, JPEG, PNG and plain text are taken."


def words(attachment: Attachment) -> str:
    """`Røntgen av hofte (PDF, 214 kB)`."""
    name = attachment.description or "Uten navn"
    if attachment.reference:
        return f"{name} (ikke vedlagt: {attachment.reference})"
    type = media_type(attachment)
    return f"{name} ({TAKEN.get(type, type) or 'ukjent type'}, {_size(len(attachment.data or b''))})"


def _size(count: int) -> str:
    size, units = float(count), list(_UNITS)
    while size >= _STEP and len(units) > 1:
        size /= _STEP
        units.pop(0)
    return f"{size:.0f} {units[0]}"
