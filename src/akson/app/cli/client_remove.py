"""`akson client remove ID`: the app gets no more tokens; those it has end within ten minutes."""

import click

from akson.app.cli import options


@click.command("remove")
@click.argument("id")
@options.data
def command(id: str, data: str | None) -> None:
    """Let the app ID in no more. What it holds ends within ten minutes."""
    from akson.app import apps

    if not apps.clients(options.settings(data=data)).remove(id):
        raise click.UsageError(f"There is no app {id!r}. `akson client list` says which there are.")
    click.echo(f"{id} is removed.")
