"""`akson lab play STORY`: the lab's side of a story, step by step; what the municipality does is awaited."""

from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import Exit


@click.command("play")
@click.argument("story", required=False)
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER", help="Leave the evidence."
)
@click.option("--wait", "wait_s", type=float, default=600.0, show_default=True, help="Seconds for each step.")
@options.data
def command(story: str | None, into: Path | None, wait_s: float, data: str | None) -> int:
    """Play a story against the node of the data folder; without STORY, list them. Exit code 3 when a step does not come.

    The municipality's steps are yours: do them on the screens, or let `make story-discharge` do them.
    """
    from akson.app.playing import joining
    from akson.world import SystemClock
    from akson_lab.stories import evidence, play
    from akson_lab.stories import story as stories

    today = SystemClock().now().date()
    if story is None:
        for name in stories.names():
            click.echo(f"{name:<24} {stories.load(name, today).words}")
        return Exit.OK
    try:
        told = stories.load(story, today)
    except stories.Wrong as wrong:
        raise click.UsageError(str(wrong)) from None
    lab = play.Lab(joining.lab_address(options.settings(data=data).data))
    played = play.play(told, lab, municipality=None, wait_s=wait_s, say=click.echo)
    if into is not None:
        click.echo(evidence.write(played, into, criteria={}))
    return Exit.OK if played.done else Exit.FAULTS
