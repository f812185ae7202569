"""Finding a drug by what is typed: the municipality's often used, substances, and products under their substance.

found("selo") -> (Hit("Metoprolol", product="Selo-Zok", atc="C07AB02"),)
The table is the reconciliation engine's (names and codes alone). Where a register is in use (FEST), its products stand
before it, with form and strength.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from akson.care.medication import reconciliation

_TABLE = Path(reconciliation.__file__).parent / "knowledge" / "substances.csv"
_OFTEN = Path(__file__).parent / "often_used.toml"
HITS_MAX = 12
TYPED_MIN = 2


@dataclass(frozen=True, slots=True)
class Hit:
    name: str
    """Generic name."""
    product: str = ""
    """What was found, where it is a product's name."""
    atc: str = ""
    form: str = ""
    strength: str = ""
    """Of what is often used; else it is typed."""


_held: dict[str, tuple[Hit, ...]] = {}


def use(rows: Iterable[Mapping[str, str]] | None) -> None:
    """Said once, when a node is opened: a register's rows `name,substance,atc,strength,form`; None: our own table alone."""
    _held.clear()
    if rows is not None:
        # A row without a code is another spelling of a substance, and no product.
        _held["register"] = tuple(dict.fromkeys(_of_register(row) for row in rows if row["atc"]))


def _of_register(row: Mapping[str, str]) -> Hit:
    name, substance = row["name"].strip(), row["substance"].strip() or row["name"].strip()
    product = "" if name.casefold() == substance.casefold() else name
    return Hit(
        substance[:1].upper() + substance[1:], product, row["atc"], row["form"].lower(), row["strength"]
    )


@lru_cache(maxsize=1)
def often_used() -> tuple[Hit, ...]:
    rows = tomllib.loads(_OFTEN.read_text("utf-8"))["drug"]
    return tuple(Hit(**row) for row in rows)


def found(typed: str) -> tuple[Hit, ...]:
    """The best first: often used, names that begin so, products that begin so, then whatever holds it."""
    sought = " ".join(typed.casefold().split())
    if len(sought) < TYPED_MIN:
        return ()
    often = [hit for hit in often_used() if hit.name.casefold().startswith(sought)]
    known = {hit.name.casefold() for hit in often}
    register = _held.get("register", ())
    named = {(hit.product or hit.name).casefold() for hit in register}
    own = [hit for hit in _all() if (hit.product or hit.name).casefold() not in named]
    ranked = [
        (rank, (hit.product or hit.name).casefold(), hit.form, _amount(hit), hit)
        for hit in (*register, *own)
        if (rank := _rank(hit, sought)) is not None
        and hit not in often
        and (hit.strength or hit.product or hit.name.casefold() not in known)
    ]
    ranked.sort(key=lambda one: one[:4])
    return (*often, *(one[-1] for one in ranked))[:HITS_MAX]


def _amount(hit: Hit) -> float:
    """The number that a strength begins with: 5 mg stands before 10 mg."""
    found = re.match(r"\d+(?:,\d+)?", hit.strength)
    return float(found[0].replace(",", ".")) if found else 0.0


def _rank(hit: Hit, sought: str) -> int | None:
    named = (hit.product or hit.name).casefold()
    if named.startswith(sought):
        return 1 if hit.product else 0
    return 2 if sought in named else None


@lru_cache(maxsize=1)
def _all() -> tuple[Hit, ...]:
    return tuple(_rows())


def _rows() -> Iterator[Hit]:
    with _TABLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            name = row["substance"][:1].upper() + row["substance"][1:]
            atc = next((code for code in row["atc"].split("|") if code), "")
            yield Hit(name, atc=atc)
            for brand in filter(None, row["brands"].split("|")):
                yield Hit(name, product=brand, atc=atc)
