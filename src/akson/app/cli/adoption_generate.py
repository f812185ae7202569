"""`akson adoption generate`: the synthetic traffic of 2012-2014, in a data folder of its own."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("generate")
@click.option("--seed", default=2012, show_default=True, help="The same seed gives the same traffic.")
@click.option(
    "--times", default=1.0, show_default=True, help="So many times the messages; 3.4 gives ten million rows."
)
@options.data
def command(seed: int, times: float, data: str | None) -> int:
    """Make the synthetic traffic of 428 numbered municipalities, from 14,000 messages a month to 240,000.

    Refused where messages are counted already: give it a data folder of its own.
    """
    click.echo(f"{run_async(_generated(options.settings(data=data), seed, times)):,} rows")
    return Exit.OK


async def _generated(settings: "Settings", seed: int, times: float) -> int:
    from akson.analytics.reports.adoption.loading import generate
    from akson.app.wiring import database_server
    from akson.store.adoption import AdoptionStore

    server = database_server(settings)
    await server.start()
    try:
        store = await AdoptionStore.open(server.dsn("record"))
        try:
            return await generate(
                store,
                seed=seed,
                times=times,
                progress=lambda n, of: click.echo(f"month {n} of {of}", err=True),
            )
        finally:
            await store.close()
    finally:
        await server.stop()
