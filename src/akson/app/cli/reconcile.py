"""`akson reconcile CASES.ndjson`: what lists of medicines disagree on. Nothing is stored, and no node is needed."""

import json
from pathlib import Path
from typing import Any, BinaryIO

import click

from akson.app.cli import options
from akson.app.cli.running import Exit


@click.command("reconcile")
@click.argument("cases", type=click.File("rb"))
@click.option(
    "--names",
    "names_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="More names: a csv with the columns name, substance, atc.",
)
@options.as_json
def command(cases: BinaryIO, names_file: Path | None, as_json: bool) -> int:
    """Read one case a line from CASES (`-`: standard input), answer one a line: findings by class, lines and why.

    A line that is no case is answered by an error of its own, and the others are read all the same; exit code 3 then.
    """
    from akson.care.medication.reconciliation.answers import answers, names_from

    names = names_from(names_file) if names_file else None
    faults = False
    for answer in answers(cases, names):
        faults = faults or "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _words(answer))
    return Exit.FAULTS if faults else Exit.OK


def _words(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['id'] or 'line ' + str(answer['line'])}: {answer['error']['what']} {answer['error']['why']}"
    found = [f"  {f['class']:<20} {', '.join(f['lines'])}\n      {f['why']}" for f in answer["findings"]]
    return "\n".join([f"{answer['id']}: {'' if found else 'no disagreement'}".rstrip(), *found])
