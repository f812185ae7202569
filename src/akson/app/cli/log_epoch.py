"""`akson log epoch --reason …`: declare that the access log was restored to an older state."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("epoch")
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why; stands in the log and in every proof from now on."
)
@click.option(
    "--last", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="The newest checkpoint that a witness has of the epoch that ends.",
)  # fmt: skip
@options.data
def command(reason: str, last: Path | None, data: str | None) -> None:
    """Begin a new epoch of the access log, after a restore that lost entries that others have seen.

    What a witness signed last is named in the first entry, so that the loss is a fact and not a secret. Refused when nothing
    is missing. Each witness has to let the new epoch in by hand. Stop the node first.
    """
    run_async(_epoch(options.settings(data=data), reason, last.read_text("utf-8") if last else None))


async def _epoch(settings: "Settings", reason: str, last: str | None) -> None:
    from akson.app.log_keeping import last_seen
    from akson.app.wiring import open_node
    from akson.audit import epochs, origin, policy

    async with open_node(settings, pool_size=2) as node:
        note = last if last is not None else await last_seen(node)
        stated = await epochs.begin(node.log, reason, note, node.random)
        key = policy.log_key(origin.of_epoch(node.log.first_origin, stated.epoch), node.log.public_key)
        click.echo(f"Epoch {stated.epoch} has begun; {stated.kept} entries of before are kept.")
        click.echo(f"Each witness lets it in with: log {key}")
