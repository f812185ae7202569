"""`akson policy diff NEW.json`: who gains and who loses if it came in force, on the questions of the past."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.difference import Difference
    from akson.access.policies import Policy
    from akson.app.settings import Settings

SHOWN_MAX = 40


@click.command("diff")
@click.argument("file")
@click.option("--since", type=click.DateTime(), help="Only questions since then (UTC).")
@options.as_json
@options.data
def command(file: str, since: datetime | None, as_json: bool, data: str | None) -> None:
    """Ask the policy in force and the one in FILE the same questions; tell what they answer differently.

    The questions are those that the access log has recorded; where it has none, a set made from the record.
    """
    from akson.app.cli import policy_files

    new = policy_files.policy(file)
    source, found = run_async(_diff(options.settings(data=data), new, options.in_utc(since)))
    if as_json:
        say_json(
            {
                "questions": source,
                "asked": found.asked,
                "gains": dict(found.gains.most_common()),
                "loses": dict(found.loses.most_common()),
            }
        )
        return
    click.echo(
        f"{found.asked} {source} questions; {len(found.changes)} answered differently by {new.version}."
    )
    for title, counted in (("Gains", found.gains), ("Loses", found.loses)):
        _table(title, counted)


async def _diff(settings: "Settings", new: "Policy", since: datetime | None) -> "tuple[str, Difference]":
    from akson.access.difference import difference
    from akson.app.cast import CAST
    from akson.app.policies.questions import made_questions, recorded_questions
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        asked, source = await recorded_questions(node, since), "recorded"
        if not asked:
            asked, source = await made_questions(node, tuple(CAST.values())), "made"
        return source, difference(asked, node.policy(), new)


def _table(title: str, counted: "Counter[str]") -> None:
    click.secho(f"\n{title}: {sum(counted.values())}", bold=True)
    for who, times in counted.most_common(SHOWN_MAX):
        click.echo(f"  {times:>7}  {who}")
    if len(counted) > SHOWN_MAX:
        click.echo(f"  and {len(counted) - SHOWN_MAX} more kinds of questions (--json tells all)")
