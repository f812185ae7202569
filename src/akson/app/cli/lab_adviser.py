"""`akson lab adviser`: somebody else's decision support on this machine, told to a node."""

import asyncio
import signal
from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

MARK = "# Written by akson lab adviser\n"


@click.command("adviser")
@click.option("--node", default="http://127.0.0.1:8080", show_default=True, help="Where the node answers.")
@click.option("--port", type=int, default=8704, show_default=True, help="0 takes a free one.")
@options.data
def command(node: str, port: int, data: str | None) -> None:
    """Play a CDS Hooks service until Ctrl-C. Writes cds.toml for the node of the data folder; start the node after it."""
    folder = options.settings(data=data).data
    folder.mkdir(parents=True, exist_ok=True)
    run_async(_play(node.rstrip("/"), port, folder))


async def _play(node: str, port: int, data: Path) -> None:
    from aiohttp import web

    from akson.exchange.transport.folder import write_whole
    from akson.fhir.problem import Problem, ProblemKind
    from akson.identity.cds_clients import FILE_NAME
    from akson_lab.adviser import SERVICE, Adviser

    file = data / FILE_NAME
    if file.exists() and not file.read_text("utf-8").startswith(MARK):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-ADVICE-040",
            f"There is a {FILE_NAME} that the lab has not written.",
            why="It says which services this node asks, and who may ask it.",
            now="Choose another data folder with --data, or move the file away.",
        )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        Adviser(f"{node}/cds-services/jwks.json").app(), access_log=None, shutdown_timeout=1
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/cds-services/{SERVICE}"
    told = f'{MARK}[[service]]\nname = "Legemiddelgjennomgang (lab)"\nurl = "{url}"\n'
    await asyncio.to_thread(write_whole, data, FILE_NAME, told.encode())
    click.echo(f"Service  {url}\nWritten: {file}. Start the node now, or again. Ctrl-C stops it.")
    await stop.wait()
    await runner.cleanup()
