"""Documents of the record and of others as one list of rows, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from akson.record.session import RecordSession
from akson.sharing.documents.entry import Community, Document, Entry, Person
from akson.sharing.documents.foreign.values import ForeignPart, key_of
from akson.sharing.documents.shelf import Shelf
from akson.sharing.values import Outcome
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.documents import age, file_of
from akson.web.shell.files import as_utf8
from akson.web.shell.reading import may_see
from akson.web.workspace.documents.view import Choice, DocumentRow, DocumentsView, DocumentView, Gap

SHOWN_MAX = 100
KINDS = (
    ("A", "Epikriser og sammenfatninger"),
    ("B", "Journal og planer"),
    ("C", "Prøvesvar"),
    ("E", "Bilder"),
    ("I", "Brev"),
)
"""First letter of the class of 9602 -> what the choice is called; others are found under all."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    kind: str = ""
    everything: bool = False
    others: bool = False

    def path(self, base: str, **more: str) -> str:
        told = {"vis": self.kind, "andre": "1" if self.others else "", "alle": "1" if self.everything else ""}
        asked = {name: value for name, value in (told | more).items() if value}
        return f"{base}?{urlencode(asked)}" if asked else base


def base_of(patient: str) -> str:
    return f"/pasient/{patient}/dokumenter"


async def own(
    session: RecordSession, community: Community, person: Person
) -> tuple[tuple[Document, ...], bool]:
    found = await Shelf(session, community, outward=False).find(person)
    return found.documents, found.whole


def row(
    entry: Entry, base: str, now: datetime, *, source: str = "", name: str = "", ours: bool = False
) -> DocumentRow:
    """`source`: id of the community it is of, "" for ours; `name`: what that is called, where the entry does not say."""
    kind = entry.type_code.display
    return DocumentRow(
        title=entry.title,
        kind="" if kind == entry.title else kind,
        source=entry.author.organisation or name,
        author=entry.author.name,
        day=words.day(entry.created),
        age=age(entry.created, now),
        path=f"{base}/{source}/{key_of(entry)}" if source else f"{base}/{key_of(entry)}",
        own=not source,
        theirs=not ours,
        file="" if entry.media_type.startswith("text/plain") else file_of(entry).kind or "fil",
        old=not entry.approved,
    )


def listed(
    session: RecordSession,
    chart: Chart,
    documents: Sequence[Document],
    parts: Sequence[ForeignPart],
    wish: Wish,
    now: datetime,
    *,
    whole: bool,
    waiting: Sequence[str] = (),
    cannot: str = "",
) -> DocumentsView:
    base = base_of(chart.person.id)
    entries = [(d.entry, row(d.entry, base, now, ours=d.ours)) for d in documents]
    entries += [
        (e, row(e, base, now, source=part.foreign.id, name=part.foreign.name))
        for part in parts
        for e in part.entries
    ]
    entries.sort(key=lambda pair: pair[0].created, reverse=True)
    kept = [r for e, r in entries if not wish.kind or e.class_code.code[:1] == wish.kind]
    shown = kept if wish.everything else kept[:SHOWN_MAX]
    return DocumentsView(
        chart=chart,
        rows=tuple(shown),
        choices=_choices([e for e, _ in entries], wish, base),
        path=wish.path(base, andre="1"),
        waiting=tuple(waiting),
        asked=tuple(part.foreign.name for part in parts),
        silent=_gaps(parts, Outcome.SILENT, Outcome.SPARED),
        refused=_gaps(parts, Outcome.REFUSED),
        blocked=tuple((p.foreign.name, p.blocked) for p in parts if p.blocked),
        cannot=cannot,
        whole=whole and not any(p.more for p in parts),
        clinical=may_see(session, "ClinicalImpression"),
        hidden=len(kept) - len(shown),
        all_path=wish.path(base, alle="1"),
    )


def opened(
    chart: Chart, entry: Entry, content: bytes, now: datetime, *, source: str = "", name: str = ""
) -> DocumentView:
    base = base_of(chart.person.id)
    told = row(entry, base, now, source=source, name=name)
    file = file_of(entry, content)
    text = as_utf8(content).strip() if file.media_type == "text/plain" else ""
    return DocumentView(
        chart, told, text, file, f"{told.path}/fil", f"{words.day(now)} kl. {words.clock(now)}", base
    )


def _choices(entries: Sequence[Entry], wish: Wish, base: str) -> tuple[Choice, ...]:
    counts = {letter: sum(e.class_code.code[:1] == letter for e in entries) for letter, _ in KINDS}
    if sum(count > 0 for count in counts.values()) < 2 and not wish.kind:
        return ()
    found = [Choice("Alle", len(entries), wish.path(base, vis=""), not wish.kind)]
    found += [
        Choice(text, counts[letter], wish.path(base, vis=letter), wish.kind == letter)
        for letter, text in KINDS
        if counts[letter] or wish.kind == letter
    ]
    return tuple(found)


def _gaps(parts: Sequence[ForeignPart], *outcomes: Outcome) -> tuple[Gap, ...]:
    return tuple(Gap(p.foreign.name, p.why) for p in parts if p.outcome in outcomes)
