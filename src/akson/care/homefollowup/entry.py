"""What is typed of one set of vital signs: numbers that can be true, those that are rare, and what cannot be.

    entered({"resp": "22", "spo2": "93", "o2": "L", "temp": "379"}) -> Entry(values={"resp": 22, …, "temp": 37.9}, …)

The limits of typing are Akson's own: what no living person at home has is stopped, what is rare is asked about once. They
judge the typing, never the patient: that is `news2`. `fields.json` holds them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from akson.care.homefollowup.news2 import Vital
from akson.care.homefollowup.readings import CONSCIOUSNESS
from akson.care.quantities import number_words

AIR = "L"
DECIMALS_MAX = 2
_TENTHS_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One box of the form. `long` are the first digits of a number of `digits` figures: `1` and `2` of a pulse."""

    name: str
    label: str
    unit: str
    ucum: str
    loinc: str
    loinc_name: str
    possible: tuple[Decimal, Decimal]
    usual: tuple[Decimal, Decimal]
    digits: int
    long: str
    vital: Vital | None = None
    tenths: bool = False
    """Typed without comma: 379 is 37,9."""
    news2: bool = True


def _field(row: Mapping[str, object]) -> Field:
    def span(key: str) -> tuple[Decimal, Decimal]:
        low, high = row[key]  # type: ignore[not-iterable, misc]
        return Decimal(str(low)), Decimal(str(high))

    return Field(
        name=str(row["name"]), label=str(row["label"]), unit=str(row["unit"]), ucum=str(row["ucum"]),
        loinc=str(row["loinc"]), loinc_name=str(row["loinc_name"]), possible=span("possible"), usual=span("usual"),
        digits=int(str(row["digits"])), long=str(row["long"]),
        vital=Vital(str(row["vital"])) if row.get("vital") else None,
        tenths=bool(row.get("tenths")), news2=bool(row.get("news2", True)),
    )  # fmt: skip


FIELDS: tuple[Field, ...] = tuple(
    _field(row) for row in json.loads(Path(__file__).with_name("fields.json").read_text("utf-8"))["fields"]
)
BY_NAME = {one.name: one for one in FIELDS}
OXYGEN, LEVEL = "o2", "acvpu"
"""Names of the two boxes that take a letter: `L` for air or litres a minute, and a letter of ACVPU."""


@dataclass(frozen=True, slots=True)
class Entry:
    values: Mapping[str, Decimal]
    """By name of field, oxygen in litres a minute among them; air is 0."""
    level: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    """What cannot be, in words, by name of field."""
    unusual: Mapping[str, str] = field(default_factory=dict)
    """What is rare enough to be asked about."""

    @property
    def empty(self) -> bool:
        return not self.values and not self.level

    def vitals(self) -> dict[Vital, Decimal]:
        return {f.vital: self.values[f.name] for f in FIELDS if f.vital and f.name in self.values}

    @property
    def oxygen(self) -> bool | None:
        return self.values[OXYGEN] > 0 if OXYGEN in self.values else None


def number(text: str) -> Decimal | None:
    """A number as people write it, comma or point; None when it is none."""
    try:
        value = Decimal(text.strip().replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        return None
    if not value.is_finite() or value < 0:
        return None
    exponent = value.as_tuple().exponent
    return value if isinstance(exponent, int) and -DECIMALS_MAX <= exponent <= 0 else None


def _value(one: Field, text: str) -> Decimal | None:
    if one.name == OXYGEN and text.upper() == AIR:
        return Decimal(0)
    if one.tenths and text.isdigit() and len(text) == _TENTHS_DIGITS:
        text = f"{text[:2]},{text[2:]}"
    return number(text)


def _span(span: tuple[Decimal, Decimal], unit: str) -> str:
    return f"{number_words(span[0])}–{number_words(span[1])}{' ' + unit if unit else ''}"


def entered(given: Mapping[str, str]) -> Entry:
    """What stands in the form. Boxes left empty are not measured; nothing is guessed."""
    values: dict[str, Decimal] = {}
    faults: dict[str, str] = {}
    unusual: dict[str, str] = {}
    for one in FIELDS:
        text = given.get(one.name, "").strip()
        if not text:
            continue
        value = _value(one, text)
        if value is None:
            faults[one.name] = f"{one.label}: skriv et tall" + (
                " i liter, eller L for luft." if one.name == OXYGEN else "."
            )
        elif not one.possible[0] <= value <= one.possible[1]:
            faults[one.name] = (
                f"{one.label} {number_words(value)} er utenfor {_span(one.possible, one.unit)}. Sjekk verdien."
            )
        else:
            values[one.name] = value
            if not one.usual[0] <= value <= one.usual[1]:
                unusual[one.name] = f"{one.label} {number_words(value)} {one.unit} er uvanlig. Stemmer det?"
    letter = given.get(LEVEL, "").strip().upper()
    if letter and letter not in "ACVPU":
        faults[LEVEL] = "Bevissthet: skriv A, C, V, P eller U."
    if values.get("sys") is not None and values.get("dia", Decimal(0)) >= values["sys"]:
        faults["dia"] = "Diastolisk trykk må være lavere enn systolisk. Sjekk verdiene."
    return Entry(values, CONSCIOUSNESS.get(letter, "") if LEVEL not in faults else "", faults, unusual)
