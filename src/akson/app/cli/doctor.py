"""`akson doctor`: each check with ok, warn or fault, and what to do."""

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

COLOURS = {"ok": "green", "warn": "yellow", "fault": "red"}


@click.command("doctor")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> int:
    """Check the installation. Changes nothing; may run beside a working node. Exit code 3 when there is a fault."""
    from akson.app.doctor.checks import examine
    from akson.app.doctor.finding import Level

    findings = run_async(examine(options.settings(data=data)))
    faults = sum(finding.level is Level.FAULT for _, finding in findings)
    if as_json:
        rows = [{"check": c.name, "level": f.level.value, "what": f.what, "now": f.now} for c, f in findings]
        say_json({"faults": faults, "checks": rows})
        return Exit.FAULTS if faults else Exit.OK
    for check, finding in findings:
        click.secho(f"{finding.level.value:<6}", fg=COLOURS[finding.level.value], nl=False)
        click.echo(f"{check.name:<20} {finding.what}")
        if finding.now:
            click.echo(f"{'':<26} → {finding.now}")
    click.echo(f"{faults} fault{'s' if faults != 1 else ''}." if faults else "Nothing is wrong.")
    return Exit.FAULTS if faults else Exit.OK
