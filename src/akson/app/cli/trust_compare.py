"""`akson trust compare`: the same questions from other enterprises under each published trust model."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.trust import Comparison
    from akson.app.settings import Settings


@click.command("compare")
@click.option("--since", type=click.DateTime(), help="Only questions since then (UTC).")
@options.as_json
@options.data
def command(since: datetime | None, as_json: bool, data: str | None) -> None:
    """Who sees more or less under each trust model, where the cost falls, and what a stolen key reaches.

    The questions are those that the access log has recorded from other enterprises; where it has none, a set made from
    the record: a doctor at a hospital asks for a hundred patients, and vouches for every second.
    """
    source, found = run_async(_compare(options.settings(data=data), options.in_utc(since)))
    if as_json:
        say_json(
            {
                "questions": source,
                "asked": found.asked,
                "patients": found.patients,
                "models": [
                    {
                        "model": cost.model,
                        "permitted": cost.permitted,
                        "more": cost.more,
                        "less": cost.less,
                        "sourceChecks": cost.source_checks,
                        "consumerChecks": cost.consumer_checks,
                        "stolenKey": cost.stolen_key,
                    }
                    for cost in found.costs
                ],
            }
        )
        return
    click.echo(f"{found.asked} {source} questions from other enterprises, of {found.patients} patients.\n")
    head = (
        "model",
        "permitted",
        "more",
        "less",
        "checks at source",
        "checks at consumer",
        "a stolen key reaches",
    )
    rows = [
        (
            cost.model,
            str(cost.permitted),
            f"+{cost.more}",
            f"-{cost.less}",
            str(cost.source_checks),
            str(cost.consumer_checks),
            f"{cost.stolen_key} of {found.patients * CLASSES}",
        )
        for cost in found.costs
    ]
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    click.echo(
        "\nMore and less are against the first model. A stolen key: patients × kinds of data that it opens alone."
    )


CLASSES = 4
"""Kinds of data of a patient."""


async def _compare(settings: "Settings", since: datetime | None) -> "tuple[str, Comparison]":
    import msgspec

    from akson.access.trust import MODELS, compare, under
    from akson.app.policies.questions import ELSEWHERE_AGREED, questions_from_elsewhere, recorded_questions
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        policy = node.policy()
        asked = [q for q in await recorded_questions(node, since) if q.actor.attested]
        source = "recorded"
        if not asked:
            asked, source = await questions_from_elsewhere(node), "made"
            # The made questions come from one enterprise, which the model of mutual trust takes to be in the agreement.
            agreement = tuple(dict.fromkeys((*policy.agreement, ELSEWHERE_AGREED)))
            policy = msgspec.structs.replace(policy, agreement=agreement)
        return source, compare([under(policy, model) for model in MODELS], asked)
