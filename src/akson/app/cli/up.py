"""`akson up`: a demo node, from nothing to a page in the browser."""

import click

from akson.app.cli import options
from akson.app.cli.running import run_async


@click.command("up")
@options.running
def command(**given: str | None) -> None:
    """Run a demo node: Storvik, a synthetic municipality, with everybody of the cast ready to log in.

    The first start makes the data; the next ones find it again. Ctrl-C stops everything.
    """
    from akson.app.cli.node import run_node
    from akson.app.supervisor.orders import Stage

    run_async(run_node(Stage.DEMO, options.settings(**given)))
