"""`akson reindex`: rows indexed by an older version of the program are indexed again, while the node works."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from datetime import datetime

    from akson.app.settings import Settings
    from akson.fhir.index_values import IndexValues
    from akson.store.values import Derived


@click.command("reindex")
@click.argument("types", nargs=-1)
@options.as_json
@options.data
def command(types: tuple[str, ...], as_json: bool, data: str | None) -> None:
    """Rebuild the search index of TYPES (all when none is named) where an older version of Akson wrote it.

    May be stopped at any time; the next run goes on with what is left.
    """
    done = run_async(_reindex(options.settings(data=data), types, as_json))
    if as_json:
        say_json({"reindexed": done})
    else:
        click.echo(f"{done} resources indexed again." if done else "Every index is up to date.")


async def _reindex(settings: "Settings", types: tuple[str, ...], quiet: bool) -> int:
    from akson.app.progress import Progress
    from akson.app.wiring import open_node
    from akson.fhir.definitions import load

    for type in types:
        load().type(type)
    async with open_node(settings, pool_size=2) as node:
        with Progress("resources", quiet=quiet) as progress:
            wanted = types or tuple(sorted(await node.record.store.types()))
            return await node.record.store.reindex(
                wanted, _extract, lambda done: progress.to(done, None), derive=_derive
            )


def _extract(type: str, body: bytes) -> "IndexValues":
    from akson.fhir.codec.json import parse
    from akson.fhir.extraction import extract

    return extract(parse(body))


def _derive(type: str, body: bytes, since: "datetime") -> "Derived":
    from akson.fhir.codec.json import parse
    from akson.record import facts

    return facts.of(parse(body), since=since)
