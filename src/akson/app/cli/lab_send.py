"""`akson lab send TYPE`: the hospital or the GP office sends something."""

import click

from akson.app.cli import options


@click.command("send")
@click.argument("type_", metavar="TYPE")
@options.data
def command(type_: str, data: str | None) -> None:
    """Let the lab send, and print the MsgId. The hospital: admission, early-notice, ready, withdrawn, discharge,
    discharge-report, letter, as the stay stands. The GP office: request.
    """
    from akson.app.playing import asking, joining

    address = joining.lab_address(options.settings(data=data).data)
    click.echo(asking.ask(address, "/lab/send", {"type": type_})["msg_id"])
