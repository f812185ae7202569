"""The reader's open items from the record, with patient, sender and owner in words."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from akson.access.actor import Actor
from akson.care.contacts.messages import care_message
from akson.care.fhir_json import Resource
from akson.care.worklist.inbox import GRAVE_CODES, SOON, InboxItem, due_words, item, open_items
from akson.fhir.search.query import DateValue, Include, Query, Term
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import words
from akson.web.shell.chart import person
from akson.web.shell.owners import owner_words
from akson.web.shell.reading import END_OF_TIME, WIDE_PAGE, resource, resources, search_all, whole
from akson.web.shell.waiting import owned_by
from akson.web.workspace.inbox.view import InboxRow, InboxView

DONE_SHOWN_FOR = timedelta(hours=24)
TITLE_MAX = 120
PRESSING = ("stat", "asap", "urgent")
SENT = "/sendt-melding/{row}"
INCLUDES = tuple(Include("Task", param) for param in ("patient", "focus", "owner"))


def _with_includes(query: Query) -> Query:
    return Query(query.type, query.terms, query.sort, query.count, includes=INCLUDES)


def _closed_since(actor: Actor, at: datetime) -> Query:
    recent = Term("_lastUpdated", "lastUpdated", None, (DateValue("ge", at, END_OF_TIME),))
    return owned_by(actor, ("completed",), recent, count=20)


def _presses(due: datetime, now: datetime) -> bool:
    """Today's, or within hours: a deadline after midnight belongs to tonight's shift."""
    return due.date() <= now.date() or due - now <= SOON


class _Rows:
    """Turns items into rows; holds what was included with them."""

    def __init__(
        self, actor: Actor, now: datetime, included: Iterable[Resource], versions: dict[str, int]
    ) -> None:
        self._actor = actor
        self._now = now
        self._near = {f"{r['resourceType']}/{r['id']}": r for r in included}
        self._versions = versions

    def row(self, entry: InboxItem) -> InboxRow:
        patient = self._near.get(entry.patient)
        who = person(patient, words.local(self._now).date()) if patient else None
        facts = [who.age, f"f. {who.born}" if who.born else ""] if who else []
        path = f"/pasient/{who.id}" if who else ""
        focus = entry.focus.rpartition("/")[2] if entry.focus.startswith("Communication/") else ""
        about = entry.about.rpartition("/")[2]
        focus_message = self._near.get(entry.focus)
        grave = entry.code in GRAVE_CODES
        # A title is read at a glance; what takes several lines stands under it.
        named = grave or not entry.description or len(entry.description) > TITLE_MAX
        due, now = words.local(entry.due) if entry.due else None, words.local(self._now)
        return InboxRow(
            id=entry.id,
            version=self._versions[entry.id],
            title=entry.title if named else entry.description,
            text=" ".join(
                part for part in (entry.description if named else "", " · ".join(entry.told)) if part
            ),
            kind="" if named else entry.title,
            patient_path=path,
            patient_name=who.name if who else "",
            patient_facts=" · ".join(f for f in facts if f),
            sender=care_message(focus_message, self._near).sender if focus_message else "",
            came=words.moment(entry.authored, self._now) if entry.authored else "",
            due=due_words(due, now),
            urgent=grave or entry.priority in PRESSING or (due is not None and _presses(due, now)),
            owner=owner_words(entry, self._near, self._actor),
            mine=entry.owner == self._actor.reference,
            taken=entry.taken,
            grave=grave,
            focus_path=f"{path}/meldinger/{focus}" if focus and path else "",
            about_path=f"{path}/meldinger/{about}" if about and path else "",
            move_path=f"/flytting/{entry.id}" if entry.code in ("move-in", "move-out") else "",
            sent_path=SENT.format(row=entry.sent) if entry.sent.isdecimal() else "",
        )


def _rows(actor: Actor, now: datetime, found: SearchResult) -> _Rows:
    return _Rows(actor, now, resources(found.included), {v.id: v.version for v in found.matches})


async def load(
    session: RecordSession, actor: Actor, now: datetime, *, said: str = "", refused: bool = False
) -> InboxView:
    """Everything open that `actor` or her units own, and what was closed during the last day."""
    of_waiting = _with_includes(owned_by(actor, count=WIDE_PAGE))
    of_closed = _with_includes(_closed_since(actor, now - DONE_SHOWN_FOR))
    first, closed = await search_all(session, (of_waiting, of_closed))
    waiting = await whole(session, of_waiting, first)
    rows, done = _rows(actor, now, waiting), _rows(actor, now, closed)
    return InboxView(
        rows=tuple(rows.row(i) for i in open_items(resources(waiting.matches))),
        done=tuple(done.row(item(resource(v))) for v in closed.matches),
        checked=words.clock(now),
        more=waiting.next_cursor is not None,
        said=said,
        refused=refused,
    )
