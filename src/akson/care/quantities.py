"""Numbers with units in bokmål: decimal comma, no trailing zeros, the unit as people write it.

UCUM codes are read (https://ucum.org); rules about what a value means do not belong here.
"""

from decimal import Decimal
from typing import Any

# UCUM code -> what is written on a Norwegian chart or package.
UNIT_WORDS = {
    "Cel": "°C",
    "mm[Hg]": "mmHg",
    "/min": "/min",
    "ug": "µg",
    "[iU]": "IE",
    "[IU]": "IE",
    "{tablet}": "tablett",
    "1": "",
}


def number_words(value: Decimal | int | float | str) -> str:
    """`Decimal("2.50")` -> `2,5`; `Decimal("1E+2")` -> `100`."""
    text = format(Decimal(str(value)), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(".", ",")


def quantity_words(quantity: dict[str, Any] | None) -> str:
    """A FHIR Quantity as `37,9 °C`; "" when it has no value."""
    if not quantity or quantity.get("value") is None:
        return ""
    unit = UNIT_WORDS.get(str(quantity.get("code", "")), quantity.get("unit") or quantity.get("code") or "")
    return f"{number_words(quantity['value'])} {unit}".strip()


def ratio_words(ratio: dict[str, Any] | None) -> str:
    """A strength: `40 mg` for 40 mg per 1 tablet, `100 mg/5 ml` where the denominator is more than a unit."""
    numerator = quantity_words((ratio or {}).get("numerator"))
    denominator = (ratio or {}).get("denominator") or {}
    volume = denominator.get("code") or denominator.get("unit") or ""
    if not numerator or volume not in ("ml", "mL", "l", "L", "g", "h", "dose", "{dose}"):
        return numerator
    unit = {"mL": "ml", "h": "time", "{dose}": "dose"}.get(volume, volume)
    amount = "" if denominator.get("value") in (None, 1) else f"{number_words(denominator['value'])} "
    return f"{numerator}/{amount}{unit}"
