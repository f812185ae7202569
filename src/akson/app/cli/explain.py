"""`akson explain "Type?query"`: text, Query, Restriction and SQL, stage by stage. Nothing is run and nothing is read."""

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings


@click.command("explain")
@click.argument("search")
@click.option(
    "--as", "actor", default="system", show_default=True, help="Whose restriction goes into the SQL."
)
@options.as_json
@options.data
def command(search: str, actor: str, as_json: bool, data: str | None) -> None:
    """Show what SEARCH becomes on its way to the database.

    \b
    akson explain "Observation?patient=astrid&code=8867-4&_sort=-date" --as ida
    """
    run_async(_explain(options.settings(data=data), search, options.actor(actor), as_json))


async def _explain(settings: "Settings", search: str, who: "Actor", as_json: bool) -> None:
    from urllib.parse import parse_qsl

    from akson.app.wiring import open_node
    from akson.fhir.search.parsing import parse

    type, _, text = search.partition("?")
    query = parse(type, parse_qsl(text, keep_blank_values=True), strict=True)
    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(who, options.usual_purpose(who))
        scope, decision = session.judge.scope("search", type), session.judge.general("search", type)
        sql = node.record.store.explain(
            who.tenant,
            query,
            restriction=session.judge.rule("search"),
            redactions=session.judge.redactions("search"),
        )
    if as_json:
        say_json(
            {
                "query": _plain(query),
                "actor": who.id,
                "permit": decision.permit,
                "restriction": _plain(scope.restriction),
                "rules": [reason.rule for reason in decision.reasons],
                "sql": sql.text,
                "arguments": [_plain(argument) for argument in sql.arguments],
            }
        )
        return
    _title("Query")
    for name in (f.name for f in fields(query)):
        value = getattr(query, name)
        if value not in (None, (), "", False):
            click.echo(f"  {name:<12} {value!r}")
    _title(f"Restriction for {who.id}: {'permitted' if decision.permit else 'refused'}")
    click.echo(f"  {scope.restriction!r}")
    for reason in decision.reasons:
        click.echo(f"  {reason.rule}: {reason.words}")
    _title("SQL")
    click.echo(sql.text)
    _title("Arguments")
    for number, argument in enumerate(sql.arguments, 1):
        click.echo(f"  ${number:<3} {argument!r}")


def _title(text: str) -> None:
    click.secho(text, bold=True)


def _plain(value: object) -> object:
    """Values as JSON can show them; each dataclass with its name."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"is": type(value).__name__} | {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
