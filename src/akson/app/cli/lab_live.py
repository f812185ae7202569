"""`akson lab live`: days that nobody wrote, by seed."""

import click

from akson.app.cli import options


@click.command("live")
@click.option("--days", type=int, default=1, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--speed", type=float, default=1.0, show_default=True, help="3600 makes an hour of a second.")
@options.data
def command(days: int, seed: int, speed: float, data: str | None) -> None:
    """Let the hospital admit, tell, withdraw and discharge by itself. The same seed gives the same days."""
    from akson.app.playing import asking, joining

    address = joining.lab_address(options.settings(data=data).data)
    asking.ask(address, "/lab/clock", {"speed": speed})
    told = asking.ask(address, "/lab/live", {"days": days, "seed": seed})
    click.echo(
        f"{told['planned']} messages until {told['ends']} by the lab's clock. akson lab show hospital tells."
    )
