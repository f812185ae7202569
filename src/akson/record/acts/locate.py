"""That this node, as an index, told somebody who holds something about a person: one line in the log, of nobody here.

The index has no record of hers, so the line names no patient; the decision's id ties it to the asker's log and to those of
the sources.
"""

from typing import TYPE_CHECKING

from akson.access.decision import Reason
from akson.record.acts import judging

if TYPE_CHECKING:
    from akson.record.session import RecordSession

LOCATE = "locate"
_ATTESTED = Reason(
    "AKS-RULE-ATTESTED", "permit", "Virksomheten har bekreftet at den gir pasienten helsehjelp."
)
_NOT_ATTESTED = Reason("AKS-RULE-ATTESTED", "deny", "Ingen har bekreftet helsehjelp til denne pasienten.")


async def located(session: "RecordSession", permitted: bool) -> None:
    reason = _ATTESTED if permitted else _NOT_ATTESTED
    events = session.events.make(
        LOCATE, judging.own_act(session, reason), {"": []}, at=session.at, permitted=permitted
    )
    await session.record.log.append(events)
