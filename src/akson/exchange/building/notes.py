"""Words under their headings: notes of a record, as the care messages place them (HIS 80704, norwegian profiles 4.3)."""

from collections.abc import Callable

from akson.exchange.building.health import component
from akson.exchange.building.people import coded
from akson.exchange.schema import Values

MEDICAL, NURSING, NOTICE = 9142, 9141, 9145
"""Lists of headings: medical, nursing, notice of admission."""


def text(list: int, heading: str) -> Callable[[str], tuple[Values, ...]]:
    """A `Journaltekst` under a heading of a list."""

    def write(said: str) -> tuple[Values, ...]:
        return ({"Overskriftskode": coded(list, heading), "Notat": said},)

    return write


def note(list: int, heading: str) -> Callable[[str], tuple[Values, ...]]:
    """A `GenereltJournalnotat` of one `Journaltekst`."""
    inner = text(list, heading)

    def write(said: str) -> tuple[Values, ...]:
        texts = inner(said)
        return ({**component("EPJ dokument", "13.11009.0", "Andre notater", texts), "Journaltekst": texts},)

    return write


def plain(said: str) -> str:
    return said


def code(list: int, *, cv: bool = True) -> Callable[[str], object]:
    return lambda said: coded(list, said, cv=cv)
