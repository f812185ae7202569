"""Letters of a product that only sends messages, read by the post's own reader: a folder of message files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from akson.exchange import times
from akson.exchange.identity_numbers import national_numbers
from akson.exchange.message_type import CareMessage
from akson.exchange.opening import open_message
from akson.exchange.rendering import text
from akson.fhir.problem import Problem
from akson.sharing.legacy.messages import Letter

FILES_MAX = 200_000
FILE_BYTES_MAX = 64 * 1024 * 1024
_SEX = {"1": "male", "2": "female"}


def read(folder: Path) -> tuple[list[Letter], int]:
    """Those that could be read, and how many could not."""
    letters: list[Letter] = []
    unreadable = 0
    for path in sorted(folder.rglob("*.xml"))[:FILES_MAX]:
        message = _opened(path)
        if message is None:
            unreadable += 1
        else:
            letters.append(letter_of(message))
    return letters, unreadable


def _opened(path: Path) -> CareMessage | None:
    if path.stat().st_size > FILE_BYTES_MAX:
        return None
    try:
        opened = open_message(path.read_bytes())
    except Problem:
        return None
    sound = opened.type is not None and opened.version is not None and not opened.faults
    return opened.message() if sound and opened.problem is None else None


def letter_of(message: CareMessage) -> Letter:
    envelope, person = message.envelope, message.envelope.patient
    numbers = national_numbers(person) if person else ()
    return Letter(
        id=envelope.msg_id,
        type=envelope.type.v,
        type_words=message.type.words,
        sent=times.fhir_date_time(envelope.generated),
        sender_her=envelope.sender.her,
        sender=envelope.sender.words,
        national_id=numbers[0].plain if numbers else "",
        given=" ".join(part for part in (person.given, person.middle) if part) if person else "",
        family=person.family if person else "",
        born=(person.birth_date or "")[:10] if person else "",
        gender=_SEX.get(person.sex.v, "") if person else "",
        text=text(message),
        diagnoses=tuple(dict.fromkeys(_diagnoses(message.content))),
    )


def _diagnoses(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "DiagnoseBeskrivelse" and isinstance(inner, str) and inner.strip():
                yield inner.strip()
            else:
                yield from _diagnoses(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _diagnoses(inner)
