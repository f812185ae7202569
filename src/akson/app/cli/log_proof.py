"""`akson log proof PATIENT --as ACTOR`: the file that a citizen downloads, or one entry as a C2SP tlog-proof."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings


@click.command("proof")
@click.argument("patient", required=False)
@click.option("--as", "actor", metavar="ACTOR", help="The citizen, her proxy or the privacy officer.")
@click.option(
    "--entry", type=click.IntRange(0), metavar="PLACE", help="One entry of the log instead, as tlog-proof."
)
@options.data
def command(patient: str | None, actor: str | None, entry: int | None, data: str | None) -> None:
    """Print the proof of all that stands in PATIENT's access log: `akson log proof astrid --as astrid > bevis.json`.

    `akson-verify bevis.json` checks it, anywhere and without Akson. That the proof was made stands in the log, too.
    """
    settings = options.settings(data=data)
    if entry is not None and patient is None and actor is None:
        click.echo(run_async(_entry(settings, entry)), nl=False)
        return
    if patient is None or actor is None or entry is not None:
        raise click.UsageError("Say PATIENT --as ACTOR, or --entry PLACE.")
    proof = run_async(_proof(settings, options.actor(actor), patient.removeprefix("Patient/")))
    click.echo(proof, nl=False)


async def _proof(settings: "Settings", who: "Actor", patient: str) -> bytes:
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        return await node.record.open(who, options.usual_purpose(who)).log_proof(patient)


async def _entry(settings: "Settings", place: int) -> str:
    from akson.app.wiring import open_node
    from akson.audit import proofs

    async with open_node(settings, pool_size=2) as node:
        await node.log.catch_up()
        return await proofs.of_entry(node.log, place, node.log.witnesses)
