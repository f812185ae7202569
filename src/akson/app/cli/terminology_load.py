"""`akson terminology load PATH…`: code systems and value sets into the node."""

from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, say_json


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.as_json
@options.data
def command(paths: tuple[Path, ...], as_json: bool, data: str | None) -> int:
    """Load CodeSystems and ValueSets (FHIR JSON, Bundles, NDJSON), or Norwegian code lists (JSON, CSV), or folders.

    A resource takes the place of one with the same address and version. A running node sees them at once. Exit code 3
    when a file was refused.
    """
    from akson.app.wiring import data_folder
    from akson.terminology import intake, loaded

    found = intake.read(paths)
    if found.resources:
        loaded.add(data_folder(options.settings(data=data)), found.resources)
    if as_json:
        refused = [{"file": file, "why": why} for file, why in found.refused]
        say_json({"taken": len(found.resources), "refused": refused})
    else:
        click.echo(f"{len(found.resources)} code systems and value sets taken.")
        for file, why in found.refused:
            click.echo(f"{file}: not taken, {why}.", err=True)
    return Exit.FAULTS if found.refused or not found.resources else Exit.OK
