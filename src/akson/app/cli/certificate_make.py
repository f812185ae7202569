"""`akson certificate make NUMBER NAME --out DIR`: test certificates of an organisation, below a test root."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from akson.exchange.sealing.making import Authority


@click.command("make")
@click.argument("number")
@click.argument("name")
@click.option(
    "--out", required=True, metavar="DIR", type=click.Path(file_okay=False), help="Where they are written."
)
@click.option(
    "--days", default=1095, show_default=True, type=click.IntRange(1, 3650), help="How long they last."
)
def command(number: str, name: str, out: str, days: int) -> None:
    """Make keys and certificates for signing and for encryption, for tests and demo; nobody outside believes them.

    DIR/test-root.key.pem and DIR/trust/test-root.pem are made the first time and used again; the organisation's own go to
    DIR/NUMBER. Keys are readable by their owner alone, and none is ever overwritten.
    """
    from pathlib import Path

    from akson.exchange.sealing import keyring, making
    from akson.exchange.sealing.certificates import Use
    from akson.world import SystemClock

    if not (number.isascii() and number.isdigit() and len(number) == 9):
        raise click.UsageError("NUMBER is an organisation number: nine digits.")
    folder, now = Path(out), SystemClock().now()
    issuer = _root(folder, now)
    for use in Use:
        pair = making.enterprise(issuer, number, name, use, now, days=days)
        keyring.save(folder / number, use.value, pair)
        click.echo(f"{folder / number / use.value}.pem  {pair.certificate!r}")


def _root(folder: "Path", now: "datetime") -> "Authority":
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    from akson.exchange.sealing import keyring, making, refusals

    private, public = folder / "test-root.key.pem", folder / "trust" / "test-root.pem"
    if not private.exists():
        made = making.root(now)
        public.parent.mkdir(parents=True, exist_ok=True)
        keyring.write_new(private, keyring.private_pem(made.key), mode=0o600)
        keyring.write_new(public, made.certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
        return made
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), password=None)
        certificate = x509.load_pem_x509_certificate(public.read_bytes())
    except (OSError, ValueError) as error:
        raise refusals.keys(
            507, f"The test root in {folder} cannot be read.", "Choose another folder."
        ) from error
    assert isinstance(key, rsa.RSAPrivateKey)
    return making.Authority(certificate, key)
