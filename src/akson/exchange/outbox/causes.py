"""Why messages were not taken, as groups that one person can mend together: pure, from a row and its receipt.

    Cause("E35", "Pasienten finnes ikke i mottakersystemet", "Ring mottakeren, …", Again.NEW)
    Cause("transport", "Mottakeren var ikke å nå", "…", Again.SAME)

What is sent again under which id: AMQP specification of Helsenorge, HIS 80415 (README, *Sent again by a person*). Where
the content itself must be changed, nothing here may send it: it is written anew from the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from akson.exchange.envelope.apprec import ERROR_WORDS
from akson.exchange.outbox import states
from akson.exchange.outbox.words import UNKNOWN_REMEDY, remedy
from akson.store.outbox_rows import Sending

UNDELIVERABLE, UNREACHABLE, OUR_FAULT = "AKS-EXCHANGE-023", "AKS-EXCHANGE-024", "AKS-EXCHANGE-025"
_NEW_ID_DOES = frozenset({"E10", "E35", "E54", "S01", "S02", "S03", "S99", "T01", "X99"})
"""8221: what was wrong lay outside the content, and may be mended without changing it."""
_TRANSPORT = {
    UNDELIVERABLE: "Kan ikke leveres: adresse eller sertifikat hos mottaker",
    UNREACHABLE: "Mottakeren var ikke å nå",
    OUR_FAULT: "Feil hos oss da meldingen skulle ut",
}
_REFUSED = "Avvist på veien"


class Again(StrEnum):
    """How it may be sent once more, by this house alone."""

    SAME = "same"
    """The same message, with its MsgId."""
    NEW = "new"
    """The same content under a new MsgId: the old one is answered for good."""
    NEVER = "never"
    """The content must be corrected first."""


@dataclass(frozen=True, slots=True)
class Cause:
    key: str
    """Stable, and safe in an address: `E35`, `AKS-EXCHANGE-024`, `refused`, `unknown`, `overdue`."""
    title: str
    remedy: str
    again: Again


def cause_of(sending: Sending, codes: Sequence[str] = ()) -> Cause:
    """`codes` are those of the receipt that counts, the first of which names the group."""
    told = remedy(sending, codes)
    if sending.state == states.NEGATIVE:
        return _of_receipt(codes, told)
    if sending.state == states.OVERDUE:
        return Cause("overdue", "Ikke bekreftet innen fristen", told, Again.SAME)
    problem = sending.problem.partition(" ")[0]
    if problem in _TRANSPORT:
        return Cause(problem, _TRANSPORT[problem], told, Again.SAME)
    return Cause("refused", _REFUSED, told, Again.SAME)


def _of_receipt(codes: Sequence[str], told: str) -> Cause:
    if not codes:
        return Cause("unknown", "Avvist uten oppgitt feil", UNKNOWN_REMEDY, Again.NEW)
    # One code that wants other content is enough.
    again = Again.NEW if all(code in _NEW_ID_DOES for code in codes) else Again.NEVER
    return Cause(codes[0], ERROR_WORDS.get(codes[0], "Ukjent feilkode"), told, again)
