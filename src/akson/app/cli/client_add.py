"""`akson client add ID`: registers an app or a system; a running node knows it at once."""

from pathlib import Path

import click

from akson.app.cli import options

KINDS = ("public", "confidential", "service")


@click.command("add")
@click.argument("id")
@click.option("--name", required=True, help="What users are shown.")
@click.option("--kind", type=click.Choice(KINDS), default="public", show_default=True)
@click.option(
    "--scopes", required=True, help="The most it may be given, e.g. 'launch patient/Observation.rs'."
)
@click.option(
    "--redirect", "redirects", multiple=True, metavar="URI", help="Where users are sent back to. Repeat."
)
@click.option("--launch", default="", metavar="URL", help="Where it is opened from a patient's record.")
@click.option("--keys", default="", metavar="FILE|URL", help="Its public keys: a JWKS. Not for public apps.")
@click.option("--tenant", type=click.IntRange(1), default=1, show_default=True)
@options.data
def command(
    id: str,
    name: str,
    kind: str,
    scopes: str,
    redirects: tuple[str, ...],
    launch: str,
    keys: str,
    tenant: int,
    data: str | None,
) -> None:
    """Register the app ID, or change it. Works whether or not the node runs.

    public: PKCE alone. confidential: with a private key. service: with a private key and without a user.

    \b
    akson client add pustekurve --name Pustekurve --scopes "launch openid fhirUser patient/Observation.rs" \\
        --redirect https://pustekurve.example.no/ferdig --launch https://pustekurve.example.no/start
    """
    from akson.app import apps
    from akson.identity.smart.clients import Client, Kind
    from akson.world import SystemClock

    client = Client(
        id=id,
        name=name,
        kind=Kind(kind),
        scopes=" ".join(scopes.split()),
        redirect_uris=redirects,
        launch_url=launch,
        jwks=_keys(keys),
        tenant=tenant,
        created=SystemClock().now().isoformat(timespec="seconds"),
    )
    apps.clients(options.settings(data=data)).add(client)
    click.echo(
        f"{id} is registered. FHIR address: /fhir; the rest stands in /fhir/.well-known/smart-configuration."
    )


def _keys(given: str) -> str:
    if not given or given.startswith(("http://", "https://")):
        return given
    try:
        return Path(given).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise click.UsageError(f"The file of keys cannot be read: {type(unreadable).__name__}.") from None
