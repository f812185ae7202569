"""`akson phone remove DEVICE`: a lost phone wipes its list of the round at its next contact."""

import click

from akson.app.cli import options


@click.command("remove")
@click.argument("device")
@options.data
def command(device: str, data: str | None) -> None:
    """Let the phone DEVICE wipe what it carries at its next contact, also what it has not sent."""
    from akson.app.wiring import data_folder
    from akson.identity.sessions.phones import Phones

    if not Phones(data_folder(options.settings(data=data)) / "keys" / "phones").remove(device):
        raise click.UsageError(f"There is no phone {device!r}. `akson phone list` says which there are.")
    click.echo("It is removed: the list is wiped when the phone next has a network.")
