"""Synthetic residents of the lab: drawn from a seed, with identifiers that no living person has (month + 80).

    residents(seed=7, count=3)    -> (Resident("12854200281", "Astrid", "Bakken", …), …)

Source: Skatteetaten, synthetic national identity numbers (Tenor: 80 is added to the month); check digits as in the official.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from akson_lab.facts import StayFacts

_GIVEN = (
    ("Solveig", "Ingrid", "Torill", "Berit", "Aslaug", "Randi"),
    ("Olav", "Knut", "Arvid", "Leif", "Tor", "Einar"),
)
_FAMILY = ("Dalen", "Nesset", "Fjelde", "Haugen", "Moe", "Strand", "Viken", "Aasen")
_STREETS = ("Fjordveien", "Kirkegata", "Skogstien", "Bryggen")
_FIRST, _SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Resident:
    national_id: str
    given: str
    family: str
    born: date
    female: bool
    street: str
    postal_code: str
    city: str
    help_number: str = ""
    """What a hospital calls somebody until it knows who it is; the person register tells whose it was."""
    died: date | None = None

    def dead(self, on: date) -> "Resident":
        return replace(self, died=on)


def resident_of(facts: StayFacts) -> Resident:
    return Resident(
        facts.national_id, facts.given, facts.family, facts.born, facts.female, facts.street, facts.postal_code,
        facts.city, help_number=help_number(facts.born, facts.female),
    )  # fmt: skip


def residents(seed: int, count: int, *, city: str = "Storvik") -> tuple[Resident, ...]:
    chance = random.Random(f"residents {seed} {city}")
    made = []
    for _ in range(count):
        female = chance.random() < 0.5
        born = date(1932, 1, 1) + timedelta(days=chance.randrange(365 * 40))
        made.append(
            Resident(
                synthetic_number(born, female, chance), chance.choice(_GIVEN[0 if female else 1]),
                chance.choice(_FAMILY), born, female, f"{chance.choice(_STREETS)} {chance.randrange(1, 60)}", "9950", city,
                help_number=help_number(born, female),
            )
        )  # fmt: skip
    return tuple(made)


def synthetic_number(born: date, female: bool, chance: random.Random) -> str:
    while True:
        serial = chance.randrange(0, 500) // 2 * 2 + (0 if female else 1)
        start = f"{born.day:02}{born.month + 80:02}{born.year % 100:02}{serial:03}"
        if (whole := _checked(start)) is not None:
            return whole


def help_number(born: date, female: bool) -> str:
    """Of the form of a shared help number: 40 is added to the month (as to a D-number's day). Ours alone, made up."""
    for serial in range(900, 1000):
        start = f"{born.day:02}{born.month + 40:02}{born.year % 100:02}{serial:03}"
        if (serial % 2 == 0) == female and (whole := _checked(start)) is not None:
            return whole
    raise AssertionError("a hundred serials give at least one number")


def _checked(start: str) -> str | None:
    digits = [int(d) for d in start]
    first = -sum(w * d for w, d in zip(_FIRST, digits, strict=True)) % 11
    second = -sum(w * d for w, d in zip(_SECOND, [*digits, first], strict=True)) % 11
    return None if 10 in (first, second) else f"{start}{first}{second}"


def local_day(at: datetime) -> date:
    from akson.exchange.times import NORWAY

    return at.astimezone(NORWAY).date()
