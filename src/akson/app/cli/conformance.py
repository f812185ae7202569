"""`akson conformance [DIR]`: suites that others wrote, and what of them passes here."""

from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

DEFAULT = Path("..") / "shared" / "conformance"


@click.command("conformance")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[DIR]"
)
@click.option("--only", default="", metavar="NAME", help="Suites whose name contains this.")
@options.as_json
def command(folder: Path | None, only: str, as_json: bool) -> int:
    """Run every conformance suite in DIR and print the table; DIR is ../shared/conformance when it is not named.

    Suites of a server are asked over HTTP of a node that is started for it and removed. Exit code 3 when more fails than
    a suite allows; cases that a suite calls optional never count.
    """
    from akson.app.conformance.run import run, table

    chosen = folder or DEFAULT
    if not chosen.is_dir():
        raise click.UsageError(f"There is no folder {chosen}. Name the one that holds the suites.")
    judged = run_async(
        run(options.settings(), chosen.absolute(), only, lambda name: click.echo(name, err=True))
    )
    good = all(one.good for one in judged)
    if as_json:
        say_json(
            [
                {
                    "suite": one.found.name,
                    "cases": one.found.cases,
                    "passed": one.found.passed,
                    "mustPass": one.share,
                    "good": one.good,
                    "failed": list(one.found.failures),
                    "optionalFailed": list(one.found.optional),
                }
                for one in judged
            ]
        )
    else:
        click.echo("\n".join(table(judged)))
        click.echo("\nEvery suite passes as it must." if good else "\nMore fails than a suite allows.")
    return Exit.OK if good else Exit.FAULTS
