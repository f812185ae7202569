"""`akson certificate show PATH…`: whose certificates are, what they are for, and how long they last."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from akson.exchange.sealing.certificates import Certificate

LINES_NAME = {
    "NOTICE": "45 days or less",
    "SOON": "14 days or less",
    "URGENT": "3 days or less",
    "FATAL": "has run out",
}


@click.command("show")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(exists=True))
@options.as_json
def command(paths: tuple[str, ...], as_json: bool) -> None:
    """Show certificates in files (PEM or DER) or folders of `.pem`, `.cer` and `.crt`; keys are not opened.

    Exit code 3 when one runs out within 45 days.
    """
    import json
    from pathlib import Path

    from akson.app.cli.running import Exit
    from akson.exchange.sealing import certificates
    from akson.world import SystemClock

    now = SystemClock().now()
    rows = [
        _row(file, certificates.read(file.read_bytes()), now) for path in paths for file in _files(Path(path))
    ]
    for row in rows:
        click.echo(
            json.dumps(row, ensure_ascii=False) if as_json else "  ".join(str(v) for v in row.values() if v)
        )
    if any(row["alarm"] for row in rows):
        raise click.exceptions.Exit(Exit.FAULTS)


def _files(path: "Path") -> "list[Path]":
    if path.is_file():
        return [path]
    found = [p for p in sorted(path.rglob("*")) if p.suffix in (".pem", ".cer", ".crt")]
    return [p for p in found if not p.name.endswith(".key.pem") and p.parent.name != "trust"]


def _row(file: "Path", certificate: "Certificate", now: "datetime") -> dict[str, str]:
    from akson.exchange.sealing import expiry

    alarm = next(iter(expiry.alarms([certificate], now)), None)
    return {
        "file": str(file),
        "organisation": certificate.organisation_number,
        "name": certificate.name,
        "uses": "+".join(sorted(use.value for use in certificate.uses)),
        "until": certificate.valid_until.isoformat(),
        "fingerprint": certificate.fingerprint,
        "alarm": LINES_NAME[alarm.severity.name] if alarm else "",
    }
