"""`akson serve`: a node without demo data and without demo login."""

import click

from akson.app.cli import options
from akson.app.cli.running import run_async


@click.command("serve")
@options.running
def command(**given: str | None) -> None:
    """Run a node, without demo data and without demo login.

    Access tokens for /fhir come from `akson token`. Ctrl-C or SIGTERM stops everything; what was acknowledged is on disk.
    """
    from akson.app.cli.node import run_node
    from akson.app.supervisor.orders import Stage

    run_async(run_node(Stage.SERVE, options.settings(**given)))
