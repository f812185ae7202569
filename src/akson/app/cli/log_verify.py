"""`akson log verify`: the access log computed again from its stored rows."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("verify")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> int:
    """Compute the whole access log again and compare it with its tiles, its head and its signed checkpoints.

    Changes nothing and may run beside a working node. Exit code 3 when something does not agree.
    """
    return run_async(_verify(options.settings(data=data), as_json))


async def _verify(settings: "Settings", as_json: bool) -> int:
    from akson.app.progress import Progress
    from akson.app.wiring import open_node
    from akson.audit.verification import verify

    async with open_node(settings, pool_size=2) as node:
        with Progress("events", quiet=as_json) as progress:
            report = await verify(node.log, progress=lambda done, of: progress.to(done, of))
    if as_json:
        say_json(asdict(report) | {"sound": report.sound})
        return Exit.OK if report.sound else Exit.FAULTS
    click.echo(
        f"{report.events} events, {report.tiles} tiles, {report.checkpoints} signed checkpoints, "
        f"{report.heads} daily heads; root {report.root}"
    )
    for fault in report.faults:
        click.secho(f"  FAULT  {fault}", fg="red")
    click.echo(
        "The log is whole."
        if report.sound
        else "The log is NOT whole. Keep the data folder as it is, and tell the privacy officer."
    )
    return Exit.OK if report.sound else Exit.FAULTS
