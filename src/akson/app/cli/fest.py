"""`akson fest FILE`: the national register of medicines into the node: names, and interactions as rules."""

from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("fest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.as_json
@options.data
def command(file: Path, as_json: bool, data: str | None) -> None:
    """Take an edition of FEST (M30; XML, or the zip it is published in) into the node, beside our own rules.

    The edition is named by its HentetDato; taken again, nothing changes. A running node uses it after a restart.
    """
    from akson.app.fest import catalogue, kept, stream
    from akson.app.fest.edition import made
    from akson.app.wiring import data_folder

    folder = data_folder(options.settings(data=data))
    with stream.opened(file) as content:
        found = catalogue.read(stream.entries(content))
    standing, new = kept.keep(folder, found, made(found))
    if as_json:
        say_json({"new": new, **standing.as_json()})
        return
    click.echo(f"{standing.id}: {standing.names} names, {standing.rules} interactions as rules.")
    for why, count in sorted(standing.left_out.items()):
        click.echo(f"  {count:>6} interactions made no rule: {why}")
    for kind, count in sorted(standing.withdrawn.items()):
        click.echo(f"  {count:>6} withdrawn, left out: {kind}")
    click.echo("Start the node again to use it." if new else "It stood here already; nothing is changed.")
