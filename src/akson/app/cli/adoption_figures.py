"""`akson adoption figures`: who exchanges which messages with whom, as text, JSON, CSV or PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.analytics.reports.adoption.figures import Choice, Report
    from akson.app.settings import Settings


@click.command("figures")
@click.option("--year", type=int, default=0, help="Calendar year; the newest when not given.")
@click.option("--county", default="", help="One county, by name.")
@click.option("--type", "type_", default="", help="One message type, by its code in 8279.")
@click.option("--counterpart", default="", type=click.Choice(["", "hospital", "gp", "municipality", "other"]))
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False), help="Write the file for a spreadsheet.")
@click.option("--pdf", "pdf_file", type=click.Path(dir_okay=False), help="Write the council's page.")
@options.as_json
@options.data
def command(
    year: int,
    county: str,
    type_: str,
    counterpart: str,
    csv_file: str | None,
    pdf_file: str | None,
    as_json: bool,
    data: str | None,
) -> int:
    """The figures of the screen /tall/innforing. Small numbers are hidden here too."""
    from akson.analytics.reports.adoption import council, file
    from akson.analytics.reports.adoption.figures import Choice

    settings = options.settings(data=data)
    report = run_async(_read(settings, Choice(year, county, type_, counterpart)))
    if report is None:
        click.echo("No messages are counted yet.", err=True)
        return Exit.OK
    if csv_file:
        Path(csv_file).write_bytes(file.as_csv(report))
    if pdf_file:
        Path(pdf_file).write_bytes(council.as_pdf(report, settings.node_name))
    if as_json:
        say_json(_as_json(report))
    elif not csv_file and not pdf_file:
        _tell(report)
    return Exit.OK


async def _read(settings: "Settings", choice: "Choice") -> "Report | None":
    from akson.analytics.reports.adoption.figures import report
    from akson.app.wiring import database_server
    from akson.store.adoption import AdoptionStore

    server = database_server(settings)
    await server.start()
    try:
        store = await AdoptionStore.open(server.dsn("record"))
        try:
            await store.fold_all()
            return await report(store, choice)
        finally:
            await store.close()
    finally:
        await server.stop()


def _as_json(report: "Report") -> dict[str, Any]:
    growth = report.growth
    return {
        "year": report.choice.year,
        "synthetic": report.synthetic,
        "municipalities": len(report.places),
        "underWay": report.under_way,
        "growth": growth and {"first": growth.first, "last": growth.last, "words": growth.words},
        "months": [{"month": at.strftime("%Y-%m"), "messages": n} for at, n in report.series],
        "places": [
            {
                "name": p.name,
                "county": p.county,
                "state": p.standing.words,
                "by": {c: s.words for c, s in p.by.items()},
                "messages": dict(p.messages),
            }
            for p in report.places
        ],
        "waits": [
            {"counterpart": w.counterpart, "what": w.what, "medianWithinMin": w.median, "p90WithinMin": w.p90}
            for w in report.waits
        ],
        "content": [{"type": c.type, "asked": c.asked, "said": c.said} for c in report.content],
        "stopped": [
            {"name": f.municipality, "counterpart": f.counterpart, "type": f.type} for f in report.stopped
        ],
    }


def _tell(report: "Report") -> None:
    from akson.analytics.reports.adoption import council

    if report.synthetic:
        click.echo(council.SYNTHETIC)
    for said in (council.title(report), *council.summary(report)):
        click.echo(said)
    for row in council.county_rows(report):
        click.echo(f"{row[0]:<20}" + "".join(f"{cell:>14}" for cell in row[1:]))
    for said in (*council.quality(report), "Har stoppet:", *council.stopped(report)):
        click.echo(said)
