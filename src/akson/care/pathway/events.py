"""What was said about each stay, out of Encounters and Communications: each message once, in the order it was sent.

| in the record                                   | here                                                        |
| ----------------------------------------------- | ----------------------------------------------------------- |
| the same MsgId twice (a copy)                   | once                                                        |
| the same words under another MsgId within a day | `undone="duplicate"`, unless she was declared otherwise between |
| a message that takes back another               | that other is `undone="cancelled"`                          |
| a change (M)                                    | what it replaces is `undone="replaced"`                     |
| `note` «Endret siden …», «Mangler i …»          | `changed`, `missing`                                        |
| no `received`                                   | sent from here                                              |

Which stay a message is of: the Encounter it names; else that of the message it answers or takes back; else, of those
the same counterpart has with her, the newest that had begun when it was sent. The rest are `others` (GP, home care).
Receipts of what was sent from here stand in the outbox (docs/adr/0144) and are given; a message that was taken in was
confirmed when it was received.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from akson.care.contacts.messages import CANCELLED, MESSAGE_TYPES, TITLES
from akson.care.contacts.stays import INPATIENT_CLASSES
from akson.care.fhir_json import Resource, code_in, concept_text, display, reference
from akson.care.pathway import answers, said
from akson.care.pathway.fields import Fields
from akson.care.pathway.said import OSLO, Receipt, Said, StayEvents

_NAMING = "https://akson.no/fhir/NamingSystem/"
MESSAGE_ID = f"{_NAMING}message-id"
CANCELS = f"{_NAMING}cancelled-message-id"
SAME_WORDS = f"{_NAMING}message-words"
REPLACES = f"{_NAMING}replaced-conversation-id"
CONVERSATION = f"{_NAMING}conversation-id"
NEW, CHANGED_STATUS = "Endret siden forrige melding: ", "M"
LACKS = "Mangler i meldingen: "
REPEATED_WITHIN = timedelta(days=1)
LATER_THAN_END = timedelta(days=30)
"""How long after a stay what its hospital sends is still of it."""

KINDS: Mapping[str, str] = {
    "LOG_INNLAGT": said.ADMITTED,
    "LOG_UTSKRIVNINGSKLAR": said.READY,
    "LOG_AVMELDING": said.WITHDRAWN,
    "LOG_UTSKREVET": said.DISCHARGED,
    "LOG_DOD": said.DIED,
    "INNLEGGELSESRAPPORT": said.ADMISSION_REPORT,
    "HELSEOPPL_SOKNAD": said.UPDATE,
    "UTSKRIVNINGSRAPPORT": said.DISCHARGE_REPORT,
    "EPIKRISE": said.LETTER,
    "DIALOG_FORESPORSEL": said.REQUEST,
    "DIALOG_SVAR": said.REPLY,
    "DIALOG_NOTAT": said.NOTE,
    "DIALOG_HELSEFAGLIG": said.NOTE,
    "DIALOG_AVVIK": said.DEVIATION,
    "HELSEOPPLYSNINGER_LEGE": said.TO_DOCTOR,
    "MEDISINSKE_OPPLYSNINGER": said.MEDICAL,
    "EPJ-EKSTRAKT": said.MEDICINES,
    "ORIENTERING_TJENESTETILBUD": said.SERVICES,
}
OF_HOSPITAL = (
    said.ADMITTED, said.READY, said.WITHDRAWN, said.DISCHARGED, said.EARLY_NOTICE, said.UPDATE, said.DISCHARGE_REPORT,
    said.LETTER,
)  # fmt: skip
"""Kinds that a hospital alone sends."""
_BODIES = {
    said.ADMITTED: ("MeldingInnlagtPasient", "1"),
    said.READY: ("MeldingUtskrivningsklarPasient", "3"),
    said.WITHDRAWN: ("AvmeldingUtskrivningsklarPasient", "4"),
    said.DISCHARGED: ("MeldingOmUtskrevetPasient", "2"),
    said.DIED: ("OrienteringOmDod", "13"),
}
_READY_ANSWER = "1"  # 9155
_EARLY = "1"  # 9140
_STATUS_PLAN = "8"  # 9152, 9154
_INTERIM = "foreløpig"
"""How the topic of an interim answer begins: no code of 9069 says it."""
_DEAD = "2"  # 8431


@dataclass(frozen=True, slots=True)
class Heard:
    stays: tuple[StayEvents, ...]
    """By when they began."""
    others: tuple[Said, ...]
    """What is of no stay: the talk with the GP, and what nobody could place. Undone ones are marked."""


@dataclass(frozen=True, slots=True)
class _Message:
    said: Said
    key: str
    """The sender, as the message ids name it."""
    ids: frozenset[str]
    conversation: str
    replaces: str
    cancels: frozenset[str]
    words: str
    encounter: str
    answered_ids: frozenset[str]
    parties: frozenset[str]
    """References and identifiers of both sides."""

    @property
    def sent(self) -> datetime:
        return self.said.sent or self.said.told


def stays_of(
    encounters: Iterable[Resource],
    communications: Iterable[Resource],
    receipts: Mapping[str, Receipt] | None = None,
) -> Heard:
    """Of one patient. Encounters that are no stay in hospital are passed over."""
    kept = [e for e in encounters if (e.get("class") or {}).get("code") in INPATIENT_CLASSES]
    messages = _undone(_once(communications, receipts or {}))
    placed = _placed(kept, messages)
    stays = tuple(_stay(e, [m for m in messages if placed.get(m.said.message) == _ref(e)]) for e in kept)
    refs = {_ref(e) for e in kept}
    others = [m.said for m in messages if placed.get(m.said.message) not in refs]
    return Heard(tuple(sorted(stays, key=_began)), tuple(sorted(others, key=_order)))


def as_known(stay: StayEvents, at: datetime) -> StayEvents:
    """The stay as the house knew it then: what came later is unsaid, what was undone later stands."""
    standing = [replace(_then(s, at), undone="", undone_at=None) if _undone_after(s, at) else _then(s, at)
                for s in (*stay.said, *stay.undone) if s.told <= at]  # fmt: skip
    return replace(
        stay,
        said=tuple(sorted((s for s in standing if _stands(s)), key=_order)),
        undone=tuple(sorted((s for s in standing if not _stands(s)), key=_order)),
        in_error=False,
        end=stay.end if stay.end and stay.end <= at else None,
    )


def _stands(one: Said) -> bool:
    """What takes back another says nothing more than that."""
    return not one.undone and one.code != "cancellation"


def _undone_after(one: Said, at: datetime) -> bool:
    return bool(one.undone) and one.undone_at is not None and one.undone_at > at


def _then(one: Said, at: datetime) -> Said:
    receipt = one.receipt
    if receipt is not None and receipt.at is not None and receipt.at > at:
        return replace(one, receipt=Receipt(said.WAITING))
    return one


def _once(communications: Iterable[Resource], receipts: Mapping[str, Receipt]) -> list[_Message]:
    """Care messages, copies left out: of those with one MsgId, the one that came first."""
    read = [_message(c, receipts) for c in communications if _is_care_message(c)]
    found: dict[str, _Message] = {}
    for message in sorted(read, key=lambda m: (m.said.told, m.said.message)):
        found.setdefault(min(message.ids, default=message.said.message), message)
    once = sorted(found.values(), key=lambda m: (m.sent, m.said.message))
    # What is answered is named under the answerer's key, by the other's MsgId: the MsgId alone tells.
    by_number = {id.partition("|")[2]: m.said.message for m in once for id in m.ids}
    return [_answering(m, by_number) for m in once]


def _answering(message: _Message, by_number: Mapping[str, str]) -> _Message:
    told = (by_number.get(id.partition("|")[2], "") for id in sorted(message.answered_ids))
    found = next((t for t in told if t and t != message.said.message), "")
    return replace(message, said=replace(message.said, answers=message.said.answers or found))


def _is_care_message(communication: Resource) -> bool:
    if communication.get("status") == "entered-in-error":
        return False
    return any(code_in(c, MESSAGE_TYPES) for c in communication.get("category") or ())


def _undone(messages: list[_Message]) -> list[_Message]:
    """With what was taken back, replaced or repeated marked as such."""
    state: dict[str, tuple[str, datetime]] = {}
    first: dict[str, Receipt] = {}
    for by in messages:
        for one in messages:
            if one is by or one.key != by.key or one.sent > by.sent or one.said.code == "cancellation":
                continue
            named = one.ids | ({one.conversation} if one.conversation else set())
            if by.cancels & named:
                state[one.said.message] = ("cancelled", by.said.told)
            elif by.replaces and by.replaces in named:
                state.setdefault(one.said.message, ("replaced", by.said.told))
                if one.said.receipt and one.said.receipt.state == said.CONFIRMED:
                    first.setdefault(by.said.message, one.said.receipt)
    for number, one in enumerate(messages):
        if one.said.message in state or not one.words:
            continue
        if (twin := _twin(messages[:number], one)) and twin.said.message not in state:
            state[one.said.message] = ("duplicate", one.said.told)
    marked = []
    for one in messages:
        how, at = state.get(one.said.message, ("", None))
        about = replace(one.said, undone=how, undone_at=at, first_receipt=first.get(one.said.message))
        marked.append(replace(one, said=about))
    return marked


def _twin(earlier: Sequence[_Message], one: _Message) -> _Message | None:
    """What said the same; none when the hospital has said the opposite since."""
    opposite = {said.READY: said.WITHDRAWN, said.WITHDRAWN: said.READY}.get(one.said.kind, "")
    for before in reversed(earlier):
        if before.key == one.key and opposite and before.said.kind == opposite:
            return None
        # What the post has placed in two stays is of two stays, whatever it says.
        apart = before.encounter and one.encounter and before.encounter != one.encounter
        # The same sentence about another message says something new: the second declaration is answered too.
        apart = apart or bool(
            before.said.answers and one.said.answers and before.said.answers != one.said.answers
        )
        if before.words == one.words and not apart and one.sent - before.sent <= REPEATED_WITHIN:
            return before
    return None


def _placed(encounters: Sequence[Resource], messages: Sequence[_Message]) -> dict[str, str]:
    """Communication -> Encounter."""
    refs = {_ref(e) for e in encounters}
    placed = {m.said.message: m.encounter for m in messages if m.encounter in refs}
    parties = {_ref(e): _parties_of(e, [m for m in messages if m.encounter == _ref(e)]) for e in encounters}
    _follow(placed, messages)
    # What answers nothing goes to its counterpart's stay first, so that what answers it can follow.
    for first in (True, False):
        for m in messages:
            later = m.said.message in placed or (first and (m.said.answers or m.answered_ids))
            if not later and (place := _by_party(m, encounters, parties)):
                placed[m.said.message] = place
        _follow(placed, messages)
    return placed


def _follow(placed: dict[str, str], messages: Sequence[_Message]) -> None:
    """Each message that answers or takes back one that is placed, is placed there."""
    by_id = {id: m.said.message for m in messages for id in m.ids}
    moved = True
    while moved:
        moved = False
        for m in messages:
            about = [by_id[i] for i in sorted(m.cancels) if i in by_id]
            about += [m.said.answers] if m.said.answers else []
            place = next((placed[a] for a in about if a in placed), "")
            if place and m.said.message not in placed:
                placed[m.said.message] = place
                moved = True


def _by_party(
    message: _Message, encounters: Sequence[Resource], parties: Mapping[str, frozenset[str]]
) -> str:
    around = [e for e in encounters if _around(e, message.sent)]
    known = [e for e in around if parties[_ref(e)] & message.parties]
    if not known and len(around) == 1 and message.said.kind in (*OF_HOSPITAL, said.ADMISSION_REPORT):
        # Another service of the hospital: one stay alone can be meant.
        known = around
    return _ref(max(known, key=lambda e: (_start(e) or _LONG_AGO, _ref(e)))) if known else ""


_LONG_AGO = datetime(1900, 1, 1, tzinfo=OSLO)


def _around(encounter: Resource, at: datetime) -> bool:
    start, end = _start(encounter), _end(encounter)
    began = start is None or start - timedelta(days=1) <= at
    return began and (end is None or at <= end + LATER_THAN_END)


def _parties_of(encounter: Resource, messages: Sequence[_Message]) -> frozenset[str]:
    own = {str(i.get("value", "")).partition("|")[0] for i in encounter.get("identifier") or ()}
    provider = encounter.get("serviceProvider") or {}
    own |= {reference(provider), str((provider.get("identifier") or {}).get("value", ""))}
    own |= {m.key for m in messages if m.said.by != said.US}
    return frozenset(own - {""})


def _stay(encounter: Resource, messages: Sequence[_Message]) -> StayEvents:
    declared = {m.said.message for m in messages if m.said.kind == said.READY}
    every = sorted((_as_answer(m.said, declared) for m in messages), key=_order)
    return StayEvents(
        encounter=_ref(encounter),
        patient=reference(encounter.get("subject")),
        hospital=display(encounter.get("serviceProvider"))
        or next((s.sender for s in every if s.by == said.HOSPITAL), ""),
        said=tuple(s for s in every if _stands(s)),
        undone=tuple(s for s in every if not _stands(s)),
        planned=encounter.get("status") == "planned",
        in_error=encounter.get("status") in ("entered-in-error", "cancelled"),
        start=_start(encounter),
        end=_end(encounter),
    )


def _as_answer(one: Said, declared: set[str]) -> Said:
    """A clinical dialogue may be the answer to a ready patient (HIS 1077): what it is of tells."""
    if one.kind == said.NOTE and one.by == said.US and one.answers in declared:
        return replace(one, kind=said.ANSWER, answer=answers.read(one.text))
    return one


def _message(communication: Resource, receipts: Mapping[str, Receipt]) -> _Message:
    ids: dict[str, set[str]] = {}
    for identifier in communication.get("identifier") or ():
        ids.setdefault(str(identifier.get("system")), set()).add(str(identifier.get("value", "")))
    own = frozenset(ids.get(MESSAGE_ID, set()))
    answered = communication.get("inResponseTo") or ()
    answered_ids = frozenset(str((a.get("identifier") or {}).get("value", "")) for a in answered) - {""}
    told = _said(communication, receipts)
    sides = (communication.get("sender") or {}, *(communication.get("recipient") or ()))
    parties = {reference(side) for side in sides} | {
        str((side.get("identifier") or {}).get("value", "")) for side in sides
    }
    key = next(iter(sorted(own)), "").partition("|")[0] or told.sender
    return _Message(
        told,
        key=key,
        ids=own,
        conversation=next(iter(ids.get(CONVERSATION, ())), ""),
        replaces=next(iter(ids.get(REPLACES, ())), ""),
        cancels=frozenset(ids.get(CANCELS, set())),
        words=next(iter(ids.get(SAME_WORDS, ())), ""),
        encounter=reference(communication.get("encounter")),
        answered_ids=answered_ids,
        parties=frozenset((parties | ({key} if told.by != said.US else set())) - {""}),
    )


def _said(communication: Resource, receipts: Mapping[str, Receipt]) -> Said:
    categories = communication.get("category") or ()
    type = next((c for c in (code_in(concept, MESSAGE_TYPES) for concept in categories) if c), "")
    words = next((w for w in map(concept_text, categories) if w), "Melding")
    message = f"Communication/{communication.get('id', '')}"
    received, sent = at(communication.get("received")), at(communication.get("sent"))
    fields = Fields.of(communication)
    ours = received is None
    told = received or sent or _LONG_AGO
    happened, day_only = _happened(KINDS.get(type, said.NOTE), fields)
    cancels = words.startswith(CANCELLED)
    kind, code = _kind(KINDS.get(type, said.NOTE), fields)
    text = "\n\n".join(
        p["contentString"] for p in communication.get("payload") or () if p.get("contentString")
    )
    notes = [str(n.get("text", "")) for n in communication.get("note") or ()]
    known = receipts.get(message)
    return Said(
        kind=kind,
        message=message,
        by=said.US if ours else _other(kind, fields),
        told=told,
        at=happened,
        day_only=day_only,
        sent=sent,
        receipt=known or (Receipt(said.WAITING) if ours else Receipt(said.CONFIRMED, received)),
        sender=display(communication.get("sender")),
        receiver=", ".join(d for d in map(display, communication.get("recipient") or ()) if d),
        doctor=_responsible(fields),
        answers=next((r for r in map(reference, communication.get("inResponseTo") or ()) if r), ""),
        changed=_listed(notes, NEW),
        replaces=fields.code("InformasjonOmForsendelsen/Forsendelsesstatus") == CHANGED_STATUS,
        missing=_listed(notes, LACKS),
        code="cancellation" if cancels else code,
        answer=answers.read(text) if kind == said.ANSWER else None,
        children=_children(kind, fields),
        clinical=type == "DIALOG_HELSEFAGLIG"
        and not fields.text("Notat/Tema").casefold().startswith(_INTERIM),
        urgent=communication.get("priority") in ("urgent", "asap", "stat"),
        title=words if cancels else _title(TITLES.get(type, words), fields),
        text=text,
    )


def _title(title: str, fields: Fields) -> str:
    """`Forespørsel: Fornye resept(er)`."""
    return ": ".join(p for p in (title, fields.words("Foresporsel/TypeForesp").rstrip(".")) if p)


def _kind(kind: str, fields: Fields) -> tuple[str, str]:
    """The kind as its own codes tell it, and the code of a request or deviation."""
    if kind == said.UPDATE and _EARLY in fields.codes("TypeInnholdIMelding/TypeInnhold"):
        return said.EARLY_NOTICE, ""
    if kind == said.DISCHARGED and fields.code("MeldingOmUtskrevetPasient/UtskrevetTil/Uttilstand") == _DEAD:
        return said.DIED, ""
    if kind == said.REQUEST:
        code = fields.code("Foresporsel/TypeForesp")
        return (said.STATUS_REQUEST if code == _STATUS_PLAN else said.REQUEST), code
    if kind == said.TO_DOCTOR:
        return kind, fields.code("InnholdKonsultasjon/TypeInnholdKonsultasjon")
    if kind == said.REPLY and fields.text("Notat/Tema").casefold().startswith(_INTERIM):
        return said.NOTE, ""
    if kind == said.DEVIATION:
        return kind, fields.code("Notat/TemaKodet")
    if kind == said.NOTE:
        about = [
            part.get("valueCoding", {})
            for notat in fields.parts
            if notat.get("url") == "Notat"
            for part in notat.get("extension") or ()
            if part.get("url") == "TemaKodet"
        ]
        if any(c.get("code") == _READY_ANSWER and str(c.get("system", "")).endswith("9155") for c in about):
            return said.ANSWER, ""
    return kind, ""


def _other(kind: str, fields: Fields) -> str:
    if kind in OF_HOSPITAL:
        return said.HOSPITAL
    systems = [str(s).rpartition(".")[2] for s in fields.systems("Foresporsel/TypeForesp")]
    if kind == said.MEDICAL or "9153" in systems:
        return said.GP
    return said.HOSPITAL if kind in (said.REQUEST, said.STATUS_REQUEST) and "9154" in systems else said.OTHER


def _happened(kind: str, fields: Fields) -> tuple[datetime | None, bool]:
    if kind not in _BODIES:
        return None, False
    body, code = _BODIES[kind]
    events = list(fields.at(f"{body}/TidsfestetHendelse"))
    own = [e for e in events if e.code("Hendelsekode") == code] or (events if len(events) == 1 else [])
    text = own[0].text("TidspunktForHendelse") if own else ""
    return at(text), bool(text) and "T" not in text


def at(text: str | None) -> datetime | None:
    """An instant; what has no zone is Oslo's clock (HIS 1037, 6.2.1), and a bare date is its first moment there."""
    if not text:
        return None
    whole = text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text
    try:
        parsed = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=OSLO)


def _responsible(fields: Fields) -> str:
    people = [
        *fields.at("AnsvarForRapport/AnsvarligRapport"),
        *fields.at("KontaktpersonHelsepersonell/Kontaktperson"),
    ]
    doctors = [p for p in people if p.code("TypeHealthcareProfessional") == "LE"]
    for person in (*doctors, *people):
        name = f"{person.text('GivenName')} {person.text('FamilyName')}".strip()
        if name:
            return name
    return ""


def _children(kind: str, fields: Fields) -> bool | None:
    if kind not in (said.EARLY_NOTICE, said.UPDATE):
        return None
    return any(
        p.has("FodselsarMindrearigParorende") or p.has("Parorende/FodselsarMindrearigParorende")
        for p in fields.at("ParorendeForesatt")
    )


def _listed(notes: Sequence[str], heading: str) -> tuple[str, ...]:
    told = next((n.removeprefix(heading) for n in notes if n.startswith(heading)), "")
    return tuple(part for part in told.split("; ") if part)


def _ref(encounter: Resource) -> str:
    return f"Encounter/{encounter.get('id', '')}"


def _start(encounter: Resource) -> datetime | None:
    return at((encounter.get("period") or {}).get("start"))


def _end(encounter: Resource) -> datetime | None:
    return at((encounter.get("period") or {}).get("end"))


def _began(stay: StayEvents) -> tuple[datetime, str]:
    first = stay.start or (stay.said[0].moment if stay.said else _LONG_AGO)
    return first, stay.encounter


def _order(one: Said) -> tuple[datetime, datetime, str]:
    """As it was said: when it was sent, for two that were sent at once when they came."""
    return one.sent or one.told, one.told, one.message
