"""`akson pathway show PATIENT --as USER`: a patient's stays in hospital, what is due, and the days that are paid for."""

from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings


@click.command("show")
@click.argument("patient")
@click.option(
    "--as", "who", required=True, metavar="USER", help="Who asks: `kari`. Her relation and role decide."
)
@options.as_json
@options.data
def command(patient: str, who: str, as_json: bool, data: str | None) -> None:
    """Show each stay of PATIENT: where it is, what is due or late and by which rule, days of liability.

    What it says follows from the messages in the record and their receipts. It stands in her log that USER has asked.
    """
    told = run_async(_told(options.settings(data=data), options.actor(who), patient.removeprefix("Patient/")))
    if as_json:
        say_json(told)
    else:
        _tell(told)


async def _told(settings: "Settings", actor: "Actor", patient: str) -> list[dict[str, Any]]:
    from akson.app.pathways.telling import told
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(actor, options.usual_purpose(actor))
        return await told(session, node.outbox, patient, node.clock.now())


def _tell(told: list[dict[str, Any]]) -> None:
    for stay in told:
        days = stay["liability"]["days"]
        click.secho(f"{stay['encounter']}: {stay['phase']}", bold=True)
        for step in stay["steps"]:
            if step["state"] in ("open", "overdue"):
                click.secho(f"  {step['why']}", fg="red" if step["state"] == "overdue" else None)
        click.echo(f"  Døgn som kommunen betaler for: {len(days)} {' '.join(days)}".rstrip())
        for doubt in stay["liability"]["doubts"]:
            click.echo(f"  {doubt}")
    if not told:
        click.echo("Ingen opphold på sykehus.")
