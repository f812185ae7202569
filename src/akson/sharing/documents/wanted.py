"""What a question for documents asks of each: the parameters of ITI-18 FindDocuments and ITI-67 as one value. Pure."""

from dataclasses import dataclass
from datetime import datetime

from akson.sharing.documents.codes import Coded
from akson.sharing.documents.entry import Entry

Codes = tuple[tuple[str, str], ...]
"""(code, system as OID or address, "" for any): one of them must be there."""


@dataclass(frozen=True, slots=True)
class Period:
    """[from, to): either may be open."""

    since: datetime | None = None
    before: datetime | None = None

    def holds(self, at: datetime | None) -> bool:
        """A time that is not known is not left out: silence about it must not hide a document."""
        if at is None:
            return True
        return (self.since is None or at >= self.since) and (self.before is None or at < self.before)


EVER = Period()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty parts ask nothing. Parts are joined by AND, the values of one by OR."""

    approved: tuple[bool, ...] = (True,)
    types: Codes = ()
    classes: Codes = ()
    formats: Codes = ()
    confidentiality: Codes = ()
    facilities: Codes = ()
    practices: Codes = ()
    created: Period = EVER
    started: Period = EVER
    ended: Period = EVER
    unique_ids: tuple[str, ...] = ()
    entry_uuids: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    """By whichever of the two ids."""
    author: str = ""
    """Part of a name, whatever the case."""
    media_types: tuple[str, ...] = ()

    def holds(self, entry: Entry) -> bool:
        codes = (
            (self.types, (entry.type_code,)),
            (self.classes, (entry.class_code,)),
            (self.formats, (entry.format_code,)),
            (self.confidentiality, entry.confidentiality),
            (self.facilities, (entry.facility,)),
            (self.practices, (entry.practice,) if entry.practice else ()),
        )
        periods = ((self.created, entry.created), (self.started, entry.started), (self.ended, entry.ended))
        return (
            entry.approved in self.approved
            and all(not asked or _any(asked, has) for asked, has in codes)
            and all(period.holds(at) for period, at in periods)
            and (not self.unique_ids or entry.unique_id in self.unique_ids)
            and (not self.entry_uuids or entry.entry_uuid in self.entry_uuids)
            and (not self.named or not {entry.unique_id, entry.entry_uuid}.isdisjoint(self.named))
            and (not self.media_types or entry.media_type.partition(";")[0] in self.media_types)
            and self.author.casefold() in f"{entry.author.name} {entry.author.organisation}".casefold()
        )


def _any(asked: Codes, has: tuple[Coded, ...]) -> bool:
    return any(c.code == code and system in ("", c.system, c.uri) for code, system in asked for c in has)
