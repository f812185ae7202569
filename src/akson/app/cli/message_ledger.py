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
@click.option(
    "--compare",
    metavar="PARTNER",
    help="HER-id of a partner who runs Akson: compare his book with ours, now.",
)
@options.as_json
@options.data
def command(
    partner: str | None,
    type_: str | None,
    day: datetime | None,
    compare: str | None,
    as_json: bool,
    data: str | None,
) -> int:
    """What went out and came in, by partner, type and day, and whether all of it is accounted for.

    Counted from the book of every change, by rules of its own. Exit code 3 when something is missing: it is then named.
    With --compare the partner's node is asked for its book (docs/how-to/post.md), and what either side has lost is named.
    """
    if compare is not None:
        return _compare(options.settings(data=data), compare, as_json)
    asked = (partner, type_, day.date() if day else None)
    ledger = run_async(_read(options.settings(data=data), *asked))
    if as_json:
        say_json(_as_json(ledger))
    else:
        _tell(ledger)
    return Exit.FAULTS if ledger.unaccounted else Exit.OK


async def _read(settings: "Settings", partner: str | None, type: str | None, day: date | None) -> "Ledger":
    from akson.app.lab_time import clock_of
    from akson.app.wiring import database_server
    from akson.exchange.ledger.ledger import read_ledger
    from akson.store.ledger import LedgerStore

    server = database_server(settings)
    await server.start()
    try:
        counting = await LedgerStore.open(server.dsn("record"), clock=clock_of(settings))
        try:
            return await read_ledger(counting, partner=partner, type=type, day=day)
        finally:
            await counting.close()
    finally:
        await server.stop()


def _compare(settings: "Settings", her: str, as_json: bool) -> int:
    told = run_async(_compared(settings, her))
    if as_json:
        say_json(told)
    else:
        for words in told["differences"]:
            click.echo(words)
        click.echo("Bøkene er enige." if told["agree"] else f"{len(told['differences'])} forskjeller.")
    return Exit.OK if told["agree"] else Exit.FAULTS


async def _compared(settings: "Settings", her: str) -> dict[str, Any]:
    from akson.app.post import comparing_of
    from akson.app.posting import declared, ledgers
    from akson.app.wiring import open_node
    from akson.exchange.transport.contract import Unreachable
    from akson.fhir.problem import Problem, ProblemKind

    told = declared.load(settings.data)
    peer = next((p for p in ledgers.peers(told) if her in p.her_ids), None)
    if peer is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-POST-020",
            f"No books are compared with HER-id {her}.",
            why="No [[partner]] of post.toml with that her_id has a ledger.",
            now="docs/how-to/post.md says what to agree on.",
        )
    async with open_node(settings) as node:
        try:
            found = await comparing_of(node, told, node.ledger).compare(peer)
        except Unreachable as silent:
            raise Problem(
                ProblemKind.OVERLOADED,
                "AKS-POST-021",
                f"{peer.name} does not give its book.",
                why=str(silent),
                now="Ask again later; the post worker does.",
            ) from silent
    words = ledgers.differences(peer.id, ledgers.read(settings.data)[peer.id])
    return {"agree": found.agree, "since": found.since.isoformat(), "differences": list(words.values())}


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
