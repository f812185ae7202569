"""`akson lab send TYPE`: the hospital or the GP office sends something."""

import click

from akson.app.cli import options


@click.command("send")
@click.argument("type_", metavar="TYPE")
@click.option(
    "--house", default="", help="hospital, other-hospital, gp, neighbour or hub; else whoever sends such."
)
@click.option(
    "--with", "how", multiple=True, metavar="NAME=TEXT", help="stay=B, text=…, code=6; may be repeated."
)
@options.data
def command(type_: str, house: str, how: tuple[str, ...], data: str | None) -> None:
    """Let the lab send, and print the MsgId. The hospital: admission, admission-cancelled, early-notice, update, ready,
    withdrawn, discharge, transfer, discharge-report, letter, letter-to-gp, death, as the stay stands. The GP office:
    request, medical-information, deviation. The neighbour: admission-report, ready-answer, take-over and more. The
    prescription hub: changed-by-doctor.
    """
    from akson.app.playing import asking, joining

    words = {name: said for name, _, said in (word.partition("=") for word in how)}
    asked = {"type": type_, "house": house, "how": words}
    address = joining.lab_address(options.settings(data=data).data)
    click.echo(asking.ask(address, "/lab/send", asked)["msg_id"])
