"""What the record holds of the post, opened for people: `akson.care.contacts.letters.ReadsPost`. Pure.

The message comes back out of its Communication (`mirror.from_fhir`), so a reader sees what was received and nothing else.
How messages stand to each other is read from the identifiers that `mirror` gives them: a change and a cancellation speak of
all before them in their conversation, of their own type and sender (HITS 1154).
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from akson.care.contacts.letters import Letter, LetterLine, Novelty, Standing
from akson.care.fhir_json import Resource, code_in, instant
from akson.exchange import mirror, rendering
from akson.exchange.administrative import parted
from akson.exchange.changes import Change, changes, placed
from akson.exchange.envelope import attachments
from akson.exchange.envelope.msghead_format import MESSAGE_INFO
from akson.exchange.message_type import CareMessage
from akson.exchange.profile import missing_content
from akson.fhir.problem import Problem, ProblemKind

_UNITS = ("Kontaktenhet", "ServProvider", "Sender")
"""Where a sender names whom to call, in the order they are looked for."""
_PEOPLE = ("AnsvarligRapport", "HCPerson", "HealthcareProfessional")
_UUID_LENGTH = 36
_PHONE_DIGITS = 8


class PostReader:
    def letter(self, message: Resource, before: Resource | None = None) -> Letter | None:
        whole = _opened(message)
        if whole is None:
            return None
        earlier = _opened(before) if before else None
        new = changes(earlier, whole) if earlier else ()
        sides = parted(whole.version.structure, whole.content)
        return Letter(
            summary=whole.type.summary(whole.facts),
            contact=_contact(whole),
            lines=tuple(_marked(sides.clinical, new)),
            administrative=tuple(_marked(sides.administrative, new)),
            about=tuple(_about(whole)),
            news=tuple(Novelty(c.where, c.before, c.after) for c in new if c.is_news),
            missing=tuple(absent.words for absent in missing_content(whole)),
            elsewhere=tuple(_elsewhere(whole, message)),
        )

    def standings(self, messages: Sequence[Resource]) -> Mapping[str, Standing]:
        ordered = sorted(messages, key=_when)
        threads = _threads(ordered)
        return {str(one["id"]): _standing(one, threads[str(one["id"])]) for one in ordered}


def _opened(communication: Resource) -> CareMessage | None:
    try:
        return mirror.from_fhir(communication)
    except Problem as problem:
        if problem.kind is not ProblemKind.INVALID:
            raise
        return None


def _marked(lines: Sequence[rendering.Line], new: Sequence[Change]) -> Iterator[LetterLine]:
    """Each field, with what stood there before where that is another thing."""
    fresh = {(change.where, change.after): change.before for change in new if change.after}
    for where, line in placed(lines):
        before = fresh.get((where, line.said)) if line.said else None
        yield LetterLine(line.depth, line.label, line.said, before is not None, before or "")


def _about(message: CareMessage) -> Iterator[LetterLine]:
    values = message.envelope.values
    if message.envelope.head:
        for line in rendering.fields(MESSAGE_INFO, values):
            yield LetterLine(line.depth, line.label, line.said)
        return
    yield LetterLine(0, "Meldings-id", message.envelope.msg_id)
    yield LetterLine(0, "Brevets egen id", message.envelope.own_id or "ikke oppgitt")


def _elsewhere(message: CareMessage, communication: Resource) -> Iterator[str]:
    kept = {
        p["contentAttachment"].get("hash")
        for p in communication.get("payload") or []
        if "contentAttachment" in p
    }
    for file in message.envelope.attachments:
        digest = hashlib.sha1(file.data or b"", usedforsecurity=False).digest()
        if file.data is None or base64.b64encode(digest).decode("ascii") not in kept:
            yield attachments.words(file)


def _contact(message: CareMessage) -> str:
    """`Eva Lunde, Medisinsk avdeling, telefon 05 50 02 02`: once each, whatever the format calls them."""
    around = (message.content, message.envelope.values)
    person = next((name for key in _PEOPLE for v in _found(around, key) if (name := _person(v))), "")
    units = [unit for key in _UNITS for unit in _found(around, key)]
    unit = next((name for v in units for name in _texts(v, "OrganisationName")), "")
    numbers = [n.strip().removeprefix("tel:") for v in units for n in _texts(v, "TeleAddress")]
    numbers += [
        n.strip().removeprefix("tel:")
        for key in _PEOPLE
        for v in _found(around, key)
        for n in _texts(v, "TeleAddress")
    ]
    phone = next((number for number in numbers if number and ":" not in number and "@" not in number), "")
    told = (person, unit, f"telefon {_spoken(phone)}" if phone else "")
    return ", ".join(part for part in told if part) if person or phone else ""


def _spoken(phone: str) -> str:
    """`05 50 02 11` from eight digits; anything else as it is."""
    digits = phone.removeprefix("+47").replace(" ", "")
    if len(digits) != _PHONE_DIGITS or not digits.isdecimal():
        return phone
    return " ".join(digits[at : at + 2] for at in range(0, _PHONE_DIGITS, 2))


def _person(values: Any) -> str:
    parts = (next(_texts(values, name), "") for name in ("GivenName", "MiddleName", "FamilyName"))
    named = " ".join(part.strip() for part in parts if part.strip())
    return named or next(_texts(values, "Name"), "").strip()


def _found(value: Any, name: str) -> Iterator[Any]:
    """Every part of that name, at any depth."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _found(inner, name)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _found(inner, name)


def _texts(value: Any, name: str) -> Iterator[str]:
    for found in _found(value, name):
        all = found if isinstance(found, tuple) else (found,)
        yield from (text for text in all if isinstance(text, str) and text.strip())


def _when(message: Resource) -> tuple[float, str]:
    at = instant(message.get("sent") or message.get("received"))
    return (at.timestamp() if at else 0.0, str(message.get("id")))


def _values(message: Resource, *systems: str) -> set[str]:
    return {
        str(i.get("value", "")).lower()
        for i in message.get("identifier") or []
        if i.get("system") in systems and i.get("value")
    }


def _names(message: Resource) -> set[str]:
    """What ties it to a conversation. A UUID is nobody else's: it ties an answer to what another sender wrote."""
    told = _values(message, mirror.MESSAGE_ID, mirror.CONVERSATION, mirror.CANCELS, mirror.REPLACES)
    for answered in message.get("inResponseTo") or []:
        told.add(str((answered.get("identifier") or {}).get("value", "")).lower())
    bare = {name.rpartition("|")[2] for name in told}
    return {name for name in told | {b for b in bare if len(b) == _UUID_LENGTH} if name}


def _threads(ordered: Sequence[Resource]) -> dict[str, list[Resource]]:
    """Communication id -> all of its conversation, in their order."""
    groups: list[tuple[set[str], list[Resource]]] = []
    for message in ordered:
        names = _names(message)
        joined = [group for group in groups if group[0] & names]
        together = sorted([message, *(one for group in joined for one in group[1])], key=_when)
        groups = [group for group in groups if group not in joined]
        groups.append((names.union(*(group[0] for group in joined)), together))
    return {str(one["id"]): together for _, together in groups for one in together}


def _standing(message: Resource, thread: Sequence[Resource]) -> Standing:
    later = [one for one in thread if _when(one) > _when(message) and _of_one_kind(one, message)]
    earlier = [one for one in thread if _when(one) < _when(message) and _of_one_kind(one, message)]
    return Standing(
        thread=tuple(str(one["id"]) for one in thread),
        replaced_by=_last(one for one in later if _speaks_of(one, message, mirror.REPLACES)),
        cancelled_by=_last(one for one in later if _speaks_of(one, message, mirror.CANCELS)),
        replaces=_last(one for one in earlier if _speaks_of(message, one, mirror.REPLACES)),
    )


def _last(found: Iterator[Resource]) -> str:
    ids = [str(one["id"]) for one in found]
    return ids[-1] if ids else ""


def _of_one_kind(one: Resource, other: Resource) -> bool:
    return _kind(one) == _kind(other)


def _kind(message: Resource) -> tuple[str, str]:
    """Type and sender."""
    own = min(_values(message, mirror.MESSAGE_ID), default="")
    codes = (code_in(concept, mirror.MESSAGE_TYPES) for concept in message.get("category") or [])
    return next((code for code in codes if code), ""), own.partition("|")[0]


def _speaks_of(speaker: Resource, message: Resource, system: str) -> bool:
    return bool(_values(speaker, system) & _values(message, mirror.MESSAGE_ID, mirror.CONVERSATION))
