"""From a source's answer to a Part: its resources to the byte, or in words why there are none. Pure.

| status | is |
| --- | --- |
| 200 and a Bundle | answered: the matches, as they were sent; without what the server says of the search itself |
| 401, 403 | refused: it may not give this to who asks |
| any other, and anything that cannot be read | silent: it may hold more |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec

from akson.sharing.network import Reply
from akson.sharing.values import Outcome, Question

RESOURCES_MAX = 200
"""Asked for of each source; one that has more says so, and so does the Part."""
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
D_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.2"
_BUSY = (408, 425, 429, 503)


class _Link(msgspec.Struct):
    relation: str = ""


class _Mode(msgspec.Struct):
    mode: str = "match"


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"")
    search: _Mode = msgspec.field(default_factory=_Mode)


class _Meta(msgspec.Struct):
    lastUpdated: str = ""  # noqa: N815 - FHIR's name


class _Bundle(msgspec.Struct):
    resourceType: str  # noqa: N815 - FHIR's name
    entry: list[_Entry] = []
    link: list[_Link] = []
    meta: _Meta = msgspec.field(default_factory=_Meta)


_DECODER = msgspec.json.Decoder(_Bundle)


@dataclass(frozen=True, slots=True)
class Read:
    """A Part without its source and its time."""

    outcome: Outcome
    resources: tuple[bytes, ...] = ()
    as_of: datetime | None = None
    why: str = ""
    more: bool = False
    """The source holds more than it was asked for at once."""


def address_of(base: str, question: Question) -> str:
    """Where the search is sent: `https://…/fhir/MedicationStatement/_search`. Nothing of the person stands in it."""
    return f"{base.rstrip('/')}/{_type(question)}/_search"


def form_of(question: Question) -> Sequence[tuple[str, str]]:
    """The search as a form: its own parameters, and whose it is."""
    asked = parse_qsl(question.search.partition("?")[2], keep_blank_values=True)
    system = D_NUMBER if "4" <= question.person[:1] <= "7" else FNR
    whose = "identifier" if _type(question) == "Patient" else "patient.identifier"
    if not any(name == "_count" for name, _ in asked):
        asked.append(("_count", str(RESOURCES_MAX)))
    return (*asked, (whose, f"{system}|{question.person}"))


def read(reply: Reply, now: datetime) -> Read:
    """`now` is from when a live answer is, where the source says nothing else."""
    if reply.status in _REFUSED:
        return Read(Outcome.REFUSED, why=_REFUSED[reply.status])
    if reply.status != 200:
        return Read(Outcome.SILENT, why=BUSY if reply.status in _BUSY else FAILED)
    try:
        bundle = _DECODER.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Read(Outcome.SILENT, why=UNREADABLE)
    if bundle.resourceType != "Bundle":
        return Read(Outcome.SILENT, why=UNREADABLE)
    found = tuple(bytes(e.resource) for e in bundle.entry if e.search.mode != "outcome" and bytes(e.resource))
    more = any(link.relation == "next" for link in bundle.link)
    return Read(Outcome.ANSWERED, found, _instant(bundle.meta.lastUpdated) or now, more=more)


BUSY = "Kilden er overbelastet."
FAILED = "Kilden svarte med en feil."
UNREADABLE = "Svaret kunne ikke leses."
_REFUSED = {
    401: "Kilden godtok ikke bekreftelsen på hvem som spør.",
    403: "Kilden gir ikke dette til den som spør.",
}


def _type(question: Question) -> str:
    return question.search.partition("?")[0]


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
