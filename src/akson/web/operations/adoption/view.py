"""The report in words and places, ready to be set out."""

from dataclasses import dataclass
from itertools import groupby

from akson.analytics.reports.adoption import council, words
from akson.analytics.reports.adoption.figures import Choice, Flow, Report
from akson.analytics.reports.adoption.states import STOPPED, WORDS, State
from akson.web.operations.adoption import charts

PATH = "/tall/innforing"
NO_MONTHS = (
    "Måned for måned vises alle typer og motparter samlet, for landet og for hvert fylke. Delt opp videre ville små tall "
    "kunne regnes ut."
)
STOPPED_MAX = 40
WIDE, HIGH = 1000, 200


@dataclass(frozen=True, slots=True)
class County:
    name: str
    words: str
    tiles: tuple[charts.Tile, ...]
    height: int
    line: str
    line_words: str


@dataclass(frozen=True, slots=True)
class Stopped:
    name: str
    county: str
    what: tuple[str, ...]
    nudge: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class View:
    choice: Choice
    title: str
    years: tuple[tuple[str, str], ...]
    counties_asked: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    counterparts: tuple[tuple[str, str], ...]
    big: str
    big_words: str
    growth: str
    growth_words: str
    legend: tuple[tuple[charts.Tile, str, str], ...]
    counties: tuple[County, ...]
    table: tuple[tuple[str, ...], ...]
    line: str
    ticks: tuple[Tick, ...]
    peak: str
    line_words: str
    months: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, ...], ...]
    place_heads: tuple[str, ...]
    no_months: str
    waits: tuple[tuple[str, str, str, str], ...]
    content: tuple[tuple[str, str], ...]
    stopped: tuple[Stopped, ...]
    stopped_more: int
    repeats: str
    method: str
    synthetic: str


@dataclass(frozen=True, slots=True)
class Page:
    view: View | None
    csv: str
    pdf: str


def view_of(report: Report) -> View:
    shown = [c for c in report.counterparts if report.choice.counterpart in ("", c)]
    said = council.summary(report)
    values = [n for _, n in report.series]
    stopped = _stopped(report)
    growth = report.growth
    return View(
        choice=report.choice,
        title=council.title(report),
        years=tuple((str(y), str(y)) for y in report.years),
        counties_asked=tuple((c, c) for c in report.counties),
        types=tuple((t, words.type_words(t)) for t in report.types),
        counterparts=tuple((c, words.COUNTERPARTS[c]) for c in report.counterparts),
        big=f"{words.number(report.under_way)} av {words.number(len(report.places))}",
        big_words=said[0],
        growth=words.number(growth.last) if growth else "–",
        growth_words=said[1] if growth else "Ingen måneder å sammenligne.",
        legend=_legend(report),
        counties=tuple(_county(report, c) for c in report.by_county),
        table=tuple(map(tuple, council.county_rows(report))),
        line=charts.line(values, WIDE, HIGH),
        ticks=_ticks(report),
        peak=words.number(max((n or 0 for n in values), default=0)),
        line_words=said[1] if growth else "",
        months=tuple((words.month(at).capitalize(), words.cell(n)) for at, n in reversed(report.series)),
        no_months=NO_MONTHS,
        place_heads=("Kommune", "Fylke", *(h for c in shown for h in (words.COUNTERPARTS[c], "meldinger"))),
        places=tuple(
            (p.name, p.county, *(t for c in shown for t in (p.by[c].words, words.cell(p.messages[c]))))
            for p in report.places
        ),
        waits=tuple(
            (
                words.COUNTERPARTS[w.counterpart],
                "Fra sendt til kvittering" if w.what == "receipt" else "Fra forespørsel til svar",
                words.minutes(w.median) if w.median is not None else "skjult",
                words.minutes(w.p90) if w.p90 is not None else "skjult",
            )
            for w in report.waits
        ),
        content=tuple((words.type_words(c.type), words.percent(c.said, c.asked)) for c in report.content),
        stopped=stopped[:STOPPED_MAX],
        stopped_more=max(0, len(stopped) - STOPPED_MAX),
        repeats=_repeats(report),
        method=council.METHOD,
        synthetic=council.SYNTHETIC if report.synthetic else "",
    )


def _repeats(report: Report) -> str:
    if report.repeats is None or report.copies is None:
        return ""
    again, copies = words.cell(_told(report.repeats)), words.cell(_told(report.copies))
    return f"{again} sendt på nytt og {copies} kopier i {report.choice.year} er ikke talt med."


def _told(n: int) -> int | None:
    return None if 0 < n < 5 else n


def _legend(report: Report) -> tuple[tuple[charts.Tile, str, str], ...]:
    known = [(int(s), False, WORDS[s], report.count(s)) for s in State]
    known.append((1, True, STOPPED, sum(p.standing.stopped for p in report.places)))
    return tuple((charts.tiles([(level, x, "")])[0], text, words.number(n)) for level, x, text, n in known)


def _county(report: Report, name: str) -> County:
    mine = [p for p in report.places if p.county == name]
    told = [(int(p.standing.state), p.standing.stopped, f"{p.name}: {p.standing.words}") for p in mine]
    under_way = sum(p.standing.under_way for p in mine)
    series = report.county_series.get(name, ())
    last = words.cell(series[-1]) if series else "0"
    return County(
        name,
        f"{under_way} av {len(mine)} i gang",
        charts.tiles(told),
        charts.tiles_height(len(mine)),
        charts.line(series, charts.WIDTH, charts.LINE_HEIGHT) if len(series) > 1 else "",
        f"{last} i {words.month(report.last)}" if series else "",
    )


def _ticks(report: Report) -> tuple[Tick, ...]:
    """Each January, and the last month."""
    across = max(1, len(report.series) - 1)
    found = [
        Tick(WIDE * n / across, str(at.year), "start" if n == 0 else "middle")
        for n, (at, _) in enumerate(report.series)
        if at.month == 1 and (n < across - 3 or n == 0)
    ]
    return (*found, Tick(WIDE, words.month(report.last), "end"))


def _stopped(report: Report) -> tuple[Stopped, ...]:
    found: list[Stopped] = []
    flows = sorted(report.stopped, key=lambda f: (f.county, f.municipality))
    for (county, name), several in groupby(flows, key=lambda f: (f.county, f.municipality)):
        lines = tuple(_stop_words(f) for f in several)
        found.append(Stopped(name, county, lines, _nudge(name, lines)))
    return tuple(found)


def _stop_words(flow: Flow) -> str:
    since = words.month(flow.last_month) if flow.last_month else ""
    return f"{words.type_words(flow.type)}, {words.COUNTERPARTS[flow.counterpart].lower()}: sist i {since}"


def _nudge(name: str, lines: tuple[str, ...]) -> str:
    told = "\n".join(f"– {line}" for line in lines)
    return (
        f"Hei {name},\n\nVi ser at disse meldingene har vært i bruk hos dere, men at det ikke har gått "
        f"noen på tre måneder:\n\n{told}\n\nVet dere hva som har skjedd? Si gjerne fra om vi kan hjelpe.\n\nHilsen"
    )
