"""The words the adapters share: a row of an old product, what a wrap offers, and the count of what was understood.

Row("DIAGN", "4711", {"IDENT": "1007", "KODE": "D-SAAR", "DATO": "03.11.2026"})
Wrap("gerda", "Gerda", "4.2", types=("Condition", …), absent="Ikke her: …", taken="2026-11-20")
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Resource = dict[str, Any]

CODES_TOLD_MAX = 40
CODE_CHARACTERS_MAX = 12
"""A code column that holds prose is free text, and free text may name somebody: beyond this it is only counted."""


@dataclass(frozen=True, slots=True)
class Row:
    table: str
    key: str
    """What the product itself calls the row, in its first column."""
    fields: Mapping[str, str]

    def said(self, column: str) -> str:
        return self.fields.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Wrap:
    """A node whose record is filled by an adapter, and by nobody else."""

    adapter: str
    product: str
    version: str
    types: tuple[str, ...]
    """The FHIR types that the adapter fills; no others are declared."""
    absent: str
    """What the product does not hold or the adapter does not read, in bokmål: said in the capability statement."""
    taken: str
    """The day of the file that was taken last, YYYY-MM-DD."""
    account: Mapping[str, Any] = field(default_factory=dict)
    """`Account.as_json()` of the last filling; empty while the first is under way."""

    @property
    def day(self) -> str:
        """`20.11.2026`, for people."""
        return ".".join(reversed(self.taken.split("-")))


@dataclass(slots=True)
class Account:
    """What was mapped and what was not, by table and column. Codes and numbers alone, never what stands beside them."""

    mapped: Counter[str] = field(default_factory=Counter)
    as_text: Counter[tuple[str, str]] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)

    def kept_as_text(self, place: str, code: str) -> None:
        short = code if len(code) <= CODE_CHARACTERS_MAX and " " not in code else "(fritekst)"
        self.as_text[place, short] += 1

    def as_json(self) -> dict[str, Any]:
        """`{"mapped": {"DIAGN.KODE": 12}, "asText": {"DIAGN.KODE": {"D-FOT": 2}}, "unreadable": …, "leftOut": …}`."""
        return {
            "mapped": dict(sorted(self.mapped.items())),
            "asText": _by_place(self.as_text),
            "unreadable": dict(sorted(self.unreadable.items())),
            "leftOut": _by_place(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class Filling:
    """All that an adapter makes of one file: whole, so that what is gone from the product is seen to be gone."""

    resources: tuple[Resource, ...]
    account: Account


def _by_place(counted: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    told: dict[str, dict[str, int]] = {}
    for (place, code), number in _commonest(counted):
        codes = told.setdefault(place, {})
        # Every occurrence is counted; only the names of the rarest are left out.
        name = code if len(codes) < CODES_TOLD_MAX else "(andre)"
        codes[name] = codes.get(name, 0) + number
    return told


def _commonest(counted: Counter[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    return iter(sorted(counted.items(), key=lambda item: (item[0][0], -item[1], item[0][1])))
