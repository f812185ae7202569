"""Special: what R4 gives no ordinary type. Of these there is one on a resource: `near` of Location.

Spec: https://hl7.org/fhir/R4/location.html#positional. `near=59.91|10.75|5|km`.
"""

from decimal import Decimal
from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import split, unescape
from akson.fhir.search.query import NearValue
from akson.fhir.search.values.number import read_range
from akson.fhir.search.values.protocol import Writer, bad_value

MODIFIERS: tuple[str, ...] = ()
LATITUDE, LONGITUDE = ":latitude", ":longitude"
"""`near:latitude` and `near:longitude` are kept as number parameters of these names."""
DEFAULT_KILOMETRES = 10.0
"""The specification leaves the distance to the server when it is not given."""
_KILOMETRES = {
    "km": 1.0, "m": 0.001, "[mi_us]": 1.609347, "[mi_i]": 1.609344, "mi": 1.609344, "[ft_i]": 0.0003048,
}  # fmt: skip
_EXPECTED = "latitude|longitude|distance|unit, for instance 59.91|10.75|5|km"


def parse(param: str, text: str, modifier: str = "") -> NearValue:
    parts = [unescape(part).strip() for part in split(text, "|")]
    if not 2 <= len(parts) <= 4 or (len(parts) == 4 and parts[3] not in ("", *_KILOMETRES)):
        raise bad_value(param, _EXPECTED)
    latitude, longitude = (float(read_range(param, part)[0]) for part in parts[:2])
    kilometres = DEFAULT_KILOMETRES
    if len(parts) > 2 and parts[2]:
        unit = parts[3] if len(parts) == 4 and parts[3] else "km"
        kilometres = float(read_range(param, parts[2])[0]) * _KILOMETRES[unit]
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= kilometres <= 21_000):
        raise bad_value(param, _EXPECTED)
    return NearValue(latitude, longitude, kilometres)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    if at.type != "Location.position":
        return None

    def write(value: Any, out: IndexValues) -> None:
        latitude, longitude = value.get("latitude"), value.get("longitude")
        if latitude is None or longitude is None:
            return
        for param in params:
            for name, number in ((LATITUDE, Decimal(latitude)), (LONGITUDE, Decimal(longitude))):
                out.numbers.append((param + name, number, number))

    return write
