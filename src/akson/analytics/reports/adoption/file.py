"""The report as a file for a spreadsheet: one line for each flow. Semicolons, UTF-8 with its mark, Norwegian headings."""

import csv
import io

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.figures import Report

NAME = "innforing.csv"
HEADINGS = (
    "fylke",
    "kommune",
    "motpart",
    "kode",
    "meldingstype",
    "tilstand",
    "år",
    "meldinger",
    "siste måned",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(report: Report) -> bytes:
    """A number that may not be told is `skjult`. A name that begins a formula is kept as text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for flow in report.flows:
        told = "skjult" if flow.messages is None else flow.messages
        last = flow.last_month.strftime("%Y-%m") if flow.last_month else ""
        names = (flow.county, flow.municipality, words.COUNTERPARTS[flow.counterpart], flow.type)
        writer.writerow(
            [
                *map(_text, names),
                _text(words.type_words(flow.type)),
                flow.standing.words,
                report.choice.year,
                told,
                last,
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
