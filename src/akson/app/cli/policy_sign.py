"""`akson policy sign FILE --as ID --key KEY`: one officer's signature, beside the file. Needs no node."""

from pathlib import Path

import click


@click.command("sign")
@click.argument("file")
@click.option("--as", "officer", required=True, metavar="ID", help="Who signs.")
@click.option("--key", "key", required=True, metavar="FILE", help="The signer's private key.")
def command(file: str, officer: str, key: str) -> None:
    """Sign the policy in FILE. The signature is written to FILE.ID.sig; read the policy first: `akson policy show FILE`."""
    from akson.access.policies import signing
    from akson.app.cli import policy_files

    policy = policy_files.policy(file)
    value = policy_files.key(key).sign(signing.signed_bytes(policy))
    path = Path(f"{file}.{officer}.sig")
    path.write_text(f"{officer} {value.hex()}\n", "ascii")
    click.echo(f"{path}: {officer} signed {policy.version}, SHA-256 {signing.digest(policy)}.")
