"""The same content under a new MsgId, after a receiver has refused the old one for what lay outside it.

Source: HIS 80415:2012 (a refused message is answered for good); MsgHead 1.2 (HIS 80601): MsgId and GenDate are the
message's own, a document's IssueDate is its content's. Reference and conversation stay.
"""

from datetime import datetime

from akson.exchange.envelope.msghead_format import NAMESPACE
from akson.exchange.times import NORWAY
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind


def under_new_id(document: bytes, msg_id: str, at: datetime) -> bytes:
    """The document with this MsgId, generated at `at`. Raises UNSUPPORTED AKS-EXCHANGE-026 for another envelope."""
    root = markup.read(document)
    info = root.find(f"{{{NAMESPACE}}}MsgInfo")
    id, generated = ((info.find(f"{{{NAMESPACE}}}{name}") if info is not None else None) for name in _OWN)
    if id is None or generated is None:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-EXCHANGE-026",
            "The message cannot be given a new id here.",
            why="Its envelope is not MsgHead 1.2.",
            now="Write it anew from the record.",
        )
    id.text = msg_id
    generated.text = at.astimezone(NORWAY).replace(tzinfo=None).isoformat(timespec="seconds")
    return markup.write(root)


_OWN = ("MsgId", "GenDate")
