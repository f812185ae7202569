"""What the entries of an M30 file say, as plain values: products, packages, substances, interactions. It judges nothing.

Withdrawn entries (`Status` other than A) are counted and left out. Schema: ER-M30-2014-12-01, Forskrivning-2014-12-01.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from akson.app.fest.stream import FETCHED
from akson.fhir.problem import Problem, ProblemKind

ACTIVE = "A"


@dataclass(frozen=True, slots=True)
class Product:
    """LegemiddelMerkevare, or LegemiddelVirkestoff where `name` is the substance's own."""

    id: str
    name: str
    atc: str
    form: str
    with_strength: tuple[str, ...]
    """Ids of VirkestoffMedStyrke, in their order."""
    without: tuple[str, ...]
    """Ids of Virkestoff."""


@dataclass(frozen=True, slots=True)
class Strength:
    """VirkestoffMedStyrke."""

    substance: str
    words: str
    """`2,5 mg`, `1 mg/ml`."""
    combination: str
    """AtcKombipreparat: the code that stands for this substance where it is one of several."""


@dataclass(frozen=True, slots=True)
class Substance:
    """One of a Substansgruppe."""

    name: str
    atc: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interaction:
    id: str
    relevance: str
    situation: str
    consequence: str
    mechanism: str
    handling: str
    references: tuple[tuple[str, str], ...]
    """(Kilde, Lenke or "")."""
    groups: tuple[tuple[Substance, ...], ...]


@dataclass(slots=True)
class Catalogue:
    """All of it that is used; a few megabytes of a file of hundreds."""

    fetched: datetime | None = None
    products: list[Product] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """Id of a product → Varenr of its packages."""
    names: dict[str, str] = field(default_factory=dict)
    """Id of a Virkestoff → its name."""
    english: dict[str, str] = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    """Id of a salt → id of the Virkestoff that it is a salt of."""
    strengths: dict[str, Strength] = field(default_factory=dict)
    interactions: list[Interaction] = field(default_factory=list)
    unassessed: set[str] = field(default_factory=set)
    """ATC codes of InteraksjonIkkeVurdert: nothing is known, which is not that there is nothing."""
    withdrawn: Counter[str] = field(default_factory=Counter)
    """By kind of entry."""


def read(steps: Iterable[tuple[str, Any]]) -> Catalogue:
    """Raises Problem AKS-FEST-005 for a file without a readable HentetDato: nobody could say which edition it is."""
    found = Catalogue()
    for name, element in steps:
        if name == FETCHED:
            found.fetched = _moment(element.text)
        elif (take := _TAKEN.get(name)) is not None:
            if _value(_child(element, "Status")) == ACTIVE:
                take(found, element)
            else:
                found.withdrawn[name] += 1
    if found.fetched is None:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-FEST-005",
            "The file does not say when it was fetched.",
            why="HentetDato is missing or is no moment: it names the edition.",
        )
    return found


def _product(found: Catalogue, entry: Any) -> None:
    told = _child(entry, "LegemiddelMerkevare")
    if told is None:
        told = _child(entry, "LegemiddelVirkestoff")
    if told is None:
        return
    found.products.append(
        Product(
            _text(told, "Id"),
            _text(told, "Varenavn"),
            _value(_child(told, "Atc")),
            _display(_child(told, "LegemiddelformKort")),
            tuple(_sorted(told, "SortertVirkestoffMedStyrke", "RefVirkestoffMedStyrke")),
            tuple(_sorted(told, "SortertVirkestoffUtenStyrke", "RefVirkestoff")),
        )
    )


def _package(found: Catalogue, entry: Any) -> None:
    told = _child(entry, "Legemiddelpakning")
    number = _text(told, "Varenr")
    for info in _children(told, "Pakningsinfo"):
        if number:
            found.numbers.setdefault(_text(info, "RefLegemiddelMerkevare"), []).append(number)


def _substance(found: Catalogue, entry: Any) -> None:
    if (told := _child(entry, "Virkestoff")) is not None:
        id = _text(told, "Id")
        found.names[id] = _text(told, "Navn")
        if english := _text(told, "NavnEngelsk"):
            found.english[id] = english
        for salt in _children(told, "RefVirkestoff"):
            found.base[(salt.text or "").strip()] = id
    elif (told := _child(entry, "VirkestoffMedStyrke")) is not None:
        amount, per = _quantity(_child(told, "Styrke")), _quantity(_child(told, "StyrkeNevner"))
        found.strengths[_text(told, "Id")] = Strength(
            _text(told, "RefVirkestoff"),
            f"{amount}/{per.removeprefix('1 ')}" if per else amount,
            _value(_child(told, "AtcKombipreparat")),
        )


def _interaction(found: Catalogue, entry: Any) -> None:
    told = _child(entry, "Interaksjon")
    if told is None:
        if code := _value(_child(_child(entry, "InteraksjonIkkeVurdert"), "Atc")):
            found.unassessed.add(code)
        return
    found.interactions.append(
        Interaction(
            _text(told, "Id"),
            _value(_child(told, "Relevans")),
            _text(told, "Situasjonskriterium"),
            _text(told, "KliniskKonsekvens"),
            _text(told, "Interaksjonsmekanisme"),
            _text(told, "Handtering"),
            tuple((_text(r, "Kilde"), _value(_child(r, "Lenke"))) for r in _children(told, "Referanse")),
            tuple(
                tuple(
                    Substance(
                        _text(one, "Substans"),
                        _value(_child(one, "Atc")),
                        tuple((ref.text or "").strip() for ref in _children(one, "RefVirkestoff")),
                    )
                    for one in _children(group, "Substans")
                )
                for group in _children(told, "Substansgruppe")
            ),
        )
    )


_TAKEN = {
    "OppfLegemiddelMerkevare": _product,
    "OppfLegemiddelVirkestoff": _product,
    "OppfLegemiddelpakning": _package,
    "OppfVirkestoff": _substance,
    "OppfInteraksjon": _interaction,
}


def _children(element: Any, name: str) -> Iterator[Any]:
    if element is not None:
        for child in element:
            if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == name:
                yield child


def _child(element: Any, name: str) -> Any:
    return next(_children(element, name), None)


def _text(element: Any, name: str) -> str:
    child = _child(element, name)
    return (child.text or "").strip() if child is not None else ""


def _value(element: Any) -> str:
    """`V` of a CS, a CV or a URL."""
    return (element.get("V") or "").strip() if element is not None else ""


def _display(element: Any) -> str:
    return (element.get("DN") or "").strip() if element is not None else ""


def _quantity(element: Any) -> str:
    """`2,5 mg` of a PQ."""
    if element is None or not element.get("V"):
        return ""
    value = element.get("V").strip()
    value = value.rstrip("0").rstrip(".") if "." in value else value
    return f"{value.replace('.', ',')} {(element.get('U') or '').strip()}".strip()


def _sorted(element: Any, name: str, reference: str) -> list[str]:
    told = [(_text(one, "Sortering"), _text(one, reference)) for one in _children(element, name)]
    return [ref for _, ref in sorted(told, key=lambda one: int(one[0]) if one[0].isdigit() else 0) if ref]


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
