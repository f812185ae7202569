"""What `up` and `serve` say while a node starts, when it answers, and when it stops."""

import time

import click

from akson.app.settings import Settings
from akson.app.supervisor.orders import Stage


async def run_node(stage: Stage, settings: Settings) -> None:
    """Runs until told to stop."""
    click.echo(f"Akson {'demo ' if stage is Stage.DEMO else ''}· data in {settings.data}")
    started = time.monotonic()
    from akson.app import api_issuers, lab_time
    from akson.app.neighbours import declared
    from akson.app.supervisor.run import Ready, run

    lab_time.check_stage(settings, demo=stage is Stage.DEMO)

    # What is wrong with them is told here, once, and not by every worker.
    api_issuers.check(api_issuers.load(settings), demo=stage is Stage.DEMO)
    declared.load(settings.data)

    def tell(what: str) -> None:
        click.echo(f"  {time.monotonic() - started:5.1f} s  {what}")

    def ready(facts: Ready) -> None:
        tell(f"Ready with {facts.workers} web worker{'s' if facts.workers != 1 else ''}")
        click.echo(f"\n  {facts.address}\n")
        if stage is Stage.DEMO:
            _tell_cast()
        _tell_token(settings, facts.address)
        click.echo("  Ctrl-C stops everything.")

    await run(settings, stage, tell=tell, ready=ready)


def _tell_cast() -> None:
    from akson.app.cast import CAST
    from akson.app.rooms import HINTS

    click.echo("  Log in as")
    for id, hint in HINTS.items():
        who = CAST[id]
        click.echo(f"    {id:<8} {who.name:<14} {who.unit_name or '':<22} {hint}")
    click.echo("")


def _tell_token(settings: Settings, address: str) -> None:
    from pathlib import Path

    default = settings.data == Path("akson-data").absolute()
    where = "" if default else f" --data {settings.data}"
    click.echo(
        f'  FHIR: curl -H "Authorization: Bearer $({_own_name()} token system{where})" {address}/fhir/Patient'
    )


def _own_name() -> str:
    """What the reader can type: `akson` where the shell finds it, else the program's path from here."""
    import os
    import shutil
    import sys

    return "akson" if shutil.which("akson") else os.path.relpath(sys.argv[0])
