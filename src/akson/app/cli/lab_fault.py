"""`akson lab fault KIND`: break something, or nothing any more."""

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("fault")
@click.argument("kind")
@click.option("--chance", type=float, default=1.0, show_default=True, help="How often it strikes, 0 to 1.")
@click.option("--times", type=int, help="How many times at most.")
@click.option("--only", default="", help='Part of what it strikes: a receiver\'s HER-id, "POST /messages".')
@click.option("--seconds", type=float, default=1.0, show_default=True, help="Of delay, silence and busy.")
@click.option(
    "--house", default="", help="What it sends, or itself: hospital, other-hospital, gp, neighbour."
)
@click.option("--type", "type_", default="", metavar="TYPE", help="One message type, by its code in 8279.")
@options.data
def command(
    kind: str,
    chance: float,
    times: int | None,
    only: str,
    seconds: float,
    house: str,
    type_: str,
    data: str | None,
) -> None:
    """Break something: loss, delay, duplicate, corruption, wrong-address, silence, error, busy, cut-before, cut-after;
    of a house: cancelled-before-sent, partial-capability, asleep.

    `none` mends all of it.
    """
    from akson.app.playing import asking, joining

    address = joining.lab_address(options.settings(data=data).data)
    if kind == "none":
        say_json(asking.ask(address, "/lab/fault", method="DELETE"))
        return
    told = {"kind": kind, "chance": chance, "times": times, "only": only, "seconds": seconds}
    told |= {"house": house, "type": type_}
    say_json(asking.ask(address, "/lab/fault", told))
