"""One question to the engine: lists in time order, oldest first, as they were written; and how it is read from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

LISTS_MAX = 12
LINES_MAX = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one list, every text as it was written; "" and None are "not said"."""

    id: str
    name: str = ""
    atc: str = ""
    substance: str = ""
    strength: str = ""
    form: str = ""
    dose: str = ""
    route: str = ""
    status: str = ""
    asneeded: bool | None = None
    start: date | None = None
    stop: date | None = None


@dataclass(frozen=True, slots=True)
class MedicineList:
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Allergy:
    substance: str = ""
    atc: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    asof: date | None
    lists: tuple[MedicineList, ...]
    allergies: tuple[Allergy, ...] = ()


def read_case(value: object) -> Case:
    """A case from parsed JSON. Raises Problem AKS-MED-001 with the path that is wrong, never with its content."""
    if not isinstance(value, Mapping):
        raise _wrong("$", "a case is a JSON object")
    lists = value.get("lists")
    if not isinstance(lists, list) or not lists:
        raise _wrong("$.lists", "a case needs `lists`, an array with the oldest list first")
    if len(lists) > LISTS_MAX:
        raise _wrong("$.lists", f"at most {LISTS_MAX} lists")
    read = tuple(_list(entry, f"$.lists[{place}]") for place, entry in enumerate(lists))
    allergies = value.get("allergies")
    if allergies is not None and not isinstance(allergies, list):
        raise _wrong("$.allergies", "`allergies` is an array")
    return Case(
        _text(value, "id"), _date(value.get("asof")), read, tuple(_allergy(a) for a in allergies or [])
    )


def _list(value: object, path: str) -> MedicineList:
    if not isinstance(value, Mapping):
        raise _wrong(path, "a list is an object with `source` and `lines`")
    lines = value.get("lines")
    if lines is None:
        lines = []
    if not isinstance(lines, list):
        raise _wrong(f"{path}.lines", "`lines` is an array")
    if len(lines) > LINES_MAX:
        raise _wrong(f"{path}.lines", f"at most {LINES_MAX} lines")
    return MedicineList(
        _text(value, "source"),
        tuple(_line(entry, f"{path}.lines[{place}]") for place, entry in enumerate(lines)),
    )


def _line(value: object, path: str) -> Line:
    if not isinstance(value, Mapping):
        raise _wrong(path, "a line is an object")
    id = _text(value, "id")
    if not id:
        raise _wrong(f"{path}.id", "a line needs an id")
    line = Line(
        id=id,
        name=_text(value, "name"),
        atc=_text(value, "atc").upper().replace(" ", ""),
        substance=_text(value, "substance"),
        strength=_text(value, "strength"),
        form=_text(value, "form"),
        dose=_text(value, "dose"),
        route=_text(value, "route"),
        status=_text(value, "status").lower(),
        asneeded=_flag(value.get("asneeded")),
        start=_date(value.get("start")),
        stop=_date(value.get("stop")),
    )
    if not (line.name or line.atc or line.substance):
        raise _wrong(path, "a line needs one of `name`, `substance`, `atc`")
    return line


def _allergy(value: object) -> Allergy:
    if isinstance(value, Mapping):
        substance = _text(value, "substance") or _text(value, "name") or _text(value, "text")
        return Allergy(substance, _text(value, "atc").upper().replace(" ", ""))
    return Allergy(_plain(value))


def _text(value: Mapping[Any, Any], key: str) -> str:
    return _plain(value.get(key))


def _plain(value: object) -> str:
    """Numbers are told as people write them; what is neither text nor number is not said."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    if isinstance(value, list):
        return "/".join("" if isinstance(part, list) else _plain(part) for part in value)
    return ""


def _flag(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "ja": True, "1": True, "false": False, "nei": False, "0": False}.get(
            value.lower()
        )
    return bool(value) if isinstance(value, bool | int) else None


def _date(value: object) -> date | None:
    """The day of an ISO date or time, a month or a year by its last possible day unknown: then None."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return _norwegian_date(value)


def _norwegian_date(value: str) -> date | None:
    """`22.11.2026`; None for what is no date."""
    parts = value.strip().split(".")
    if len(parts) != 3 or not all(0 < len(part.strip()) <= 4 and part.strip().isdecimal() for part in parts):
        return None
    day, month, year = (int(part) for part in parts)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _wrong(path: str, why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-MED-001",
        f"This is no case to reconcile: {path}.",
        why=f"{why[:1].upper()}{why[1:]}.",
        now="Read src/akson/care/medication/reconciliation/README.md for the format.",
    )
