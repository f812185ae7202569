"""Data of a patient that leaves for a service of somebody else's, told in her log before anything is sent.

    disclose(session, "astrid", Sent("Legemiddelrådgivning Midt", "raad.example.no", "legemidler og målinger", names))

What cannot be logged is not sent. One line for each service and each time: a look is not a disclosure. docs/adr/0222.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from akson.audit.log import Prepared
from akson.record.acts import judging
from akson.record.guard import not_found

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ACTION = "disclose"


@dataclass(frozen=True, slots=True)
class Sent:
    service: str
    """As whoever runs this node calls it."""
    host: str
    """Where it goes."""
    what: str
    """In bokmål, for her to read: `fødselsdato, kjønn, legemidler og allergier`."""
    resources: Sequence[str]
    """`Type/id/version` of what was sent of, or `Type/id` where no version is known."""


async def disclose(session: "RecordSession", patient: str, sent: Sent) -> None:
    """Raises Problem NOT_FOUND when the reader may not see her: then nothing may be sent. AKS-AUDIT-010 as the log does."""
    whom = await judging.concerned(session, patient)
    decision = session.judge.decide("read", whom)
    if not decision.permit or not whom.patients:
        raise not_found()
    words = f"Sendte {sent.what} til {sent.service} ({sent.host}) for å få råd. Uten navn og fødselsnummer."
    made = session.events.make(
        ACTION,
        judging.told(decision, words),
        {one: list(sent.resources) for one in whom.patients},
        at=session.at,
        words=words,
        evidence=session.judge.evidence("read", whom),
    )
    await session.record.log.append([_of_its_own(event) for event in made])


def _of_its_own(event: Prepared) -> Prepared:
    """A line that is not folded into the look that it belongs to."""
    return Prepared.of(replace(event.event, request=event.event.id[:8].hex()))
