"""`akson storage compare`: the same people and questions under every storage mode, on real nodes; what each costs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async

if TYPE_CHECKING:
    from akson.app.storage.comparing import Compared

NODES_MAX = 40


@click.command("compare")
@click.option("--nodes", type=click.IntRange(2, NODES_MAX), default=20, show_default=True, help="Sources.")
@click.option("--questions", type=click.IntRange(10, 10_000), default=1000, show_default=True)
@click.option(
    "--write",
    type=click.Path(file_okay=False),
    help="Write storage-modes.md and its figure into this folder.",
)
@options.as_json
def command(nodes: int, questions: int, write: str | None, as_json: bool) -> int:
    """Latency, availability, copies, staleness and exposure of each storage mode, on nodes made for it and taken away again.

    Its own PostgreSQL in a temporary folder, a record and a log database for each node. Exit code 3 when a question is not
    answered alike under every mode. Ten to thirty minutes with 20 nodes.
    """
    import msgspec

    from akson.app.storage import report

    found = run_async(_compare(nodes, questions))
    if write:
        Path(write, "storage-modes.md").write_text(report.markdown(found), "utf-8")
        Path(write, "storage-modes.svg").write_text(report.figure(found), "utf-8")
    click.echo(msgspec.json.encode(found).decode() if as_json else report.markdown(found))
    return Exit.FAULTS if found.differing else Exit.OK


async def _compare(nodes: int, questions: int) -> "Compared":
    import tempfile

    from akson.app.storage.comparing import compare, connections_for
    from akson.store.server import EmbeddedPostgres

    with tempfile.TemporaryDirectory(prefix="akson-compare-") as folder:
        async with EmbeddedPostgres(Path(folder), connections=connections_for(nodes)) as server:
            return await compare(
                server.dsn("postgres"), nodes, questions, lambda said: click.echo(said, err=True)
            )
