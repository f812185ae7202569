"""The messages of a patient from the record: as a list, and one of them whole with the conversation around it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from akson.access.actor import Actor
from akson.care.contacts.files import files
from akson.care.contacts.letters import ReadsPost, Standing
from akson.care.contacts.messages import FIELDS, CareMessage, care_message, care_messages
from akson.care.fhir_json import Resource, instant, reference
from akson.care.pathway import rules
from akson.care.pathway.events import stays_of
from akson.care.pathway.gp import OPEN as OPEN_THREAD
from akson.care.pathway.gp import gp_threads
from akson.care.pathway.said import US
from akson.care.worklist.inbox import OPEN, item
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.letters import Letters, Refused
from akson.web.shell.owners import YOU, owner_words
from akson.web.shell.reading import every_page, may_see, of_patient, resource, resources, search_all
from akson.web.workspace.messages.view import AskGp, LetterView, MessageRow, Wait, parts

CANCELLED, REPLACED = "Kansellert av avsender", "Erstattet av en nyere melding"
RESULT_TYPES = ("SVAR_CYT", "SVAR_HIST", "SVAR_KKL", "SVAR_LAB", "SVAR_MBIO", "SVAR_RTG")
ALONE = Standing(())


@dataclass(frozen=True, slots=True)
class Post:
    """All messages of one patient that the reader may see."""

    patient: str
    raw: Mapping[str, Resource]
    messages: tuple[CareMessage, ...]
    """Newest first."""
    known: Mapping[str, Resource]
    owners: Mapping[str, str]
    standings: Mapping[str, Standing]
    now: datetime
    sending: Mapping[str, str]
    """How far what we sent has come, in words that follow receipts."""
    answerable: frozenset[str]
    """Those that the post has kept whole."""
    changeable: frozenset[str]
    """Those sent from here, by a type that may be changed and cancelled."""
    refused: Mapping[str, Refused]

    waits: tuple[Wait, ...] = ()

    def row(self, message: CareMessage) -> MessageRow:
        standing = self.standings.get(message.id, ALONE)
        fate, by = "", standing.cancelled_by or standing.replaced_by
        if by:
            fate = CANCELLED if standing.cancelled_by else REPLACED
        return MessageRow(
            id=message.id,
            title=message.title,
            sender=message.sender,
            receiver=message.receiver,
            when=words.moment(message.at, self.now) if message.at else "",
            sent=words.moment(message.sent, self.now) if message.sent else "",
            text=message.text,
            fields=message.fields,
            state=self.sending.get(message.id) or _state(message, lambda at: words.moment(at, self.now)),
            owner=self.owners.get(f"Communication/{message.id}", ""),
            path=self.path(message.id),
            files=len(files(self.raw.get(message.id, {}))),
            fate=fate,
            fate_path=self.path(by) if by else "",
            answerable=message.id in self.answerable,
            of_thread=max(1, len(standing.thread)),
            sent_by_us=message.received is None,
            changeable=message.id in self.changeable,
            refused=self.refused.get(message.id),
        )

    def path(self, id: str) -> str:
        return f"/pasient/{self.patient}/meldinger/{id}"

    def of(self, ids: Sequence[str]) -> tuple[MessageRow, ...]:
        by_id = {message.id: message for message in self.messages}
        return tuple(self.row(by_id[id]) for id in ids if id in by_id)


async def load_post(
    session: RecordSession, patient: str, reads: ReadsPost | None, letters: Letters | None, now: datetime
) -> Post:
    about = replace(of_patient("Communication", patient), includes=(Include("Communication", "sender"),))
    items = replace(of_patient("Task", patient), includes=(Include("Task", "owner"),))
    found = await every_page(session, about)
    (tasks,) = await search_all(session, (items,))
    known = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    raw = resources(found.matches)
    ours = [c for c in raw if "received" not in c]
    sending = await letters.states(ours) if letters else {}
    refused = await letters.refused(session, ours) if letters else {}
    return Post(
        patient=patient,
        raw={str(one["id"]): one for one in raw},
        messages=tuple(care_messages(raw, known)),
        known=known,
        owners=_owners(tasks, session.actor, now),
        standings=reads.standings(raw) if reads else {},
        now=now,
        sending=sending,
        answerable=frozenset(str(c["id"]) for c in raw if letters and _whole(c)),
        changeable=frozenset(str(c["id"]) for c in raw if _changeable(c, sending, refused)),
        refused=refused,
        waits=tuple(_waits(raw, patient, letters is not None, now)),
    )


def _waits(raw: Sequence[Resource], patient: str, may_write: bool, now: datetime) -> Iterator[Wait]:
    """What is asked and not answered, the nearest deadline first."""
    threads = gp_threads(stays_of((), raw).others, rules.load(), now)
    for thread in sorted((t for t in threads if t.now_do or t.state == OPEN_THREAD), key=lambda t: t.due):
        about = thread.request.removeprefix("Communication/")
        ours = thread.by == US
        path = f"/pasient/{patient}/meldinger/{about}"
        yield Wait(
            title=thread.title,
            other=thread.lines[0].other,
            why=thread.why,
            now_do=thread.now_do,
            late=thread.state != OPEN_THREAD,
            ours=ours,
            phone=words.moment(thread.phone_by, now) if thread.phone_by else "",
            messages=tuple(line.message.removeprefix("Communication/") for line in thread.lines),
            path=path,
            answer_path=f"/pasient/{patient}/ny-melding?svar={about}" if may_write and not ours else "",
        )


ASKED_OF_GP = (("6", "Fornye resept"), ("7", "Time til undersøkelse"), ("4", "Legemiddelopplysninger"))
"""Code of 9152, and what the link says."""


async def load_ask_gp(session: RecordSession, patient: str, letters: Letters) -> AskGp | None:
    found = await letters.gp(session, patient)
    if found is None:
        return None
    base = f"/pasient/{patient}/ny-melding?type=DIALOG_FORESPORSEL&til={found.value}&hva="
    return AskGp(found.label, tuple((base + code, said) for code, said in ASKED_OF_GP))


def _whole(communication: Resource) -> bool:
    """Whether the post has kept all of it: then it can be answered."""
    return "received" in communication and any(
        e.get("url") == FIELDS for e in communication.get("extension", ())
    )


def _changeable(communication: Resource, sending: Mapping[str, str], refused: Mapping[str, Refused]) -> bool:
    """What was refused is corrected: whoever refused it knows of nothing to change."""
    id = str(communication["id"])
    return id in sending and id not in refused and _has_status(communication)


def _has_status(communication: Resource) -> bool:
    """Whether its format has a status of the shipment: only such a message is changed or cancelled."""
    content = next((e for e in communication.get("extension", ()) if e.get("url") == FIELDS), {})
    return any(e.get("url") == "InformasjonOmForsendelsen" for e in content.get("extension", ()))


async def load_letter(
    session: RecordSession,
    patient: str,
    id: str,
    reads: ReadsPost | None,
    letters: Letters | None,
    chart: Chart,
    now: datetime,
) -> LetterView:
    """Raises NOT_FOUND when the message is missing, hidden, or another patient's."""
    # Read by itself before it is gathered with the others: opening a message is an event of its own in the log.
    message = resource(await session.read("Communication", id))
    if reference(message.get("subject")) != f"Patient/{patient}":
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-004", "Meldingen finnes ikke.")
    post = await load_post(session, patient, reads, letters, now)
    standing = post.standings.get(id, ALONE)
    before = post.raw.get(standing.replaces)
    letter = reads.letter(message, before) if reads else None
    told = care_message(message, post.known)
    thread = post.of(standing.thread)
    return LetterView(
        chart=chart,
        # «I dag» on paper is wrong tomorrow.
        message=replace(
            post.row(told),
            sent=_dated(told.sent) if told.sent else "",
            state=post.sending.get(id) or _state(told, _dated),
        ),
        letter=letter,
        parts=parts(letter.lines) if letter else (),
        about=parts(letter.about) if letter else (),
        administrative=parts(letter.administrative) if letter else (),
        files=files(message),
        thread=thread if len(thread) > 1 else (),
        before=next(iter(post.of((standing.replaces,))), None) if before else None,
        # What it was compared with may be hidden from this reader, or gone: then the post's own note is what is known.
        notes=() if before or not letter else _notes(message),
        has_results=told.type_code in RESULT_TYPES and may_see(session, "DiagnosticReport"),
        printed=_dated(now),
        waits=tuple(w for w in post.waits if id in w.messages),
    )


def _dated(at: datetime) -> str:
    """`27.11.2026 kl. 04:01`."""
    return f"{words.day(at)} kl. {words.clock(at)}"


def _notes(message: Resource) -> tuple[str, ...]:
    told = (str(note.get("text", "")) for note in message.get("note") or [])
    return tuple(text for text in told if text and not text.startswith("Mangler i meldingen"))


def _state(message: CareMessage, when: Callable[[datetime], str]) -> str:
    """Words follow what has happened, never what is hoped for."""
    if message.received:
        return f"Mottatt {when(message.received)} og lagt i journalen"
    return "Sendt, ikke bekreftet" if message.sent else "Ikke sendt"


def _owners(found: SearchResult, reader: Actor, now: datetime) -> dict[str, str]:
    """`Communication/…` to who has the item it made, and how far it has come."""
    near = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    told = {}
    for task in resources(found.matches):
        about = item(task)
        owner = owner_words(about, near, reader)
        changed = instant(task.get("lastModified"))
        if about.status == "completed":
            told[about.focus] = "Ferdig behandlet" + (f" {words.moment(changed, now)}" if changed else "")
        elif about.status in OPEN:
            has = "Du har ansvaret" if owner == YOU else f"{owner} har ansvaret"
            told[about.focus] = has if about.taken else f"Venter hos {owner}"
    return told
