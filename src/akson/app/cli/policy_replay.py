"""`akson policy replay`: past decisions made again, each under the policy of its day."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.policies.replaying import Replayed
    from akson.app.settings import Settings


@click.command("replay")
@click.option("--since", type=click.DateTime(), help="Only decisions since then (UTC).")
@options.as_json
@options.data
def command(since: datetime | None, as_json: bool, data: str | None) -> int:
    """Make the decisions that the access log has recorded again, and compare. Exit code 3 when one comes out otherwise."""
    from akson.app.policies.replaying import TOLD_MAX

    found = run_async(_replay(options.settings(data=data), options.in_utc(since)))
    if as_json:
        say_json({"same": found.same, "other": found.other, "unknown": found.unknown})
    elif not (found.same or found.other or found.unknown):
        click.echo("The access log holds no recorded decisions.")
    else:
        click.echo(f"{found.same} decisions come out the same.")
        for title, events in (("come out otherwise", found.other), ("cannot be made again", found.unknown)):
            if events:
                click.echo(f"{len(events)} {title}:")
                for event in events[:TOLD_MAX]:
                    click.echo(f"  {event}")
    return Exit.FAULTS if found.other or found.unknown else Exit.OK


async def _replay(settings: "Settings", since: datetime | None) -> "Replayed":
    from akson.app.policies.questions import recorded_decisions
    from akson.app.policies.replaying import replayed
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        return await replayed(recorded_decisions(node, since), node.policy.known)
