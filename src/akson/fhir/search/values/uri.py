"""Uri: an address, compared sign for sign; `:below` and `:above` go by its segments.

Spec: https://hl7.org/fhir/R4/search.html#uri
"""

from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import unescape
from akson.fhir.search.query import UriValue
from akson.fhir.search.values.protocol import Writer, bad_value

_TYPES = {"uri", "url", "canonical", "oid", "uuid"}


MODIFIERS = ("above", "below", "contains")


def parse(param: str, text: str, modifier: str = "") -> UriValue:
    value = unescape(text)
    if not value or any(c.isspace() for c in value):
        raise bad_value(param, "a uri without spaces")
    return UriValue(value)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    if at.type not in _TYPES:
        return None

    def write(value: Any, out: IndexValues) -> None:
        for param in params:
            out.uris.append((param, value))

    return write
