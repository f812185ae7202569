"""What the screens of documents share: who asks other communities (`akson.app.documents_asking`), age, and files."""

import base64
from datetime import datetime
from typing import Protocol

from akson.care.contacts.files import File, files
from akson.record.session import RecordSession
from akson.sharing.documents.entry import Entry, Person
from akson.sharing.documents.foreign.values import ForeignPart
from akson.web.shell import words


class Elsewhere(Protocol):
    @property
    def names(self) -> tuple[str, ...]:
        """Whom it asks."""
        ...

    async def find(self, session: RecordSession, person: Person) -> tuple[ForeignPart, ...]:
        """Within the budget, whatever they do. Raises Problem NOT_FOUND for who may not ask about her."""
        ...

    async def get(
        self, session: RecordSession, person: Person, source: str, key: str
    ) -> tuple[ForeignPart, Entry, bytes]:
        """Raises Problem NOT_FOUND AKS-DOC-001, OVERLOADED AKS-DOC-051, 052."""
        ...


_STEPS = ((365, "år", "år"), (30, "måned", "måneder"), (7, "uke", "uker"))


def age(at: datetime, now: datetime) -> str:
    """`i dag`, `i går`, `5 dager siden`, `3 måneder siden`: how old a document is, at a glance."""
    days = (words.local(now).date() - words.local(at).date()).days
    if days <= 1:
        return "i dag" if days < 1 else "i går"
    for length, one, several in _STEPS:
        if days >= length * 2 or (length == 365 and days >= 365):
            count = days // length
            return f"{count} {one if count == 1 else several} siden"
    return f"{days} dager siden"


_EXAMPLES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n"}


def file_of(entry: Entry, content: bytes = b"") -> File:
    """By the one rule of what a browser may show. Without content only what its kind is called is asked."""
    held = content or _EXAMPLES.get(entry.media_type.partition(";")[0], b"x")
    attachment = {
        "contentType": entry.media_type,
        "title": entry.title,
        "data": base64.b64encode(held).decode(),
    }
    return files({"payload": [{"contentAttachment": attachment}]})[0]
