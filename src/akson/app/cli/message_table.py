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
    "schemas",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An official XML schema; further ones are added to the first. Files that they refuse are no examples.",
)
@click.option(
    "--acceptance",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of acceptance cases, with its forventning.csv.",
)
@options.as_json
def command(
    paths: tuple[Path, ...], schemas: tuple[Path, ...], acceptance: Path | None, as_json: bool
) -> int:
    """Read every *.xml below each PATH: which go in, come out the same, are valid again and can be shown; and which
    acceptance cases get the receipts they must.

    Exit code 3 when an example fails.
    """
    from dataclasses import asdict

    from akson.exchange.acceptance import cases
    from akson.exchange.table import rows

    files = sorted({f for path in paths for f in (path.rglob("*.xml") if path.is_dir() else (path,))})
    asked = [(c, acceptance / c.path) for c in cases(acceptance)] if acceptance else []
    made = rows(
        ((file.name, file.read_bytes()) for file in files),
        _judge(schemas),
        ((case, path.read_bytes()) for case, path in asked if path.is_file()),
    )
    if as_json:
        say_json([asdict(row) for row in made])
    else:
        _tell(made, bool(schemas), acceptance is not None)
    return Exit.OK if all(row.whole for row in made) else Exit.FAULTS


def _judge(schemas: tuple[Path, ...]) -> "Valid | None":
    """Official schemas come from a folder of the operator's, who trusts them; messages come by the careful reader."""
    if not schemas:
        return None
    from lxml import etree

    from akson.fhir import markup
    from akson.fhir.problem import Problem

    schema = "{http://www.w3.org/2001/XMLSchema}"
    collector = etree.Element(schema + "schema")
    for path in schemas:
        namespace = markup.read(path.read_bytes()).get("targetNamespace")
        more = etree.SubElement(collector, schema + ("import" if namespace else "include"))
        if namespace:
            more.set("namespace", namespace)
        more.set("schemaLocation", path.absolute().as_uri())
    official = etree.XMLSchema(collector)

    def valid(content: bytes) -> bool:
        try:
            return bool(official.validate(markup.read(content)))
        except Problem:
            return False

    return valid


def _tell(made: "list[Row]", judged: bool, asked: bool) -> None:
    click.secho(f"{'Type':<27} {'version':<11} examples  in  same  valid  shown  cases  right", bold=True)
    for row in made:
        valid = str(row.valid) if judged else "-"
        cases, right = (row.cases, row.right) if asked else ("-", "-")
        click.echo(
            f"{row.code:<27} {row.version:<11} {row.examples:>8} {row.taken:>3} {row.same:>5} {valid:>6} {row.shown:>6}"
            f" {cases:>6} {right:>6}"
        )
    click.echo(
        f"{sum(row.examples for row in made)} examples, {sum(row.same for row in made)} come out the same; "
        f"{sum(row.right for row in made)} of {sum(row.cases for row in made)} acceptance cases get their receipts"
    )
    for row in made:
        for failed in row.failed:
            click.secho(f"{row.code} {row.version}: {failed}", fg="red")
