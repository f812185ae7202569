"""`akson storage show`: where each kind of data lives, who decided it, and how far a switch has come."""

from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.app.cli.storage_files import Standing
    from akson.app.settings import Settings


@click.command("show")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """Show the storage policy in force: per kind and range of receivers, who decided it, and what is under way."""
    found = run_async(_standing(options.settings(data=data)))
    if as_json:
        say_json(_as_json(found))
    else:
        _tell(found)


async def _standing(settings: "Settings") -> "Standing":
    from akson.app.cli import storage_files

    async with storage_files.opened(settings) as (rows, officers):
        return await storage_files.standing(rows, officers)


def _as_json(found: "Standing") -> dict[str, Any]:
    from akson.sharing.classes import SharedClass
    from akson.sharing.storage.modes import Range

    return {
        "version": found.policy.version,
        "begins": found.policy.begins,
        "coming": [policy.version for policy in found.coming],
        "kinds": [
            {
                "kind": kind.value,
                "decided": {range.value: found.policy.mode(kind, range).value for range in Range},
                "stands": placement.mode.value if (placement := found.placements.get(kind)) else "federated",
                "step": placement.step.value if placement else "rest",
                "to": placement.to.value if placement else "federated",
            }
            for kind in SharedClass
        ],
        "carriedUntil": found.feed.at if found.feed else None,
        "conflicts": [{"type": c.type, "id": c.id, "version": c.local, "at": c.at} for c in found.conflicts],
    }


def _tell(found: "Standing") -> None:
    from akson.sharing.classes import SharedClass
    from akson.sharing.storage.modes import Mode, Range
    from akson.sharing.storage.switch import Placement, Step

    policy = found.policy
    click.echo(
        f"Policy {policy.version}, in force from {policy.begins:%Y-%m-%d %H:%M}."
        if policy.lines
        else "Nothing is decided: every kind stays where it is written."
    )
    click.echo(f"{'kind':<14}" + "".join(f"{range.value:<16}" for range in Range) + "stands")
    for kind in SharedClass:
        placement = found.placements.get(kind, Placement(kind))
        under_way = "" if placement.step is Step.REST else f" -> {placement.to} ({placement.step})"
        modes = [policy.mode(kind, range) for range in Range]
        if (
            under_way
            or placement.mode is not Mode.FEDERATED
            or any(mode is not Mode.FEDERATED for mode in modes)
        ):
            cells = "".join(f"{mode.value:<16}" for mode in modes)
            click.echo(f"{kind.value:<14}{cells}{placement.mode}{under_way}")
    for decision in policy.decisions:
        click.echo(f"{decision.id}: {decision.by}, {decision.on}")
    for later in found.coming:
        click.echo(f"Policy {later.version} begins {later.begins:%Y-%m-%d %H:%M}.")
    if found.feed:
        click.echo(f"Carried until {found.feed.at:%Y-%m-%d %H:%M:%S}.")
    for conflict in found.conflicts:
        click.echo(f"Two wrote on {conflict.type}/{conflict.id}; ours is version {conflict.local}.")
