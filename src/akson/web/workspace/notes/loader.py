"""Notes of a patient from the record, turned into words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from akson.care.fhir_json import Resource, concept_text, display, instant, reference
from akson.care.notes.fold import fold
from akson.care.notes.structured import DRAFT, PARTS, REMOVED, SIGNED, Note, read
from akson.fhir.search.query import DateValue, Include, Term
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.reading import of_patient, resource, resources, search_all
from akson.web.workspace.notes.view import NoteRow, PartText

PAGE = 30
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


def trail_words(note: Note, now: datetime) -> tuple[str, ...]:
    told = []
    for one in note.trail:
        at = instant(one.get("time"))
        by = one.get("authorString") or display(one.get("authorReference"))
        parts = (words.sentence(words.moment(at, now)) if at else "", by, str(one.get("text", "")))
        told.append(" · ".join(part for part in parts if part))
    return tuple(told)


def _parts(note: Note, before: Note | None) -> tuple[PartText, ...]:
    rows = []
    for code, text in note.parts.items():
        folded = fold(text, before.parts.get(code, "")) if before else fold(text, "")
        rows.append(PartText(PARTS[code] if note.structured else "", folded.fresh, folded.repeated))
    return tuple(rows)


def note_row(
    note: Note, before: Note | None, names: dict[str, str], reader: str, now: datetime, author: str = ""
) -> NoteRow:
    return NoteRow(
        id=note.id,
        version=note.version,
        when=words.sentence(words.moment(note.at, now)) if note.at else "",
        author=note.author_name or author,
        parts=_parts(note, before),
        problems=tuple(names[p] for p in note.problems if p in names),
        trail=trail_words(note, now),
        state={DRAFT: "draft", REMOVED: "removed"}.get(note.status, "signed"),
        locked=note.locked,
        in_next_message=note.in_next_message,
        mine=note.author == reader,
    )


async def load(
    session: RecordSession, patient: str, until: datetime | None, now: datetime
) -> tuple[tuple[NoteRow, ...], tuple[NoteRow, ...], str]:
    """Notes, the reader's own drafts (the record shows no others), and where the next page begins."""
    query = of_patient("ClinicalImpression", patient, sort="date", count=PAGE)
    if until is not None:
        query = replace(
            query, terms=(*query.terms, Term("date", "date", None, (DateValue("lt", until, until),)))
        )
    query = replace(query, includes=(Include("ClinicalImpression", "assessor"),))
    found, conditions = await search_all(session, (query, of_patient("Condition", patient)))
    names = {f"Condition/{c['id']}": concept_text(c.get("code")) for c in resources(conditions.matches)}
    people = {f"{r['resourceType']}/{r['id']}": _name(r) for r in resources(found.included)}
    notes = [read(r) for r in resources(found.matches)]
    reader = session.actor.reference
    told: list[NoteRow] = []
    counted = [n for n in notes if n.status == SIGNED]
    for note in notes:
        if note.status == DRAFT:
            continue
        later = counted[counted.index(note) + 1 :] if note in counted else []
        told.append(
            note_row(note, later[0] if later else None, names, reader, now, people.get(note.author, ""))
        )
    drafts = tuple(note_row(n, None, names, reader, now) for n in notes if n.status == DRAFT)
    last = notes[-1].at if notes and found.next_cursor else None
    return tuple(told), drafts, last.isoformat() if last else ""


def _name(person: Resource) -> str:
    name = next(iter(person.get("name") or []), {}) if isinstance(person.get("name"), list) else {}
    return str(name.get("text") or " ".join([*name.get("given", []), name.get("family") or ""]).strip())


async def one(session: RecordSession, patient: str, id: str) -> Note | None:
    """The note, when it is this patient's. Raises NOT_FOUND as the record does."""
    note = read(resource(await session.read("ClinicalImpression", id)))
    return note if reference(note.resource.get("subject")) == f"Patient/{patient}" else None


async def versions(session: RecordSession, note: Note, now: datetime) -> tuple[NoteRow, ...]:
    """Earlier signed versions, newest first. The first saves of a draft are nobody's reading."""
    page = await session.history("ClinicalImpression", note.id, count=50)
    earlier: Sequence[Note] = [read(resource(v)) for v in page.versions if v.body is not None]
    return tuple(
        note_row(n, None, {}, session.actor.reference, now)
        for n in earlier
        if n.status == SIGNED and n.version != note.version
    )
