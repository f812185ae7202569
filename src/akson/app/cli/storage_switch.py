"""`akson storage switch`: begins to move each kind to where the policy places it; the running node carries it out."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.app.settings import Settings
    from akson.sharing.storage.switch import Placement


@click.command("switch")
@click.argument("kind", required=False)
@click.option("--back", is_flag=True, help="Turn back a switch of KIND that has not cut over yet.")
@options.data
def command(kind: str | None, back: bool, data: str | None) -> None:
    """Begin to move KIND (or every kind) to where the policy in force places it, while everybody works.

    The post worker of the running node carries it out, step by step, and goes on after a restart; `akson storage show`
    tells how far it has come.
    """
    from akson.sharing.classes import SharedClass

    if kind is not None and kind not in list(SharedClass):
        raise click.UsageError(f"There is no kind {kind!r}. Choose one of: {', '.join(SharedClass)}.")
    if back and kind is None:
        raise click.UsageError("Say which KIND to turn back.")
    begun = run_async(_switch(options.settings(data=data), kind, back=back))
    for placement in begun:
        click.echo(f"{placement.kind}: {placement.mode} -> {placement.to}, {placement.step}.")
    if not begun:
        click.echo("Everything is where the policy places it, or on its way there.")


async def _switch(settings: "Settings", only: str | None, *, back: bool) -> "list[Placement]":
    from akson.app.cli import storage_files
    from akson.sharing.classes import SharedClass
    from akson.sharing.storage import switch
    from akson.sharing.storage.in_force import to_switch
    from akson.sharing.storage.record_side import placement_row

    async with storage_files.opened(settings) as (rows, officers):
        found = await storage_files.standing(rows, officers)
        if back:
            kind = SharedClass(only)
            wanted = [switch.back(found.placements.get(kind, switch.Placement(kind)))]
        else:
            wanted = [
                switch.begin(found.placements.get(kind, switch.Placement(kind)), mode)
                for kind, mode in to_switch(found.policy, found.placements)
                if only in (None, kind.value)
            ]
        return [p for p in wanted if await rows.save_placement(storage_files.TENANT, placement_row(p))]
