"""`akson lab up`: a hospital, a GP office and Norsk helsenett on this machine, joined to a node's data folder."""

import asyncio
import signal
from datetime import UTC, datetime

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

PORTS = (8701, 8702, 8703, 8700)


@click.command("up")
@click.option(
    "--ports",
    type=int,
    nargs=4,
    default=PORTS,
    show_default=True,
    metavar="HELSEID SERVER REGISTER LAB",
    help="0 takes a free one.",
)
@click.option("--seed", type=int, default=0, help="Of the faults' chance.")
@click.option(
    "--patience", type=float, default=30.0, show_default=True, help="Seconds until a message goes again."
)
@click.option("--speed", type=float, default=1.0, show_default=True, help="3600 makes an hour of a second.")
@click.option(
    "--begins", type=click.DateTime(), help="When the lab's time begins, in UTC; now when left out."
)
@click.option(
    "--leads", is_flag=True, help="The node lives by the lab's time: AKSON_CLOCK=lab, a new data folder."
)
@click.option("--own-time", is_flag=True, help="Houses take the time they would; else they act at once.")
@options.data
def command(
    ports: tuple[int, int, int, int],
    seed: int,
    patience: float,
    speed: float,
    begins: datetime | None,
    leads: bool,
    own_time: bool,
    data: str | None,
) -> None:
    """Play hospitals, a GP office, a neighbour municipality and Norsk helsenett until Ctrl-C.

    Writes post.toml for the node of the data folder.

    Start the node after it (`make up`), or again: it reads post.toml when it starts. Play by `akson lab send`.
    """
    at = begins.replace(tzinfo=UTC) if begins else None
    run_async(_up(options.settings(data=data).data, ports, seed, patience, speed, own_time, at, leads))


async def _up(
    data: object,
    ports: tuple[int, int, int, int],
    seed: int,
    patience: float,
    speed: float,
    own_time: bool,
    begins: datetime | None,
    leads: bool,
) -> None:
    from pathlib import Path

    from akson.app import lab_time
    from akson.app.playing import joining
    from akson_lab import desk
    from akson_lab.town import Town

    assert isinstance(data, Path)
    data.mkdir(parents=True, exist_ok=True)
    joining.check(data)
    if leads:
        lab_time.check_new(data)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    town = Town(
        joining.jwk(data), joining.patient(), ports=ports[:3], seed=seed, patience_s=patience, speed=speed,
        hurries=not own_time, begins=begins, leads=data / lab_time.FILE_NAME if leads else None,
    )  # fmt: skip
    async with town:
        runner, address = await desk.serve(town, ports[3])
        joining.join(data, town, address)
        click.echo(f"Lab               {address}   (page; GET /lab)")
        click.echo(f"HelseID           {town.nhn.helseid_address}")
        click.echo(f"Message server    {town.nhn.message_server_address}")
        click.echo(f"Address register  {town.nhn.register_address}")
        click.echo(f"Person register   {town.nhn.persons_address}")
        click.echo(f"Written: {data / 'post.toml'}. Start the node now, or again. Ctrl-C stops the lab.")
        await stop.wait()
        await runner.cleanup()
