"""`akson message ledger`: the books of the post; exit code 3 when something is not accounted for."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings
    from akson.exchange.ledger.ledger import Ledger


@click.command("ledger")
@click.option("--partner", help="HER-id of one partner.")
@click.option("--type", "type_", help="One message type, by its code in 8279.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="One day, as 2026-11-24.")
@options.as_json
@options.data
def command(
    partner: str | None, type_: str | None, day: datetime | None, as_json: bool, data: str | None
) -> int:
    """What went out and came in, by partner, type and day, and whether all of it is accounted for.

    Counted from the book of every change, by rules of its own. Exit code 3 when something is missing: it is then named.
    """
    asked = (partner, type_, day.date() if day else None)
    ledger = run_async(_read(options.settings(data=data), *asked))
    if as_json:
        say_json(_as_json(ledger))
    else:
        _tell(ledger)
    return Exit.FAULTS if ledger.unaccounted else Exit.OK


async def _read(settings: "Settings", partner: str | None, type: str | None, day: date | None) -> "Ledger":
    from akson.app.wiring import database_server
    from akson.exchange.ledger.ledger import read_ledger
    from akson.store.ledger import LedgerStore
    from akson.world import SystemClock

    server = database_server(settings)
    await server.start()
    try:
        counting = await LedgerStore.open(server.dsn("record"), clock=SystemClock())
        try:
            return await read_ledger(counting, partner=partner, type=type, day=day)
        finally:
            await counting.close()
    finally:
        await server.stop()


def _as_json(ledger: "Ledger") -> dict[str, Any]:
    return {
        "unaccounted": ledger.unaccounted,
        "lines": [
            {
                "way": line.way,
                "partner": line.partner,
                "type": line.type,
                "day": line.day.isoformat(),
                "total": line.total,
                **line.parts,
                "missing": line.missing,
            }
            for line in ledger.lines
        ],
        "differences": [{"kind": d.kind, "words": d.words, "ids": list(d.ids)} for d in ledger.differences],
    }


def _tell(ledger: "Ledger") -> None:
    from akson.exchange.ledger.ledger import LABELS

    for line in ledger.lines:
        parts = ", ".join(f"{LABELS[name]} {count}" for name, count in line.parts.items() if count)
        way = "ut " if line.way == "out" else "inn"
        click.echo(
            f"{line.day}  {way}  {line.partner or '-':<10} {line.type or '-':<28} {line.total:>6}: {parts}"
        )
    for difference in ledger.differences:
        click.echo(f"{difference.words}: {', '.join(map(str, difference.ids))}")
    click.echo(ledger.words)
