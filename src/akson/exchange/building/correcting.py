"""What was refused, or never got out, written anew: the same message with a MsgId of its own, opened with what was typed.

| the row stands as | corrected from the record                                                     |
| ----------------- | ----------------------------------------------------------------------------- |
| negative          | yes: the receiver has answered the old one for good (HIS 80415)               |
| failed            | yes: no transport will carry it as it is                                      |
| overdue           | no: it may be lying unread there, and is sent again by the officer as it is   |

It goes to those who refused it and to nobody who took it; what the old one answered or changed, this one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from akson.exchange import mirror
from akson.exchange.building.build import recipe_of
from akson.exchange.building.earlier_words import earlier_words
from akson.exchange.building.files import earlier_files
from akson.exchange.building.writing import Wish, Writing
from akson.exchange.message_type import CANCELLED, NEW, Resource
from akson.exchange.outbox import states
from akson.store.outbox_rows import OutboxRow


def correctable(rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """Those a correction can stand in place of, the primary receiver's first."""
    open_rows = [row for row in rows if row.sending.state in (states.NEGATIVE, states.FAILED)]
    return sorted((row for row in open_rows if not row.sending.closed), key=lambda row: (row.copy, row.id))


def instead_of(rows: Sequence[OutboxRow]) -> Mapping[str, int]:
    """Receiver -> row, as the outbox wants it."""
    return {row.receiver: row.id for row in rows}


async def corrected(writing: Writing, refused: Resource, rows: Sequence[OutboxRow], wish: Wish) -> Wish:
    """`wish` made whole from the Communication that was refused by `rows`, which are not none.

    Raises the record's NOT_FOUND when what it answered is hidden from her.
    """
    message = mirror.from_fhir(refused)
    about = await _about(writing, wish.patient, refused)
    first, *others = rows
    fields = () if message.status == CANCELLED else recipe_of(message.type.code).fields
    return replace(
        wish,
        type=message.type.code,
        # An answer goes back to whoever is answered, whose address may stand in her message alone.
        to="" if about and not first.copy else first.receiver,
        copies=tuple(row.receiver for row in others) if wish.copies is None else wish.copies,
        about=about,
        status=message.status,
        words={**earlier_words(fields, message.content), **wish.words},
        files=earlier_files(message) if wish.files is None and message.status == NEW else wish.files,
        corrects=str(refused["id"]),
    )


async def _about(writing: Writing, patient: str, refused: Resource) -> str:
    """Id of the Communication that it answered, changed or cancelled; ""."""
    for told in refused.get("inResponseTo", ()):
        if reference := str(told.get("reference", "")):
            return reference.rpartition("/")[2]
        if named := str(told.get("identifier", {}).get("value", "")):
            return await writing.find(patient, named.rpartition("|")[2])
    return ""
