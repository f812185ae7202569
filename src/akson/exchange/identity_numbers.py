"""Which numbers in a message name one person in the whole country: national id, D-number, common help number.

Source: Skatteetaten, control digits of the national identity number, with the wider first digit that holds from 2032;
HIS 80415:2012, 3.3.4. Local help numbers (HNR) name somebody only to the one who gave them.
"""

from akson.exchange.envelope.values import Ident, Person
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

NATIONAL_ID, D_NUMBER, HELP_NUMBER = "FNR", "DNR", "FHN"
SYSTEMS = {
    NATIONAL_ID: (f"{NORWEGIAN_IDENTIFIERS}1", "http://hl7.no/fhir/NamingSystem/FNR"),
    D_NUMBER: (f"{NORWEGIAN_IDENTIFIERS}2", "http://hl7.no/fhir/NamingSystem/DNR"),
    HELP_NUMBER: (f"{NORWEGIAN_IDENTIFIERS}3", "http://hl7.no/fhir/NamingSystem/FHNR"),
}
"""Addresses of each series in the record; the first one is ours."""
_LENGTH = 11
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def national_numbers(person: Person) -> tuple[Ident, ...]:
    """Those of the person's identifiers that are valid and name one person in the country."""
    return tuple(i for i in person.idents if i.type in SYSTEMS and _valid(i))


def _valid(ident: Ident) -> bool:
    digits = ident.plain
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()):
        return False
    # Help numbers begin with 8 or 9 and have no control digits that all who give them agree upon.
    return digits[0] in "89" if ident.type == HELP_NUMBER else has_control_digits(digits)


def has_control_digits(digits: str) -> bool:
    numbers = [int(c) for c in digits]
    first = sum(w * n for w, n in zip(_FIRST, numbers, strict=False)) % 11
    second = sum(w * n for w, n in zip(_SECOND, numbers, strict=True)) % 11
    return first in (0, 1, 2, 3) and second == 0
