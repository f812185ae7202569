"""`akson why ACTOR REFERENCE`: the decision in words, with the relation it rests on."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings


@click.command("why")
@click.argument("actor")
@click.argument("reference")
@options.as_json
@options.data
def command(actor: str, reference: str, as_json: bool, data: str | None) -> None:
    """Say why ACTOR (`ida`, `omar`, …) may or may not read REFERENCE (`Patient/astrid`).

    Tells no more than ACTOR could have learnt: a resource that is hidden and one that does not exist look alike.
    """
    who = options.actor(actor)
    type, _, id = reference.partition("/")
    if not type or not id or "/" in id:
        raise click.UsageError("REFERENCE is Type/id, such as Patient/astrid.")
    run_async(_why(options.settings(data=data), who, type, id, as_json))


async def _why(settings: "Settings", who: "Actor", type: str, id: str, as_json: bool) -> None:
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        decision = await node.record.open(who, options.usual_purpose(who)).why(type, id)
    reasons = [
        {"rule": r.rule, "effect": r.effect, "words": r.words, "words_en": r.words_en, "source": r.source}
        for r in decision.reasons
    ]
    if as_json:
        say_json(
            {
                "actor": who.id,
                "reference": f"{type}/{id}",
                "permit": decision.permit,
                "policyVersion": decision.policy_version,
                "reasons": reasons,
            }
        )
        return
    click.echo(f"{who.name} {'får lese' if decision.permit else 'får ikke lese'} {type}/{id}.")
    for reason in reasons:
        click.echo(
            f"  {reason['words']}  [{reason['rule']}]"
            + (f"\n    {reason['source']}" if reason["source"] else "")
        )
    click.echo(f"  Regelsett {decision.policy_version}.")
