"""`akson lab show`: the lab's books: what it sent and got, and the receipts of both."""

from typing import Any

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("show")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """Show what hospital and GP office have sent and received, with receipts; no content."""
    from akson.app.playing import asking, joining

    told = asking.ask(joining.lab_address(options.settings(data=data).data), "/lab")
    if as_json:
        say_json(told)
        return
    click.echo(f"Stay: {told['stay']}. Faults struck: {told['faults']['struck'] or 'none'}")
    for house in told["houses"].values():
        _tell(house)


def _tell(house: dict[str, Any]) -> None:
    click.echo(f"{house['name']} {house['her']}, checks by {house['checks']}")
    for sent in house["sent"]:
        answer = " ".join([sent["status"] or "no receipt", *sent["codes"]])
        click.echo(f"  ut  {sent['type']:<28} to {sent['to']}  tries {sent['tries']}  {answer}")
    for got in house["received"]:
        valid = {True: "valid", False: "NOT VALID", None: "not checked"}[got["valid"]]
        answer = " ".join([got["status"], *got["codes"]])
        click.echo(f"  inn {got['type']:<28} by {got['by']}  copies {got['copies']}  {answer}  {valid}")
