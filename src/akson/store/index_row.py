"""IndexValues to the index columns of one row. Pure; which columns mean what stands in sql/resource_table.sql."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import product

from akson.fhir.index_values import IndexValues
from akson.fhir.search.values.string import fold
from akson.fhir.search.values.token import OF_TYPE
from akson.store import forms
from akson.store.implied import systems_of
from akson.store.keys import Keys
from akson.store.principal import PATIENT_PARAMS, PRINCIPAL_DATE, UNIONS, WHOLE_COMPOSITES
from akson.store.units import BASE, in_base_units

INDEX_VERSION = 5
"""Raised when rows would be indexed, or give facts, otherwise than before; `reindex` brings older rows up to it."""
CODE_BITS = 40
CODE_MASK = (1 << CODE_BITS) - 1
COMPOSITE_FORMS_MAX = 200
"""Combinations written for one composite value; beyond it a resource would be mostly index."""
_MARKS_MAX = 20_000
"""Remembered codes and units of a process, about 5 MB. Codes repeat; identifiers push each other out."""


@dataclass(slots=True)
class IndexRow:
    """Column values in the order of INDEX_COLUMNS; empty arrays are None, which costs no bytes."""

    patient: int | None = None
    date_lo: datetime | None = None
    date_hi: datetime | None = None
    patient_ids: list[str] | None = None
    tokens: dict[int, None] = field(default_factory=dict)
    refs: dict[int, None] = field(default_factory=dict)
    dates: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    strings: dict[tuple[int, str], None] = field(default_factory=dict)
    numbers: list[tuple[int, float, float, int]] = field(default_factory=list)

    def columns(self) -> tuple[object, ...]:
        date_key, date_los, date_his = _parallel(self.dates, 3)
        str_key, str_val = _parallel(self.strings, 2)
        num_key, num_lo, num_hi, num_unit = _parallel(self.numbers, 4)
        return (
            self.patient,
            self.date_lo,
            self.date_hi,
            self.patient_ids,
            list(self.tokens) or None,
            list(self.refs) or None,
            date_key,
            date_los,
            date_his,
            str_key,
            str_val,
            num_key,
            num_lo,
            None if num_hi == num_lo else num_hi,
            num_unit,
        )


INDEX_COLUMNS = (
    "patient", "date_lo", "date_hi", "patient_ids", "tokens", "refs", "date_key", "date_los", "date_his",
    "str_key", "str_val", "num_key", "num_lo", "num_hi", "num_unit",
)  # fmt: skip


def index_row(keys: Keys, tenant: int, type: str, values: IndexValues) -> IndexRow:
    """The row of one resource. Values that stand twice are written once."""
    row = IndexRow()
    _patients(keys, tenant, values, row)
    token = keys.token
    present: dict[str, None] = {}
    unions = UNIONS.get(type, {})
    for param, system, code in values.tokens:
        if param in unions:
            continue
        present[param.partition(":")[0]] = None  # `subject:identifier` speaks of `subject`.
        for mark in _token_marks(keys, tenant, type, param, system, code):
            row.tokens[mark] = None
    for param, target in values.references:
        present[param] = None
        row.refs[keys.reference(tenant, type, param, target)] = None
    for param, text in values.strings:
        present[param] = None
        _string(keys, tenant, type, param, text, row)
    for param, uri in values.uris:
        present[param] = None
        row.tokens[token(tenant, type, param, "is", "u" + uri)] = None
        row.strings[keys.param(tenant, type, param), uri] = None
    _dates(keys, tenant, type, values, row, present)
    _numbers(keys, tenant, type, values, row, present)
    by_parts = (*WHOLE_COMPOSITES.get(type, ()), *unions)
    for param, components in values.composites:
        if param not in by_parts:
            present[param] = None
            _composite(keys, tenant, type, param, components, row)
    for param in present:
        row.tokens[token(tenant, type, param, "present")] = None
    return row


@lru_cache(maxsize=_MARKS_MAX)
def _token_marks(
    keys: Keys, tenant: int, type: str, param: str, system: str | None, code: str | None
) -> tuple[int, ...]:
    return tuple(
        keys.token(tenant, type, param, "is", form) for form in _token_forms(type, param, system, code)
    )


def _token_forms(type: str, param: str, system: str | None, code: str | None) -> Iterable[str]:
    if param.endswith(OF_TYPE):
        # An identifier's type is asked for with the number, never alone.
        return (forms.asked_token(system, code),)
    if code is not None and systems_of(type, param) is not None:
        return ("c" + code,)
    return forms.of_token(system, code)


def _patients(keys: Keys, tenant: int, values: IndexValues, row: IndexRow) -> None:
    """`patient` is the one the resource is about when a parameter says so, else the first of its compartment."""
    if not values.patients:
        return
    owners = list(dict.fromkeys(values.patients))
    named = {param: target for param, target in reversed(values.references) if param in PATIENT_PARAMS}
    about = next((named[p].removeprefix("Patient/") for p in PATIENT_PARAMS if p in named), "")
    row.patient_ids = owners
    row.patient = keys.target(tenant, f"Patient/{about if about in owners else owners[0]}")


def _string(keys: Keys, tenant: int, type: str, param: str, text: str, row: IndexRow) -> None:
    folded = fold(text).replace("\0", "")
    for form in forms.of_string(folded, text):
        row.tokens[keys.token(tenant, type, param, "str", form)] = None
    row.strings[keys.param(tenant, type, param), folded] = None


def _dates(
    keys: Keys, tenant: int, type: str, values: IndexValues, row: IndexRow, present: dict[str, None]
) -> None:
    principal = PRINCIPAL_DATE.get(type)
    for param, lo, hi in values.dates:
        present[param] = None
        for form in forms.of_date(lo):
            row.tokens[keys.token(tenant, type, param, "date", form)] = None
        if param == principal:
            row.date_lo = lo if row.date_lo is None else min(lo, row.date_lo)
            row.date_hi = hi if row.date_hi is None else max(hi, row.date_hi)
        else:
            row.dates.append((keys.param(tenant, type, param), lo, hi))


def _numbers(
    keys: Keys, tenant: int, type: str, values: IndexValues, row: IndexRow, present: dict[str, None]
) -> None:
    for param, low, high in values.numbers:
        present[param.partition(":")[0]] = None  # `near:latitude` speaks of `near`.
        row.numbers.append((keys.param(tenant, type, param), float(low), float(high), 0))
    unions = UNIONS.get(type, {})
    for param, low, high, system, code in values.quantities:
        if param in unions:
            continue
        present[param] = None
        _quantity(keys, tenant, type, param, "", (low, high, system, code), row)


def _quantity(
    keys: Keys,
    tenant: int,
    type: str,
    param: str,
    discrete: str,
    value: tuple[Decimal, Decimal, str | None, str | None],
    row: IndexRow,
) -> None:
    """As written, and in base units where these are others."""
    low, high, system, code = value
    key = keys.param(tenant, type, param, discrete)
    row.numbers.append((key, float(low), float(high), unit_of(keys, tenant, system, code)))
    base = in_base_units(system, code, low, high)
    if base is not None and base[0] != code:
        unit, (lowest, highest) = base
        key = keys.param(tenant, type, param + BASE, discrete)
        row.numbers.append((key, float(lowest), float(highest), unit_of(keys, tenant, system, unit)))


@lru_cache(maxsize=_MARKS_MAX)
def unit_of(keys: Keys, tenant: int, system: str | None, code: str | None) -> int:
    """num_unit of a quantity: 24 bits for the system, 40 for the code, so that each can be asked for alone.

    Systems of units are a handful and codes some hundreds: parts of a hash are enough to tell them apart.
    """
    of_system = keys.value(tenant, f"unit system {system or ''}") >> CODE_BITS
    return of_system << CODE_BITS | keys.value(tenant, f"unit {code or ''}") & CODE_MASK


def _composite(
    keys: Keys, tenant: int, type: str, param: str, components: tuple[IndexValues, ...], row: IndexRow
) -> None:
    """Every combination of the fixed parts; a part with a range stands under the combination of the others."""
    fixed = [list(discrete_forms(part)) for part in components if not _ranged(part)]
    ranged = next((part for part in components if _ranged(part)), None)
    for number, combination in enumerate(product(*fixed)):
        if number >= COMPOSITE_FORMS_MAX:
            return
        discrete = "\0".join(combination)
        if ranged is None:
            row.tokens[keys.token(tenant, type, param, "all", discrete)] = None
            continue
        key = keys.param(tenant, type, param, discrete)
        row.dates.extend((key, lo, hi) for _, lo, hi in ranged.dates)
        row.numbers.extend((key, float(lo), float(hi), 0) for _, lo, hi in ranged.numbers)
        for _, lo, hi, system, code in ranged.quantities:
            _quantity(keys, tenant, type, param, discrete, (lo, hi, system, code), row)
        for _, text in ranged.strings:
            row.strings[key, fold(text).replace("\0", "")] = None


def _ranged(part: IndexValues) -> bool:
    return bool(part.dates or part.numbers or part.quantities or part.strings)


def discrete_forms(part: IndexValues) -> Iterator[str]:
    """The forms of a component that is compared for equality."""
    for _, system, code in part.tokens:
        yield from forms.of_token(system, code)
    for _, target in part.references:
        yield "r" + target
    for _, uri in part.uris:
        yield "u" + uri


def _parallel(rows: Iterable[tuple[object, ...]], width: int) -> tuple[list[object] | None, ...]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return tuple(columns) if columns else (None,) * width
