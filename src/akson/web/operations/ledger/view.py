"""The double entry as a page and as a file."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from akson.web.shell import words
from akson.web.shell.operations import HOME, Operations, partner_words
from akson.web.shell.post_desk import OUT, Choices, Difference, LedgerLine, LedgerPage

PATH = HOME + "/regnskap"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class LedgerRow:
    day: str
    partner: str
    her: str
    type: str
    total: int
    columns: tuple[Column, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Named:
    words: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Book:
    id: str
    title: str
    labels: tuple[str, ...]
    rows: tuple[LedgerRow, ...]
    total: LedgerRow | None


@dataclass(frozen=True, slots=True)
class ComparedRow:
    partner: str
    at: str
    differences: tuple[str, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class LedgerView:
    ops: Operations
    asked: Mapping[str, str]
    wrong: str
    partners: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    books: tuple[Book, ...]
    differences: tuple[Named, ...]
    words: str
    unaccounted: int
    csv: str
    compared: tuple[ComparedRow, ...]


def view_of(
    ops: Operations, asked: Mapping[str, str], wrong: str, choices: Choices, found: LedgerPage, csv: str
) -> LedgerView:
    partners = tuple((p.her, partner_words(p)) for p in choices.partners)
    out = [line for line in found.lines if line.way == OUT]
    came = [line for line in found.lines if line.way != OUT]
    return LedgerView(
        ops,
        asked,
        wrong,
        partners,
        choices.types,
        (_book("ut", "Sendt", out), _book("inn", "Mottatt", came)),
        tuple(_named(d) for d in found.differences),
        found.words,
        found.unaccounted,
        csv,
        tuple(
            ComparedRow(
                partner_words(b.partner),
                words.moment(b.compared, ops.now) if b.compared else "",
                b.differences,
                b.silent,
            )
            for b in found.compared
        ),
    )


def _named(difference: Difference) -> Named:
    links = tuple(
        (f"{HOME}/{difference.way}/{id}" if difference.way else "", f"nummer {id}")
        for id in difference.ids[:50]
    )
    return Named(difference.words, links)


def _book(id: str, title: str, lines: list[LedgerLine]) -> Book:
    rows = tuple(_row(line) for line in lines)
    labels = tuple(label for label, _ in lines[0].parts) if lines else ()
    sums = tuple(Column(label, sum(row.columns[n].number for row in rows)) for n, label in enumerate(labels))
    total = (
        LedgerRow("", "Sum", "", "", sum(r.total for r in rows), sums, sum(r.missing for r in rows))
        if rows
        else None
    )
    return Book(id, title, labels, rows, total)


def _row(line: LedgerLine) -> LedgerRow:
    return LedgerRow(
        words.day(line.day),
        partner_words(line.partner),
        line.partner.her if line.partner.name else "",
        line.type_words,
        line.total,
        tuple(Column(label, number) for label, number in line.parts),
        line.missing,
    )


def as_csv(found: LedgerPage) -> bytes:
    """For a Norwegian spreadsheet: semicolons, UTF-8 with its mark. A name that begins a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            "vei",
            "dag",
            "HER-id",
            "partner",
            "type",
            "meldingstype",
            "antall",
            "tilstand",
            "herav",
            "uten plass",
        ]
    )
    for line in found.lines:
        told = [
            "ut" if line.way == OUT else "inn",
            line.day.isoformat(),
            line.partner.her,
            _text(line.partner.name),
            _text(line.type),
            _text(line.type_words),
            line.total,
        ]
        writer.writerows([*told, label, number, line.missing] for label, number in line.parts)
    return out.getvalue().encode("utf-8-sig")


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
