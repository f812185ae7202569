"""`akson witness DIR --name NAME`: a witness of other nodes' access logs, as a program of its own."""

from pathlib import Path

import click


@click.command("witness")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--name", metavar="NAME", required=True, help="What it signs as, such as vitne.lillefjord.example."
)
@click.option(
    "--log", "logs", metavar="KEY", multiple=True, help="Let in a log, by the key its /log/policy names."
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8090, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--key", "only_key", is_flag=True, help="Print its line for a policy file and stop.")
def command(folder: Path, name: str, logs: tuple[str, ...], host: str, port: int, only_key: bool) -> None:
    """Sign under checkpoints of logs that are known in FOLDER, and remember each, before answering.

    FOLDER holds its key, `logs` (one `log KEY` a line) and what it signed last. Needs no database. Prints its own line for
    the policy file of those it is to witness. Put a TLS proxy in front of any address but this machine's own.
    """
    from akson.app.witness_door import LOGS_FILE, WitnessDoor, witness_of
    from akson.audit import policy
    from akson.world import SystemClock

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    listed = folder / LOGS_FILE
    known = listed.read_text("utf-8") if listed.exists() else ""
    fresh = [line for key in logs if (line := f"log {key}\n") not in known]
    policy.read(known + "".join(fresh) + "quorum none\n")
    if fresh:
        listed.write_text(known + "".join(fresh), "utf-8")
    witness = witness_of(folder, name, SystemClock())
    click.echo(f"witness {name.rpartition('/')[2]} {witness.verifier_key} http://{host}:{port}")
    if only_key:
        return
    import uvicorn

    uvicorn.run(
        WitnessDoor(witness), host=host, port=port, log_level="warning", access_log=False, lifespan="off",
        http="httptools", ws="none", server_header=False, proxy_headers=False,
    )  # fmt: skip
