"""Patient logistics (Pasientlogistikk 1.6 and 1.5): one root with one of several bodies. Five message types share it.

Source: HIS 1149:2014. Which body a message type has is said by the message type.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.exchange import times
from akson.exchange.components import fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import Coded, Element, Structure, Values, declare

NAMESPACE = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
NAMESPACE_1_5 = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2009-06-30"
ROOT = "Pasientlogistikk"
PREFIXES = {"p1": NAMESPACE, None: po.NAMESPACE, "fk1": fk1.NAMESPACE}
PREFIXES_1_5 = {"p1": NAMESPACE_1_5, None: po.NAMESPACE_1_5, "fk1": fk1.NAMESPACE}

EVENT_ADMITTED = "1"
EVENT_DISCHARGED = "2"
EVENT_READY = "3"
EVENT_NOT_READY = "4"
EVENT_DEAD = "13"
BRIEF_MAX = 300
"""Characters."""


def logistics(body: Structure, words: str) -> Structure:
    """The root of a message whose body is `body`."""
    return declare(ROOT, NAMESPACE, *po.START, Element(body.name, body, words))


def versions(structure: Structure) -> tuple[Version, ...]:
    """1.6 as declared, and 1.5, which has the same elements."""
    return (
        Version("1.6", structure, PREFIXES, apprec="1.1"),
        Version("1.5", po.earlier(structure, NAMESPACE_1_5), PREFIXES_1_5, apprec="1.0"),
    )


@dataclass(frozen=True, slots=True)
class Event:
    """TidsfestetHendelse: what happened to the patient, when, where."""

    code: str
    at: str
    """As written: date and time, or less."""
    estimated: bool
    """Anslag. Profiles contradict each other on it, so it never decides alone whether something has happened."""
    description: str
    note: str
    place: str

    @property
    def brief(self) -> str:
        """The description, short enough for a line in a list."""
        one_line = " ".join(self.description.split())
        return one_line if len(one_line) <= BRIEF_MAX else f"{one_line[:BRIEF_MAX]} …"

    @property
    def when(self) -> str:
        return f"{times.words(self.at)}{' (anslått)' if self.estimated else ''}"


def event(values: Values) -> Event:
    code = values.get("Hendelsekode")
    return Event(
        code=code.v if isinstance(code, Coded) else "",
        at=values["TidspunktForHendelse"],
        estimated=values["Anslag"],
        description=values.get("BeskrivelseAvHendelse", "").strip(),
        note=values.get("Merknad", "").strip(),
        place=values.get("StedForHendelse", {}).get("StedHendelse", "").strip(),
    )


def told(events: Sequence[Event], code: str) -> Event | None:
    """The event of that code; when none has it, and only one is told, that one."""
    found = next((event for event in events if event.code == code), None)
    return found or (events[0] if len(events) == 1 else None)


def status(content: Values) -> str:
    return content["InformasjonOmForsendelsen"]["Forsendelsesstatus"].v


def ward(content: Values) -> str:
    """Names of the units that have the patient."""
    units = (unit["Kontaktenhet"]["OrganisationName"].strip() for unit in content.get("TilknyttetEnhet", ()))
    return ", ".join(name for name in units if name)
