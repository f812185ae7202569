"""`akson bench`: figures of this machine, in a table that can be compared."""

from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json


@click.command("bench")
@click.option(
    "--synthea",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of transaction Bundles to load. [the demo's own generator]",
)
@click.option(
    "--runs", type=click.IntRange(1, 20), default=3, show_default=True, help="Runs; the median is told."
)
@click.option(
    "--seconds", type=click.FloatRange(0.2, 600), default=4.0, show_default=True, help="Length of each loop."
)
@click.option("--workers", metavar="N", help="Web worker processes. [one for each core]")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep the data here. [a folder that is removed]",
)
@options.as_json
def command(
    synthea: Path | None, runs: int, seconds: float, workers: str | None, data: Path | None, as_json: bool
) -> None:
    """Start a node of its own, load it, and measure reads, writes, searches and disk over HTTP.

    Beside them stands the bare PostgreSQL round trip of the same run: the ratio tells more than the figure.
    """
    from dataclasses import replace

    from akson.app.bench.run import Plan, measure, table
    from akson.app.bench.stage import from_demo, from_folder
    from akson.app.supervisor.run import default_workers

    settings = options.settings(workers=workers)
    settings = replace(
        settings, workers=settings.workers or default_workers(), database_url="", log_database_url=""
    )
    stage = from_folder(synthea) if synthea else from_demo()
    result = run_async(measure(settings, stage, Plan(runs, seconds, data), _tell))
    if as_json:
        say_json(result.as_json())
    else:
        click.echo(f"\n{table(result)}")


def _tell(what: str) -> None:
    click.echo(what, err=True)
