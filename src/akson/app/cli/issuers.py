"""`akson issuers`: what is registered at each issuer of logins. Public parts alone."""

import click

from akson.app.cli import options


@click.command("issuers")
@options.data
def command(data: str | None) -> None:
    """Print what each issuer in issuers.toml must be told about this node: its addresses and its public key.

    Keys are made in the data folder when they are absent; they never leave it. Works whether or not the node runs.
    """
    import json

    from akson.app import issuers

    settings = options.settings(data=data)
    known = issuers.load(settings.data)
    if not known:
        click.echo(f"akson: no issuers; {settings.data / issuers.FILE_NAME} names them.", err=True)
    for issuer in known:
        redirect, after_logout, back_channel = issuers.addresses(issuer, settings.base_url)
        click.echo(f"{issuer.id}  {issuer.name}  {issuer.address}")
        click.echo(f"  client id             {issuer.client_id}")
        click.echo(f"  redirect              {redirect}")
        click.echo(f"  after logout          {after_logout}")
        click.echo(f"  back-channel logout   {back_channel}")
        key = issuers.client_keys(issuer, settings.data).client.registration()
        click.echo(f"  public key (JWK)      {json.dumps(key)}")
