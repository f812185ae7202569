"""`akson erase TYPE/ID --ground …`: lawful erasure of every version's content."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("erase")
@click.argument("reference")
@click.option("--ground", required=True, help="The decision it rests on; it stands in the patient's log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
@options.data
def command(reference: str, ground: str, yes: bool, as_json: bool, data: str | None) -> None:
    """Erase the content of every version of REFERENCE (`Observation/…`) for good. That it was there, stays.

    Source: pasientjournalloven § 25, helsepersonelloven § 43.
    """
    type, _, id = reference.partition("/")
    if not type or not id or "/" in id:
        raise click.UsageError("REFERENCE is Type/id, such as Observation/abc.")
    if not yes:
        click.confirm(
            f"Erase the content of every version of {reference}? This cannot be undone.", abort=True, err=True
        )
    versions = run_async(_erase(options.settings(data=data), type, id, ground))
    if as_json:
        say_json({"reference": reference, "versionsErased": versions})
    else:
        click.echo(f"{reference}: content of {versions} version{'s' if versions != 1 else ''} erased.")


async def _erase(settings: "Settings", type: str, id: str, ground: str) -> int:
    from akson.access.actor import PurposeOfUse
    from akson.app.cast import CAST
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS, ground=ground)
        return await session.erase(type, id, ground=ground)
