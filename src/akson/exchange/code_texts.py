"""What a code says when its sender wrote only the code: from the national lists of this installation.

The sender's own words lead, for he may have a newer list. A code that nobody here knows is shown as it stands.
"""

from functools import cache

from akson.exchange.schema import Coded, Element
from akson.terminology import Terminology

_LISTS = "2.16.578.1.12.4.1.1."
_OID = "urn:oid:"
CLINICAL = frozenset({"7110", "7170", "7171", "7180", "7210", "7230", "7240", "7270", "7280"})
"""Diagnoses, drugs and procedures: their readers know the code, and want it beside the words."""


def words_of(value: Coded, element: Element) -> str:
    """`Hoftebrudd (S72.0)`, `Pasient innlagt (1)` when only the code came, `Ny`; always the further text."""
    number = value.s.removeprefix(_LISTS) if value.s else str(element.codes or "")
    said = value.dn.strip()
    if not said and value.v:
        known = _known(number, value.v)
        said = f"{known} ({value.v})" if known else value.v
    elif value.v and value.v != said and number in CLINICAL:
        said = f"{said} ({value.v})"
    return ": ".join(part for part in (said, value.ot.strip()) if part)


def text_of(number: int, code: str) -> str:
    """The text of a code in a national list; "" when this installation does not have it."""
    return _known(str(number), code)


def _known(number: str, code: str) -> str:
    system = f"{_OID}{_LISTS}{number}" if number.isdigit() else f"{_OID}{number}"
    return _terminology().lookup(system, code) or ""


@cache
def _terminology() -> Terminology:
    return Terminology.of_this_installation()
