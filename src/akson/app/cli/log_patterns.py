"""`akson log patterns`: looks worth a question, found in the node's own log; `--seeded` measures the patterns."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings

HELD_OUT = 1001
"""First of the seeds that `--seeded` takes. Weights were chosen on 1 to 8."""


@click.command("patterns")
@click.option(
    "--seeded", type=click.IntRange(1, 100), metavar="N", help="Measure N synthetic municipalities instead."
)
@options.as_json
@options.data
def command(seeded: int | None, as_json: bool, data: str | None) -> int:
    """Look for patterns of snooping in the last 30 days of the log, and keep them as cases for the privacy officer.

    New cases are added, open ones brought up to date. Run it each night. With --seeded no node is needed: it prints how
    many planted looks are found and how many innocent ones become a case, by kind; exit code 3 when a goal is missed.
    """
    if seeded:
        return _measured(seeded, as_json)
    return run_async(_looked(options.settings(data=data), as_json))


def _measured(count: int, as_json: bool) -> int:
    from dataclasses import asdict

    from akson.audit.patterns.measuring import FALSE_GOAL, RECALL_GOAL, measure
    from akson.audit.patterns.seeding import municipality

    rows = measure(municipality(seed) for seed in range(HELD_OUT, HELD_OUT + count))
    total = rows[-1]
    if as_json:
        say_json([asdict(row) | {"recall": row.recall, "false_rate": row.false_rate} for row in rows])
    else:
        click.echo("| pattern | planted | found | recall | false alarms | per 1,000 users and day |")
        click.echo("| --- | --: | --: | --: | --: | --: |")
        for row in rows:
            click.echo(
                f"| {row.kind} | {row.planted} | {row.found} | {row.recall:.1%} | {row.false} | {row.false_rate:.2f} |"
            )
        click.echo(f"\nSeeds {HELD_OUT} to {HELD_OUT + count - 1}; {total.user_days} users × days.")
    good = total.recall >= RECALL_GOAL and total.false_rate <= FALSE_GOAL
    return Exit.OK if good else Exit.FAULTS


async def _looked(settings: "Settings", as_json: bool) -> int:
    from dataclasses import asdict

    from akson.app.wiring import open_node
    from akson.record import snooping

    system = options.actor("system")
    async with open_node(settings, pool_size=2) as node:
        result = await snooping.look_for(node.record.open(system, options.usual_purpose(system)))
    if as_json:
        say_json(asdict(result))
    else:
        click.echo(
            f"{result.events} events, {result.looks} looks by staff; {result.cases} cases, {result.new} of them new."
        )
    return Exit.OK
