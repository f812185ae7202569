"""`akson log heads`: every patient's head stated in the log, so that nothing can be left out of what came before."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("heads")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """State every patient's number of events and last event in the log, as of now.

    A running node does so by itself when a day begins. May be run beside it, and more than once a day.
    """
    run_async(_heads(options.settings(data=data), as_json))


async def _heads(settings: "Settings", as_json: bool) -> None:
    from akson.app.log_keeping import NORWAY
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        stated = await node.log.close_day(node.clock.now().astimezone(NORWAY).date())
    if stated is None:
        click.echo("Somebody else stated the heads of this very moment.")
    elif as_json:
        say_json(
            {
                "at": stated.at.isoformat(),
                "size": stated.size,
                "patients": stated.count,
                "root": stated.root.hex(),
            }
        )
    else:
        click.echo(f"{stated.count} patients' heads at {stated.size} events; root {stated.root.hex()}")
