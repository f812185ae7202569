"""String: names, addresses and other text, compared folded and from the start.

Spec: https://hl7.org/fhir/R4/search.html#string
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import unescape
from akson.fhir.search.query import StringValue
from akson.fhir.search.values.protocol import Writer, bad_value

_TEXT = {"string", "markdown", "code", "id", "uri", "url"}
_NAME_PARTS = ("text", "family", "given", "prefix", "suffix")
_ADDRESS_PARTS = ("text", "line", "city", "district", "state", "postalCode", "country")
# Norwegian letters sort after z, in this order; these three signs do so in C order (and no name uses them).
_LETTERS = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """The compared form: case, accents and runs of white space make no difference; `æ ø å` are `{ | }`.

    >>> fold("  Åse  ÉRIKA Øst")
    '}se erika |st'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    composed = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", composed) if not unicodedata.combining(c))
    return _SPACE.sub(" ", bare).strip()


MODIFIERS = ("exact", "contains")


def parse(param: str, text: str, modifier: str = "") -> StringValue:
    value = unescape(text)
    # What is nothing when it is folded (accents alone) would be the beginning of everything.
    if not fold(value):
        raise bad_value(param, "some text")
    return StringValue(value)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    match at.type:
        case "HumanName":
            return _parts(params, _NAME_PARTS)
        case "Address":
            return _parts(params, _ADDRESS_PARTS)
        case kind if kind in _TEXT:
            return _text(params)
    return None


def _text(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        for param in params:
            out.strings.append((param, value))

    return write


def _parts(params: tuple[str, ...], names: Iterable[str]) -> Writer:
    wanted = frozenset(names)

    def write(value: Any, out: IndexValues) -> None:
        for name, part in value.items():
            if name not in wanted:
                continue
            for text in part if type(part) is list else (part,):
                if text is not None:
                    for param in params:
                        out.strings.append((param, text))

    return write
