"""`akson token ACTOR`: an access token of the node's own issuer, alone on stdout."""

import click

from akson.app.cli import options

HOURS_MAX = 24 * 366


@click.command("token")
@click.argument("actor")
@click.option(
    "--hours", type=click.IntRange(1, HOURS_MAX), default=12, show_default=True, help="How long it is valid."
)
@options.data
def command(actor: str, hours: int, data: str | None) -> None:
    """Print a bearer token for ACTOR: one of the cast, or `system`, a service client with full rights.

    Works whether or not the node runs. Whoever holds the token acts as ACTOR; every use is logged.

    \b
    curl -H "Authorization: Bearer $(akson token system)" http://127.0.0.1:8080/fhir/Patient
    """
    from datetime import timedelta

    from akson.app.lab_time import clock_of
    from akson.app.wiring import local_issuer
    from akson.world import SystemRandom

    who = options.actor(actor)
    settings = options.settings(data=data)
    if not settings.data.is_dir():
        click.echo(f"akson: {settings.data} is new; a node started on it will accept this token.", err=True)
    issuer = local_issuer(settings, clock=clock_of(settings), random=SystemRandom())
    click.echo(issuer.issue(who, lifetime=timedelta(hours=hours)))
