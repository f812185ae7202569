"""`akson policy show`: the policy in force, or one in a file, as people read it."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.access.policies import Policy
    from akson.app.settings import Settings


@click.command("show")
@click.argument("file", required=False)
@click.option("--version", metavar="VERSION", help="One that was in force earlier.")
@click.option("--english", is_flag=True, help="In English.")
@click.option("--json", "as_json", is_flag=True, help="As the file it is.")
@options.data
def command(file: str | None, version: str | None, english: bool, as_json: bool, data: str | None) -> None:
    """Show the policy in force, or the one in FILE: who may what, who represents whom, and the other terms."""
    from akson.access.policies import signing
    from akson.access.policies.reading import as_markdown
    from akson.app.cli import policy_files

    shown = policy_files.policy(file) if file else run_async(_stored(options.settings(data=data), version))
    if as_json:
        click.echo(signing.canonical(shown).decode())
    else:
        click.echo(as_markdown(shown, "en" if english else "nb"))


async def _stored(settings: "Settings", version: str | None) -> "Policy":
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        if version is None:
            return node.policy()
        if version not in node.policy.known:
            raise click.UsageError(
                f"There is no policy {version!r} here. There are: {', '.join(node.policy.known)}."
            )
        return node.policy.known[version]
