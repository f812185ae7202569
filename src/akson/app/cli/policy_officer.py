"""`akson policy officer ID NAME --key FILE`: registers somebody whose signature counts."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("officer")
@click.argument("id")
@click.argument("name")
@click.option("--key", "key", required=True, metavar="FILE", help="Where the new private key is written.")
@options.data
def command(id: str, name: str, key: str, data: str | None) -> None:
    """Make a key for NAME and register its public half under ID. Two officers with two keys activate a policy.

    FILE is NAME's alone; the node keeps the public half. Once registered, an officer is never changed or removed.
    """
    from cryptography.hazmat.primitives import serialization

    from akson.app.cli import policy_files

    if not id.isidentifier():
        raise click.UsageError("ID is one word of letters, digits and underscores.")
    public = policy_files.new_key(key).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    run_async(_register(options.settings(data=data), id, name, raw))
    click.echo(f"{name} ({id}) is registered; public key {raw.hex()}.")


async def _register(settings: "Settings", id: str, name: str, public_key: bytes) -> None:
    from akson.app.wiring import open_node
    from akson.store.activations import OfficerRow

    async with open_node(settings, pool_size=2) as node:
        await node.activations.register(OfficerRow(id, name, public_key), node.clock.now())
