"""Who is known before a trial begins: a file of people and, when it has any, of receivers.

    {"aktorer": [{"aktor": "Testpasient 1", "Navn": "Roland Gundersen", "Fødselsnummer": "…"},
                 {"aktor": "Testlege 2", "Navn": "August September", "HPR-nummer": "9144897"},
                 {"aktor": "Mottaker", "Navn": "Storvik kommune", "HER-id": "990001"},
                 {"aktor": "Mottaker", "Navn": "Sykepleietjeneste", "HER-id": "990002", "Overordnet HER-id": "990001"}]}

Form of Testaktører 3.7 (Norsk Helsenett). Whoever has a HPR number or a position is staff, whoever has a HER-id is a
receiver, everybody else is a patient. A list without HER-ids says nothing of receivers: then every house that a message is
addressed to counts as ours, with its services; for people who do not stand in the list the house takes it, with a warning.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from akson.exchange.identity_numbers import D_NUMBER, HELP_NUMBER, NATIONAL_ID
from akson.fhir.problem import Problem, ProblemKind

_NUMBERS = {
    "fødselsnummer": NATIONAL_ID,
    "fodselsnummer": NATIONAL_ID,
    "fnr": NATIONAL_ID,
    "d-nummer": D_NUMBER,
    "dnr": D_NUMBER,
    "felles hjelpenr": HELP_NUMBER,
    "felles hjelpenummer": HELP_NUMBER,
    "lokalt hjelpenummer": "HNR",
}
_HER = ("her-id", "herid", "her")
_ABOVE = ("overordnet her-id", "virksomhet her-id", "overordnet", "partof")
_STAFF = ("hpr-nummer", "hpr", "stilling")
_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")


@dataclass(frozen=True, slots=True)
class Human:
    name: str
    numbers: tuple[tuple[str, str], ...]
    """(series of 8116, digits)."""
    born: str
    """ISO date, or ""."""


@dataclass(frozen=True, slots=True)
class House:
    her: str
    name: str
    above: str
    """HER-id of what it is part of, or ""."""


@dataclass(frozen=True, slots=True)
class Known:
    patients: tuple[Human, ...] = ()
    staff: tuple[str, ...] = ()
    """Names, folded."""
    houses: tuple[House, ...] = ()


def read_known(path: Path) -> Known:
    """Raises INVALID AKS-APP-061 when the file cannot be understood."""
    try:
        told = json.loads(path.read_text("utf-8"))
        rows = told["aktorer"] if isinstance(told, dict) else told
        return _known([{str(k).casefold(): str(v).strip() for k, v in row.items()} for row in rows])
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as wrong:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-APP-061",
            f"{path.name} is no list of people.",
            why=f"{type(wrong).__name__} while reading it.",
            now='Give JSON such as {"aktorer": [{"Navn": "…", "Fødselsnummer": "…"}]}.',
        ) from wrong


def folded(name: str) -> str:
    """Names as they are compared: without case, and the words in any order, for lists write `Dal Vigdis` as well."""
    return " ".join(sorted(name.casefold().split()))


def _known(rows: Iterable[Mapping[str, Any]]) -> Known:
    patients, staff, houses = [], list[str](), list[House]()
    for row in rows:
        name = row.get("navn") or row.get("name") or ""
        if her := _first(row, _HER):
            houses.append(House(her.replace(".", ""), name, _first(row, _ABOVE).replace(".", "")))
        if _first(row, _STAFF):
            staff.append(folded(name))
        elif name and not her:
            numbers = tuple((_NUMBERS[key], value) for key, value in row.items() if key in _NUMBERS and value)
            patients.append(Human(name, numbers, _iso(row.get("fødselsdato", ""))))
    return Known(tuple(patients), tuple(staff), tuple(houses))


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _iso(day: str) -> str:
    found = _DAY.fullmatch(day)
    return (
        f"{found[3]}-{found[2]}-{found[1]}"
        if found
        else (day if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else "")
    )
