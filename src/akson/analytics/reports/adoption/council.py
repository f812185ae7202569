"""One page for the council: the report as PDF, in words and two tables. The numbers are those of the screen.

reportlab writes no structure for screen readers: language, title and reading order are set, and the same report is a page
with headings and tables. Why this library: ADR 0167.
"""

import io

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.figures import Report
from akson.analytics.reports.adoption.states import State
from akson.fhir.problem import Problem, ProblemKind

NAME = "innforing.pdf"
_STOPPED_MAX = 6
_MARGIN = 48


def as_pdf(report: Report, node: str) -> bytes:
    """Raises Problem UNSUPPORTED AKS-ANALYTICS-002 where the library that writes PDF is not installed."""
    try:
        from reportlab.lib import colors
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
    except ImportError:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-ANALYTICS-002",
            "Denne installasjonen lager ikke PDF.",
            why="Biblioteket som skriver PDF, er ikke installert.",
            now="Skriv ut siden fra nettleseren, eller be den som drifter om å kjøre make setup.",
        ) from None
    body = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=13)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=17, leading=21)
    part = ParagraphStyle(
        "part", fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=8, spaceAfter=3
    )
    line = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8.5),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor("#b8c2c7")),
            ("TOPPADDING", (0, 0), (-1, -1), 1.6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.6),
        ]
    )
    width = A4[0] - 2 * _MARGIN

    def table(rows: list[list[str]]) -> Table:
        first = 0.3 * width
        others = (width - first) / (len(rows[0]) - 1)
        return Table(rows, colWidths=[first, *[others] * (len(rows[0]) - 1)], style=line, repeatRows=1)

    told = [
        Paragraph(_escaped(title(report)), head),
        Paragraph(_escaped(f"{node}. Til og med {words.month(report.last)}."), body),
        *([Paragraph(_escaped(SYNTHETIC), body)] if report.synthetic else []),
        Paragraph("Kort sagt", part),
        *(Paragraph(_escaped(one), body) for one in summary(report)),
        Paragraph("Fylker", part),
        table(county_rows(report)),
        Paragraph("Svartid og innhold", part),
        *(Paragraph(_escaped(one), body) for one in quality(report)),
        Paragraph("Har stoppet", part),
        *(Paragraph(_escaped(one), body) for one in stopped(report)),
        Spacer(1, 6),
        Paragraph(_escaped(METHOD), ParagraphStyle("small", parent=body, fontSize=7.5, leading=9.5)),
    ]
    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=36, bottomMargin=30,
        title=title(report), author=node, lang="nb-NO", invariant=1,
    ).build(told)  # fmt: skip
    return out.getvalue()


SYNTHETIC = "Tallene er syntetiske: trafikken er laget av en generator, og kommunene er nummerert."
METHOD = (
    "Talt av meldingenes konvolutter alene, uten helseopplysninger. Meldinger sendt på nytt og kopier er talt én gang. "
    "Tall under fem er skjult, og så mange andre at de ikke kan regnes ut. "
    "«I gang» er tatt i bruk, jevn bruk eller fullført."
)


def title(report: Report) -> str:
    where = report.choice.county or "alle fylker"
    what = f", {words.type_words(report.choice.type).lower()}" if report.choice.type else ""
    whom = f", {words.COUNTERPARTS[report.choice.counterpart].lower()}" if report.choice.counterpart else ""
    return f"Elektroniske meldinger {report.choice.year}: {where}{what}{whom}"


def summary(report: Report) -> list[str]:
    """What the screen says first, too."""
    whole = len(report.places)
    said = [
        f"{words.number(report.under_way)} av {words.number(whole)} kommuner er i gang "
        f"({words.percent(report.under_way, whole)}), {words.number(report.count(State.COMPLETE))} har fullført."
    ]
    if report.growth:
        g = report.growth
        said.append(f"Meldinger i {words.month(g.last_month)} mot {words.month(g.first_month)}: {g.words}.")
    return said


def county_rows(report: Report) -> list[list[str]]:
    """Headings first. By county: municipalities, under way, complete, stopped, and messages by counterpart."""
    shown = [c for c in report.counterparts if report.choice.counterpart in ("", c)]
    rows = [
        ["Fylke", "Kommuner", "I gang", "Fullført", "Noe stoppet", *(words.COUNTERPARTS[c] for c in shown)]
    ]
    for county, line in report.by_county.items():
        mine = [p for p in report.places if p.county == county]
        done = sum(p.standing.state is State.COMPLETE for p in mine)
        under_way, ended = (
            sum(p.standing.under_way for p in mine),
            len({f.municipality for f in report.stopped if f.county == county}),
        )
        numbers = [words.number(n) for n in (len(mine), under_way, done, ended)]
        rows.append([county, *numbers, *(words.cell(line[c]) for c in shown)])
    return rows


def quality(report: Report) -> list[str]:
    said = []
    for wait in report.waits:
        if wait.median is not None and wait.p90 is not None:
            what = "Kvittering" if wait.what == "receipt" else "Svar på forespørsel"
            whom = words.COUNTERPARTS[wait.counterpart].lower()
            half, most = words.minutes(wait.median), words.minutes(wait.p90)
            said.append(f"{what}, {whom}: halvparten {half}, ni av ti {most}.")
    asked, filled = sum(c.asked for c in report.content), sum(c.said for c in report.content)
    if asked:
        said.append(f"Av det meldingene skal inneholde, er {words.percent(filled, asked)} fylt ut.")
    return said or ["Ingen tall for perioden."]


def stopped(report: Report) -> list[str]:
    found = [
        f"{f.municipality}: {words.type_words(f.type).lower()}, {words.COUNTERPARTS[f.counterpart].lower()}. "
        f"Sist i {words.month(f.last_month)}."
        for f in report.stopped
        if f.last_month
    ]
    more = len(found) - _STOPPED_MAX
    return [*found[:_STOPPED_MAX], *([f"… og {words.number(more)} til."] if more > 0 else [])] or ["Ingen."]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
