"""Letters of the demo's post: what Storvik has written to its neighbours these days, as real dialogue messages. Pure.

Each is about one of the demo's citizens, and none is invented clinically: they speak of appointments and papers. Standard:
MsgHead 1.2 (HIS 80601) with dialogue message 1.1 (HIS 80704 annex C).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from akson.app.cast import ORGANISATIONS
from akson.exchange.components import dialogue
from akson.exchange.envelope import msghead
from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Coded, Formatted, Values, write_structure
from akson.exchange.times import NORWAY
from akson.fhir import markup

LISTS = "2.16.578.1.12.4.1.1."
_ABOUT = Coded("6", "Henvendelse om pasient", f"{LISTS}7322")


@dataclass(frozen=True, slots=True)
class Citizen:
    """What a message needs to say whom it is about."""

    id: str
    given: str
    family: str
    birth_date: str
    female: bool
    national_id: str
    d_number: bool


@dataclass(frozen=True, slots=True)
class Written:
    """`sender` and `receiver` are ids of the cast's organisations."""

    type: str
    sender: str
    receiver: str
    topic: str
    text: str


def document(written: Written, citizen: Citizen, *, msg_id: str, at: datetime) -> bytes:
    """The whole message as bytes."""
    content = write_structure(dialogue.STRUCTURE, _content(written), dialogue.PREFIXES)
    local = at.astimezone(NORWAY).replace(tzinfo=None).isoformat(timespec="seconds")
    info = {
        "Type": Coded(written.type, BY_CODE[written.type].words),
        "GenDate": local,
        "MsgId": msg_id,
        "Sender": {"Organisation": msghead.address(_house(written.sender))},
        "Receiver": {"Organisation": msghead.address(_house(written.receiver))},
        "Patient": _patient(citizen),
    }
    return markup.write(msghead.write_envelope(info, content, issued=local))


def _content(written: Written) -> Values:
    return {
        "Notat": (
            {
                "TemaKodet": _ABOUT,
                "Tema": written.topic,
                "TekstNotatInnhold": Formatted(escape(written.text)),
            },
        )
    }


def _house(id: str) -> Mapping[str, Any]:
    name, her, above, _ = ORGANISATIONS[id]
    if above is None:
        return {"name": name, "her": her, "unit": {"name": name, "her": her}}
    outer = ORGANISATIONS[above]
    return {"name": outer[0], "her": outer[1], "unit": {"name": name, "her": her}}


def _patient(citizen: Citizen) -> Values:
    series = Coded("DNR", "D-nummer") if citizen.d_number else Coded("FNR", "Fødselsnummer")
    return {
        "FamilyName": citizen.family,
        "GivenName": citizen.given,
        "DateOfBirth": citizen.birth_date,
        "Sex": Coded("2", "Kvinne") if citizen.female else Coded("1", "Mann"),
        "Ident": ({"Id": citizen.national_id, "TypeId": Coded(series.v, series.dn, msghead.PERSON_IDS)},),
    }
