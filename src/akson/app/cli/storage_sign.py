"""`akson storage sign FILE --as ID --key KEY`: one officer's signature, beside the file. Needs no node."""

from pathlib import Path

import click


@click.command("sign")
@click.argument("file")
@click.option("--as", "officer", required=True, metavar="ID", help="Who signs.")
@click.option("--key", "key", required=True, metavar="FILE", help="The signer's private key.")
def command(file: str, officer: str, key: str) -> None:
    """Sign the storage policy in FILE. The signature is written to FILE.ID.sig; officers are those of the access policy."""
    from akson.app.cli import policy_files
    from akson.sharing.storage import signing
    from akson.sharing.storage.policy import parse

    policy = parse(policy_files.read(file))
    value = policy_files.key(key).sign(signing.signed_bytes(policy))
    path = Path(f"{file}.{officer}.sig")
    path.write_text(f"{officer} {value.hex()}\n", "ascii")
    click.echo(f"{path}: {officer} signed storage policy {policy.version}.")
