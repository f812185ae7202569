"""`akson message table PATH…`: how the post copes with example messages, type by type. Nothing is stored."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, say_json

if TYPE_CHECKING:
    from akson.exchange.table import Row, Valid


@click.command("table")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--schema",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An XML schema that knows every namespace; files that it refuses are no examples.",
)
@options.as_json
def command(paths: tuple[Path, ...], schema: Path | None, as_json: bool) -> int:
    """Read every *.xml below each PATH: which go in, come out the same, are valid again and can be shown.

    Exit code 3 when an example fails.
    """
    from dataclasses import asdict

    from akson.exchange.table import rows

    files = sorted({f for path in paths for f in (path.rglob("*.xml") if path.is_dir() else (path,))})
    made = rows(((file.name, file.read_bytes()) for file in files), _judge(schema))
    if as_json:
        say_json([asdict(row) for row in made])
    else:
        _tell(made, schema is not None)
    return Exit.OK if all(row.whole for row in made) else Exit.FAULTS


def _judge(schema: Path | None) -> "Valid | None":
    """The official schema comes from a folder of the operator's, who trusts it; messages come by the careful reader."""
    if schema is None:
        return None
    from lxml import etree

    from akson.fhir import markup
    from akson.fhir.problem import Problem

    official = etree.XMLSchema(file=str(schema))

    def valid(content: bytes) -> bool:
        try:
            return bool(official.validate(markup.read(content)))
        except Problem:
            return False

    return valid


def _tell(made: "list[Row]", judged: bool) -> None:
    click.secho(f"{'Type':<27} {'version':<11} examples  in  same  valid  shown", bold=True)
    for row in made:
        valid = str(row.valid) if judged else "-"
        click.echo(
            f"{row.code:<27} {row.version:<11} {row.examples:>8} {row.taken:>3} {row.same:>5} {valid:>6} {row.shown:>6}"
        )
    for row in made:
        for failed in row.failed:
            click.secho(f"{row.code} {row.version}: {failed}", fg="red")
