"""`akson lab show`: the lab's books: what it sent and got, and the receipts of both."""

from typing import Any

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("show")
@click.argument("house", required=False)
@options.as_json
@options.data
def command(house: str | None, as_json: bool, data: str | None) -> None:
    """Show what each house has sent and received, with receipts; no content. With HOUSE (hospital, other-hospital, gp,
    neighbour) its own side: stays, patients, worklist.
    """
    from akson.app.playing import asking, joining

    address = joining.lab_address(options.settings(data=data).data)
    if house is not None:
        side = asking.ask(address, f"/lab/house/{house}")
        say_json(side) if as_json else _tell_side(side)
        return
    told = asking.ask(address, "/lab")
    if as_json:
        say_json(told)
        return
    click.echo(f"Stay: {told['stay']}. Faults struck: {told['faults']['struck'] or 'none'}")
    for books in told["houses"].values():
        _tell(books)


def _tell_side(side: dict[str, Any]) -> None:
    click.echo(f"{side['house']}, {side['now'][:16]} by the lab's clock")
    for stay in side.get("stays", ()):
        click.echo(f"  {stay['key']:<4} {stay['patient']:<24} {stay['phase']:<11} {stay['ward']}")
        click.echo(f"       {stay['notice']}. {stay['answer']}".rstrip())
    for known in side.get("patients", ()):
        click.echo(
            f"  {known['patient']:<24} {known.get('phase', '')} {known.get('promised') or ''}".rstrip()
        )
    for work in side["worklist"]:
        click.echo(
            f"  [{'x' if work['done'] else ' '}] {work['at'][:16]} {work['patient']:<24} {work['words']}"
        )


def _tell(house: dict[str, Any]) -> None:
    click.echo(f"{house['name']} {house['her']}, checks by {house['checks']}")
    for sent in house["sent"]:
        answer = " ".join([sent["status"] or "no receipt", *sent["codes"]])
        click.echo(f"  ut  {sent['type']:<28} to {sent['to']}  tries {sent['tries']}  {answer}")
    for got in house["received"]:
        valid = {True: "valid", False: "NOT VALID", None: "not checked"}[got["valid"]]
        answer = " ".join([got["status"], *got["codes"]])
        click.echo(f"  inn {got['type']:<28} by {got['by']}  copies {got['copies']}  {answer}  {valid}")
