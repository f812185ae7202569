"""The words of a row: what is wrong, and what each answer does. Bokmål, without the engine's ids."""

from collections.abc import Sequence
from typing import Protocol

from akson.care.medication.lines import PAST, SourceKind, SourceLine
from akson.care.medication.sources import SourceList

_LABELS = {
    "stopped-still-taken": "Seponert, men i bruk",
    "course-ended": "Kuren er over",
    "duplicate-substance": "Samme virkestoff to ganger",
    "duplicate-class": "To av samme type",
    "route": "Ulik måte å gi det på",
    "form": "Ulik legemiddelform",
    "asneeded-vs-fixed": "Fast eller ved behov",
    "dose": "Ulik dose",
    "frequency": "Ulikt tidspunkt eller antall",
    "strength": "Ulik styrke",
    "allergy": "Allergi",
    "brand-only": "Ulikt merkenavn",
    "wording-only": "Ulik skrivemåte",
}
_FROM = {
    SourceKind.MUNICIPALITY: "kommunen",
    SourceKind.HOSPITAL: "sykehuset",
    SourceKind.GP: "fastlegen",
    SourceKind.PLL: "reseptregisteret",
    SourceKind.PHARMACY: "apoteket",
    SourceKind.PATIENT: "pasienten",
    SourceKind.ABROAD: "helsetjenesten i utlandet",
    SourceKind.OTHER: "en annen kilde",
}


class Said(Protocol):
    """What one source says of the drug."""

    @property
    def source(self) -> SourceList: ...

    @property
    def lines(self) -> tuple[SourceLine, ...]: ...


def label(class_: str, cells: Sequence[Said]) -> str:
    """`Nytt fra sykehuset`: `added` and `missing` are told as they look from our own list."""
    if class_ not in ("missing", "added"):
        return _LABELS.get(class_, class_)
    holders = [cell.source.kind for cell in cells if any(line.use not in PAST for line in cell.lines)]
    if SourceKind.MUNICIPALITY in holders:
        lacks = [c.source.kind for c in cells if not c.lines]
        return f"Ikke oppgitt av {_FROM[lacks[0]]}" if len(lacks) == 1 else "Bare i noen av listene"
    return f"Nytt fra {_FROM[holders[0]]}" if holders else _LABELS["stopped-still-taken"]


def plain(why: str, lines: Sequence[str]) -> str:
    """The engine's why without the ids of lines."""
    for line in lines:
        why = why.replace(f" ({line})", "")
    return why


def keep(own: Sequence[SourceLine], others: Sequence[Sequence[SourceLine]]) -> str:
    if len(own) > 1:
        return "Behold begge" if len(own) == 2 else "Behold alle"
    if not others:
        return "Behold"
    return f"Behold {_told_apart(own[0], [line for lines in others for line in lines])}".strip()


def only(line: SourceLine) -> str:
    return f"Bare {brief(line)}"


def take(own: Sequence[SourceLine], lines: Sequence[SourceLine], *, had: bool) -> str:
    said = " og ".join(
        _told_apart(line, own) if len(own) == 1 and len(lines) == 1 else brief(line) for line in lines
    )
    return f"{'Endre til' if own else 'Start igjen med' if had else 'Legg til'} {said}"


def brief(line: SourceLine) -> str:
    """`80 mg 1 + 0 + 0 + 0`."""
    return " ".join(part for part in (line.strength, line.dose.text) if part) or line.product or line.name


def _told_apart(line: SourceLine, others: Sequence[SourceLine]) -> str:
    """The shortest words that tell it from the others."""
    if not others:
        return brief(line)
    for said in (lambda x: x.strength, lambda x: x.dose.text):
        if said(line) and all(_folded(said(line)) != _folded(said(o)) and said(o) for o in others):
            rest = (lambda x: x.dose.text) if said(line) == line.strength else (lambda x: x.strength)
            if all(_folded(rest(line)) == _folded(rest(o)) for o in others):
                return said(line)
    other_form = any(o.form and _folded(o.form) != _folded(line.form) for o in others)
    return " ".join(part for part in (brief(line), line.form if other_form else "") if part)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def of_source(kind: SourceKind) -> str:
    return _FROM[kind]
