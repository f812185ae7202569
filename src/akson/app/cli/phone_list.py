"""`akson phone list`: which phones carry a list of the round."""

from datetime import UTC, datetime

import click

from akson.app.cli import options


@click.command("list")
@options.data
def command(data: str | None) -> None:
    """Say which phones have loaded a list of the round in the last two weeks, and whether they may still read it."""
    from akson.app.wiring import data_folder
    from akson.identity.sessions.phones import Phones

    known = Phones(data_folder(options.settings(data=data)) / "keys" / "phones").every()
    for phone in known:
        since = datetime.fromtimestamp(phone.since, UTC).isoformat(timespec="minutes")
        click.echo(f"{phone.device}  {phone.state}  {since}  {phone.name}")
    if not known:
        click.echo("No phone has loaded a list.")
