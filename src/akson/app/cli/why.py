"""`akson why ACTOR REFERENCE`: the decision in words, with the relation it rests on and the legal source of each rule."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.actor import Actor, PurposeOfUse
    from akson.app.settings import Settings


@click.command("why")
@click.argument("actor")
@click.argument("reference")
@click.option(
    "--purpose", help="Purpose of use (`treatment`, `emergency`, …); the actor's usual one when left out."
)
@click.option("--english", is_flag=True, help="In English.")
@options.as_json
@options.data
def command(
    actor: str, reference: str, purpose: str | None, english: bool, as_json: bool, data: str | None
) -> None:
    """Say why ACTOR (`ida`, `omar`, …) may or may not read REFERENCE (`Patient/astrid`).

    Tells no more than ACTOR could have learnt: a resource that is hidden and one that does not exist look alike.
    """
    who = options.actor(actor)
    type, _, id = reference.partition("/")
    if not type or not id or "/" in id:
        raise click.UsageError("REFERENCE is Type/id, such as Patient/astrid.")
    chosen = options.purpose(purpose) if purpose else options.usual_purpose(who)
    run_async(_why(options.settings(data=data), who, chosen, (type, id), as_json=as_json, english=english))


async def _why(
    settings: "Settings",
    who: "Actor",
    purpose: "PurposeOfUse",
    of: tuple[str, str],
    *,
    as_json: bool,
    english: bool,
) -> None:
    from akson.access import words
    from akson.app.wiring import open_node

    type, id = of
    async with open_node(settings, pool_size=2) as node:
        decision = await node.record.open(who, purpose).why(type, id)
    if as_json:
        say_json(
            {
                "actor": who.id,
                "reference": f"{type}/{id}",
                "purpose": purpose.value,
                "permit": decision.permit,
                "policyVersion": decision.policy_version,
                "reasons": [
                    {
                        "rule": r.rule,
                        "effect": r.effect,
                        "words": r.words,
                        "words_en": r.words_en,
                        "source": r.source,
                    }
                    for r in decision.reasons
                ],
            }
        )
        return
    at = 1 if english else 0
    verdicts = (("får ikke lese", "may not read"), ("får lese", "may read"))[decision.permit]
    aim = words.PURPOSES.get(purpose.value, (purpose.value, purpose.value))[at]
    click.echo(f"{who.name} {verdicts[at]} {type}/{id} ({('formål', 'purpose')[at]}: {aim}).")
    for reason in decision.reasons:
        said = (reason.words_en if english else reason.words) or reason.words
        click.echo(f"  {said}  [{reason.rule}]" + (f"\n    {reason.source}" if reason.source else ""))
    click.echo(f"  {('Regelsett', 'Policy')[at]} {decision.policy_version}.")
