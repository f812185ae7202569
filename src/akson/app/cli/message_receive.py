"""`akson message receive PATH…`: what a municipality would make of these messages, each on a clean inbox of its own."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async

if TYPE_CHECKING:
    from akson.app.trial import Judged


@click.command("receive")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@options.as_json
@click.option(
    "--persons",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Who is known: patients, staff, and receivers when it has HER-ids (JSON).",
)
@click.option("--sequence", is_flag=True, help="One inbox for all of them, in the order of their names.")
def command(paths: tuple[Path, ...], as_json: bool, persons: Path | None, sequence: bool) -> int:
    """Judge the messages at PATH… (files, or folders of .xml) as a municipality would that knows --persons.

    Each comes to a clean inbox of a throw-away installation; no node is needed or touched. With --json, one object a line
    for each file. Exit code 0 when every file got a verdict.
    """
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise click.UsageError("There is no .xml file there.")
    verdicts = run_async(_receive(files, persons, sequence, as_json))
    return Exit.OK if all(verdicts) else Exit.FAULTS


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.rglob("*") if file.suffix.lower() == ".xml" and file.is_file())


async def _receive(files: list[Path], persons: Path | None, sequence: bool, as_json: bool) -> list[str]:
    from akson.app.trial import Known, open_trial, read_known
    from akson.app.trial.trial import shown

    known = read_known(persons) if persons else Known()
    verdicts = []
    async with open_trial(known) as trial:
        if sequence:
            await trial.begin_sequence([await asyncio.to_thread(file.read_bytes) for file in files])
        for file in files:
            judged = await trial.judge(str(file), await asyncio.to_thread(file.read_bytes))
            if as_json:
                click.echo(json.dumps(shown(str(file), judged), ensure_ascii=False, default=str))
            else:
                _tell(file, judged)
            verdicts.append(judged.verdict)
    return verdicts


def _tell(file: Path, judged: "Judged") -> None:
    outcome = judged.outcome
    click.echo(f"{file.name}: {judged.verdict or outcome.state}  {outcome.type} {outcome.msg_id}".rstrip())
    for receipt in outcome.receipts:
        said = "; ".join(receipt.texts) or "OK"
        click.echo(f"  receipt {receipt.role} for {receipt.to or 'unknown receiver'}: {said}")
    if not outcome.receipts:
        click.echo("  no receipt" + (f" ({outcome.problem})" if outcome.problem else ""))
    for warning in judged.warnings:
        click.echo(f"  warning: {warning}")
    if judged.resources:
        made = ", ".join(f"{r['resourceType']}/{r['id']}" for r in judged.resources)
        click.echo(f"  in the record: {made}")
