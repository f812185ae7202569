"""Patient logistics (Pasientlogistikk 1.6): one root with one of several bodies. Five message types share it.

Source: HIS 1149:2014. Which body a message type has is said by the message type.
"""

from dataclasses import dataclass

from akson.exchange import times
from akson.exchange.components import fk1, po
from akson.exchange.schema import Coded, Element, Structure, Values, declare

NAMESPACE = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
ROOT = "Pasientlogistikk"
PREFIXES = {"p1": NAMESPACE, None: po.NAMESPACE, "fk1": fk1.NAMESPACE}

EVENT_ADMITTED = "1"
EVENT_DISCHARGED = "2"
BRIEF_MAX = 300
"""Characters."""


def logistics(body: Structure, words: str) -> Structure:
    """The root of a message whose body is `body`."""
    return declare(ROOT, NAMESPACE, *po.START, Element(body.name, body, words))


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


def status(content: Values) -> str:
    return content["InformasjonOmForsendelsen"]["Forsendelsesstatus"].v


def ward(content: Values) -> str:
    """Names of the units that have the patient."""
    units = (unit["Kontaktenhet"]["OrganisationName"].strip() for unit in content.get("TilknyttetEnhet", ()))
    return ", ".join(name for name in units if name)
