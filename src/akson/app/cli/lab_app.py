"""`akson lab app`: somebody else's small SMART app on this machine, and its registration at the nodes it is for."""

import asyncio
import signal

import click

from akson.app.cli.running import run_async


@click.command("app")
@click.argument("nodes", nargs=-1, required=True, metavar="NAME=URL...")
@click.option("--port", type=int, default=8705, show_default=True, help="0 takes a free one.")
def command(nodes: tuple[str, ...], port: int) -> None:
    """Serve «Sårmappen» until Ctrl-C, to be opened at the nodes named. It tells what to register there.

    \b
    akson lab app Storvik=http://127.0.0.1:8080 Gerda=http://127.0.0.1:8081
    """
    pairs = [one.partition("=") for one in nodes]
    if any(not name or not address.startswith("http") for name, _, address in pairs):
        raise click.UsageError("Write each node as NAME=URL, for example Storvik=http://127.0.0.1:8080.")
    run_async(_serve([(name, f"{address.rstrip('/')}/fhir") for name, _, address in pairs], port))


async def _serve(systems: list[tuple[str, str]], port: int) -> None:
    from akson_lab.wound_app.serving import CLIENT_ID, NAME, SCOPES, served

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with served(*systems, port=port) as address:
        click.echo(f"{NAME}  {address}\nRegister it at each node, if it is not yet:")
        click.echo(f'  akson client add {CLIENT_ID} --name {NAME} --scopes "{SCOPES}" \\')
        click.echo(f"      --redirect {address}/ --launch {address}/ --data DIR\nCtrl-C stops it.")
        await stop.wait()
