"""`akson client list`: which apps and systems are registered."""

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("list")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """Say which apps and systems are registered, and what each may be given at most."""
    from akson.app import apps

    known = apps.clients(options.settings(data=data)).every()
    if as_json:
        say_json(
            [
                {
                    "id": c.id,
                    "name": c.name,
                    "kind": c.kind.value,
                    "scopes": c.scopes,
                    "redirectUris": list(c.redirect_uris),
                    "launchUrl": c.launch_url,
                    "keys": c.jwks if c.jwks.startswith("http") else bool(c.jwks),
                    "tenant": c.tenant,
                    "created": c.created,
                }
                for c in known
            ]
        )
        return
    for client in known:
        click.echo(f"{client.id}  {client.kind.value}  {client.name}\n  {client.scopes}")
    if not known:
        click.echo("No app is registered. `akson client add --help` tells how.")
