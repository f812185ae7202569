"""An AppRec that comes in: which row of the outbox it answers. What it then means is `states.py`'s.

A receipt is never answered with one (HIS 80415:2012, 3.3.4), so one that cannot be used is an item for a person instead.
"""

from dataclasses import dataclass

from akson.exchange.envelope.apprec import read_apprec
from akson.exchange.outbox.outbox import Outbox
from akson.fhir import markup
from akson.fhir.problem import Problem

ROOT = "AppRec"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: `first`, `again`, `alarm`, `stray`, or `unusable` with the Problem's id."""

    verdict: str
    sender: str = ""
    receipt_id: str = ""
    conversation: str = ""
    problem: str = ""


class ReceiptsIn:
    """Built beside the Inbox, which gives it every document first."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def take(self, document: bytes) -> Taken | None:
        """None: it is no receipt. Safe to repeat: the same bytes are the same receipt."""
        if not is_receipt(document):
            return None
        try:
            told = read_apprec(document)
        except Problem as problem:
            return Taken("unusable", problem=problem.id)
        verdict = await self._outbox.received_receipt(
            document,
            receipt_id=told.id,
            msg_id=told.original_id,
            sender=told.sender_her,
            status=told.status,
            codes=tuple(error.v for error in told.errors),
        )
        return Taken(verdict, told.sender_her, told.id.lower())


def is_receipt(document: bytes) -> bool:
    """Whether its root element is an AppRec's, of whichever version."""
    # Most documents are none, and are spared a second parsing; the zeros are UTF-16's.
    if ROOT.encode() not in document.replace(b"\0", b""):
        return False
    try:
        root = markup.read(document)
    except Problem:
        return False
    return str(root.tag).rpartition("}")[2] == ROOT
