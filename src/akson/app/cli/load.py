"""`akson load PATH…`: files and folders into the record."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.loading.parent import Report
    from akson.app.settings import Settings

FAULTS_SHOWN_MAX = 20
PROCESSES_MAX = 16


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what became of each file as JSON.",
)
@click.option("--again", is_flag=True, help="Load also what an earlier load has taken.")
@click.option(
    "--processes",
    type=click.IntRange(1, PROCESSES_MAX),
    metavar="N",
    help="Load processes. [one for each core, at most 8]",
)
@click.option(
    "--tenant", type=click.IntRange(1), default=1, show_default=True, help="Number of the municipality."
)
@options.as_json
@options.data
def command(
    paths: tuple[Path, ...],
    report: Path | None,
    again: bool,
    processes: int | None,
    tenant: int,
    as_json: bool,
    data: str | None,
) -> int:
    """Load FHIR Bundles (.json, .json.gz), NDJSON (.ndjson, .ndjson.gz) and folders of them.

    A transaction Bundle is taken whole or not at all. Works beside a running node or by itself. Broken off, the same
    command goes on where it was. Exit code 3 when something was refused.
    """
    from akson.app.supervisor.run import default_workers

    done = run_async(
        _load(options.settings(data=data), paths, processes or default_workers(), again, tenant, as_json)
    )
    if report is not None:
        report.write_text(json.dumps(done.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if as_json:
        say_json(done.as_json())
    else:
        _tell(done)
    return Exit.FAULTS if done.refused else Exit.OK


async def _load(
    settings: "Settings", paths: tuple[Path, ...], processes: int, again: bool, tenant: int, quiet: bool
) -> "Report":
    from akson.app.loading.parent import Load
    from akson.app.progress import Progress

    with Progress("resources", quiet=quiet) as progress:
        return await Load(settings, tenant, processes, again, progress).run(paths)


def _tell(done: "Report") -> None:
    rate = round(done.taken / done.seconds) if done.seconds else 0
    words = f"{done.taken} taken, {done.refused} refused; {done.seconds:.1f} s, {rate} resources/s"
    click.echo(
        words
        + (
            f"; {done.before} were taken by an earlier load (--again takes them once more)"
            if done.before
            else ""
        )
    )
    faulty = {path: file["faults"] for path, file in sorted(done.files.items()) if file["faults"]}
    shown = 0
    for path, faults in faulty.items():
        click.echo(f"  {path}")
        for fault in faults:
            if shown == FAULTS_SHOWN_MAX:
                click.echo("  … and more; --report FILE tells all of them.")
                return
            shown += 1
            _tell_fault(fault)


def _tell_fault(fault: dict[str, Any]) -> None:
    place = "" if fault["entry"] is None else f"entry {fault['entry']}: "
    click.echo(f"    {place}{fault['what']}  ({fault['id']})")
    if fault["why"]:
        click.echo(f"      Why: {fault['why']}")
    for issue in fault["issues"][:3]:
        click.echo(f"      - {issue['path']}: {issue['text']}")
