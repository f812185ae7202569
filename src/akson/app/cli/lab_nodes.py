"""`akson lab nodes`: several whole municipalities on this machine that can ask each other."""

import asyncio
import signal
from pathlib import Path

import click

from akson.app.cli.running import run_async

NAMES = (
    "storvik", "lillefjord", "havneby", "ytre-fjell", "nordvik", "sundby", "elvestad", "bergsund", "granli", "myrdal",
    "solvik", "tangen", "ulvdal", "vikane", "askedal", "breidal", "dalsund", "eidfoss", "furuby", "holmvik",
)  # fmt: skip


@click.command("nodes")
@click.argument("count", type=click.IntRange(2, len(NAMES)), default=3)
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path("akson-nodes"), show_default=True
)
@click.option("--processes", type=click.IntRange(0, 8), default=0, help="All but the first in so many more.")
def command(count: int, into: Path, processes: int) -> None:
    """Start COUNT nodes on one PostgreSQL until Ctrl-C: each its own data folder, databases, keys and log.

    They are empty: fill them over FHIR with the tokens that are printed. The first has the demo's login, and is the index of
    who holds what. All trust the lab's HelseID.
    """
    into.mkdir(parents=True, exist_ok=True)
    run_async(_up(count, into.absolute(), processes))


async def _up(count: int, into: Path, processes: int) -> None:
    from akson.app.playing.neighbourhood import Neighbourhood, connections_for
    from akson.store.server import EmbeddedPostgres

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    names = NAMES[:count]
    async with (
        EmbeddedPostgres(into, connections=connections_for(count)) as server,
        Neighbourhood(
            into, server.dsn("postgres"), names, demo=names[:1], index=names[0], processes=processes
        ) as town,
    ):
        click.echo(f"HelseID  {town.helseid.address}")
        for one in town.neighbours.values():
            click.echo(f"{one.id:12} {one.org}  {one.base}\n{'':12} {one.token}")
        click.echo("Ctrl-C stops them.")
        await stop.wait()
