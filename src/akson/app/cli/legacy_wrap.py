"""`akson legacy wrap PRODUCT FILE`: an old product's file behind a read-only node."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.sharing.legacy.values import Wrap

PRODUCTS = ("gerda", "brev")
CODES_SHOWN_MAX = 12


@click.command("wrap")
@click.argument("product", type=click.Choice(PRODUCTS))
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--unit", "units", multiple=True, metavar="CODE=ID", help="Which Organization a unit is. Repeat."
)
@click.option(
    "--taken",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Day of the file. [when it was last changed]",
)
@options.as_json
@options.data
def command(
    product: str, source: Path, units: tuple[str, ...], taken: Any, as_json: bool, data: str | None
) -> None:
    """Take the file of an old product into a node of its own, which then is read-only; a newer file over an older one.

    gerda: a SQL dump. brev: a folder of messages (.xml) that the product has sent.

    \b
    akson legacy wrap gerda gerda.sql --unit HSO=hjemmetjenesten-ost --data gerda-data
    akson serve --data gerda-data
    """
    from akson.app.wrapping.wrapping import wrap

    day = taken.date().isoformat() if taken else ""
    done = run_async(wrap(options.settings(data=data), product, source, _units(units), day))
    if as_json:
        from dataclasses import asdict

        say_json(asdict(done))
        return
    r = done.reloaded
    click.echo(f"{r.created} new, {r.updated} changed, {r.deleted} gone, {r.unchanged} as they were.")
    tell(done.wrap)


def _units(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if any(not code or not id for code, _, id in pairs):
        raise click.UsageError("Write each unit as CODE=ID, for example HSO=hjemmetjenesten-ost.")
    return {code: id for code, _, id in pairs}


def tell(wrap: "Wrap") -> None:
    """What was mapped and what was not, one line for each column."""
    click.echo(f"{wrap.product} {wrap.version}, file of {wrap.taken}. {wrap.absent}")
    account = wrap.account
    for place, number in account.get("mapped", {}).items():
        click.echo(f"  mapped      {place:<16} {number:>8}")
    for place, codes in account.get("asText", {}).items():
        shown = ", ".join(f"{code} {n}" for code, n in list(codes.items())[:CODES_SHOWN_MAX])
        click.echo(f"  as text     {place:<16} {sum(codes.values()):>8}  {shown}")
    for place, number in account.get("unreadable", {}).items():
        click.echo(f"  unreadable  {place:<16} {number:>8}  left out where it stood")
    for place, reasons in account.get("leftOut", {}).items():
        for why, number in reasons.items():
            click.echo(f"  left out    {place:<16} {number:>8}  {why}")
