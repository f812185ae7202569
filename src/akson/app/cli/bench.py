"""`akson bench`: figures of this machine beside goals and peers, in a table that can be compared."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.bench.run import Plan

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("bench")
@click.option(
    "--synthea",
    type=_FOLDER,
    metavar="DIR",
    help="Folder of transaction Bundles to load. [the demo's own generator]",
)
@click.option(
    "--scale", type=click.IntRange(1, 500), default=1, show_default=True, help="Clone the data N-fold."
)
@click.option("--only", default="", metavar="NAME,…", help="Only these lines: `read`, `curve@1`. [all]")
@click.option(
    "--as",
    "as_whom",
    type=click.Choice(["nurse"]),
    help="Repeat reads and searches as a nurse with 200 care relations.",
)
@click.option(
    "--peer",
    "peers",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="Figures of another server; ratios to them are told. May be given again.",
)
@click.option(
    "--log", is_flag=True, help="Also the access log alone: events/s, proofs, what it adds to a read."
)
@click.option(
    "--log-entries",
    type=click.IntRange(1, 100_000_000),
    default=10_000_000,
    show_default=True,
    help="Entries of the log that proofs are made from.",
)
@click.option(
    "--runs", type=click.IntRange(1, 20), default=3, show_default=True, help="Runs; the median is told."
)
@click.option(
    "--seconds", type=click.FloatRange(0.1, 600), default=1.0, show_default=True, help="Length of each loop."
)
@click.option("--workers", metavar="N", help="Web worker processes. [one for each core]")
@click.option(
    "--data",
    "--keep",
    "data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep the data here. [a folder that is removed]",
)
@click.option(
    "--stored",
    type=click.IntRange(8, 10_000_000),
    default=2_000,
    show_default=True,
    help="With `messages`: how many messages.",
)
@click.option(
    "--post-workers",
    type=click.IntRange(1, 16),
    metavar="N",
    help="With `messages`: how many post workers. [as many as the node has]",
)
@click.option(
    "--patients",
    type=click.IntRange(100, 1_000_000),
    default=100_000,
    show_default=True,
    help="With `screens`: how many patients.",
)
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(0),
    multiple=True,
    default=(101, 102),
    metavar="N",
    help="With `reconcile`: which cases, 1,000 of each; with `replan`: which days. May be given again. [101, 102]",
)
@click.option(
    "--nodes",
    type=click.IntRange(3, 20),
    default=20,
    show_default=True,
    help="With `federation`: real nodes.",
)
@click.option(
    "--simulated",
    type=click.IntRange(10, 4_000),
    default=3_500,
    show_default=True,
    help="With `federation`: simulated sources.",
)
@click.argument(
    "what",
    required=False,
    type=click.Choice(["messages", "reconcile", "replan", "board", "screens", "federation"]),
)
@options.as_json
def command(
    synthea: Path | None,
    workers: str | None,
    what: str | None,
    stored: int,
    post_workers: int | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Start a node of its own, load it, and measure it over HTTP: docs/benchmarks.md says what each line is.

    Beside the figures stand what the bare machine gives in the same run, and how many times better than each --peer.
    Exits 3 when a line has no figure.

    `akson bench messages` measures care messages through the whole inbox instead; `akson bench reconcile` the engine of
    reconciliation on made cases with truth (--seed), beside simpler ways; `akson bench replan` a day of 300 visits and 30
    people with one, two and three away; `akson bench board` the case worker's board with 200 patients in hospital; `akson
    bench screens` the screens in a municipality of 100,000 patients (--patients), which --keep DIR keeps for the next time;
    `akson bench federation` a question to six to ten of 20 real and 3,500 simulated sources, some dead, some slow.
    """
    if what == "messages":
        return _messages(stored, chosen["data"], post_workers, as_json)
    seeds = chosen.pop("seeds")
    if what == "reconcile":
        return _reconcile(seeds, as_json)
    if what == "replan":
        return _replan(seeds, as_json)
    if what == "board":
        return _board(as_json)
    patients, nodes, simulated = chosen.pop("patients"), chosen.pop("nodes"), chosen.pop("simulated")
    if what == "screens":
        return _screens(patients, chosen["runs"], chosen["data"], as_json)
    if what == "federation":
        return _federation(nodes, simulated, as_json)
    from akson.app.bench.run import measure
    from akson.app.bench.stage import from_demo, from_folder
    from akson.app.bench.table import table
    from akson.app.supervisor.run import default_workers

    plan = _plan(**chosen)
    settings = options.settings(workers=workers)
    settings = replace(
        settings, workers=settings.workers or default_workers(), database_url="", log_database_url=""
    )
    stage = from_folder(synthea) if synthea else from_demo()
    result = run_async(measure(settings, stage, plan, _tell))
    if as_json:
        say_json(result.as_json())
    else:
        click.echo(f"\n{table(result)}")
    return Exit.FAULTS if result.failed else Exit.OK


def _messages(stored: int, keep: Path | None, post_workers: int | None, as_json: bool) -> int:
    from akson.app.bench.messages import measure_messages

    figures = run_async(measure_messages(options.settings(), stored, _tell, keep, post_workers))
    if as_json:
        say_json(figures.as_json())
    else:
        click.echo(figures.words)
    return Exit.OK


def _board(as_json: bool) -> int:
    from akson.app.bench.board import measure_board

    figures = run_async(measure_board(options.settings(), _tell))
    if as_json:
        say_json(figures.as_json())
    else:
        click.echo(figures.words)
    return Exit.OK if figures.met else Exit.FAULTS


def _screens(patients: int, turns: int, keep: Path | None, as_json: bool) -> int:
    from akson.app.bench.screens import ScreenPlan, measure_screens
    from akson.app.supervisor.run import default_workers

    plan = ScreenPlan(patients, turns, keep=keep, processes=default_workers())
    settings = replace(options.settings(), database_url="", log_database_url="")
    figures = run_async(measure_screens(settings, plan, _tell))
    if as_json:
        say_json(figures.as_json())
    else:
        click.echo(figures.words)
    return Exit.OK if figures.met else Exit.FAULTS


def _federation(nodes: int, simulated: int, as_json: bool) -> int:
    from akson.app.bench.federation import Scale, measure_federation

    figures = run_async(measure_federation(Scale(nodes, simulated), _tell))
    if as_json:
        say_json(figures.as_json())
    else:
        click.echo(figures.words)
    return Exit.OK if figures.met else Exit.FAULTS


def _reconcile(seeds: tuple[int, ...], as_json: bool) -> int:
    from akson.app.bench.reconcile.run import measure, table

    outcome = measure(seeds, 1_000)
    if as_json:
        say_json(outcome.as_json())
    else:
        click.echo(table(outcome))
    return Exit.OK if outcome.met else Exit.FAULTS


def _replan(seeds: tuple[int, ...], as_json: bool) -> int:
    from dataclasses import asdict

    from akson.app.bench.replanning import LIMIT_SECONDS, measure, table

    measured = measure(seeds)
    if as_json:
        say_json([asdict(one) for one in measured])
    else:
        click.echo(table(measured))
    missed = any(one.broken or one.seconds > LIMIT_SECONDS for one in measured)
    return Exit.FAULTS if missed else Exit.OK


def _plan(
    *,
    only: str,
    as_whom: str | None,
    peers: tuple[Path, ...],
    runs: int,
    seconds: float,
    scale: int,
    data: Path | None,
    log: bool,
    log_entries: int,
) -> "Plan":
    from akson.app.bench.peers import read_peer
    from akson.app.bench.run import Plan, lines_of

    return Plan(
        runs=runs,
        seconds=seconds,
        scale=scale,
        keep=data,
        lines=lines_of(only),
        as_nurse=as_whom == "nurse",
        log=log,
        log_entries=log_entries,
        peers=tuple(read_peer(path) for path in peers),
    )


def _tell(what: str) -> None:
    click.echo(what, err=True)
