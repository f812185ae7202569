"""`akson storage set FILE SIGNATURE…`: a storage policy that two officers have signed is written down."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async
from akson.fhir.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from akson.app.settings import Settings
    from akson.sharing.storage.policy import StoragePolicy


@click.command("set")
@click.argument("file")
@click.argument("signatures", nargs=-1, required=True)
@options.data
def command(file: str, signatures: tuple[str, ...], data: str | None) -> None:
    """Write down the storage policy in FILE, on the signatures of two registered officers with two keys.

    It says where each kind of data is to live and from when; `akson storage switch` then moves it.
    """
    from akson.app.cli import policy_files
    from akson.sharing.storage.policy import parse

    body = policy_files.read(file)
    policy = parse(body)
    signed = {one.officer: one.value for one in map(policy_files.signature, signatures)}
    run_async(_set(options.settings(data=data), policy, body, signed))
    click.echo(f"Storage policy {policy.version} is in force from {policy.begins:%Y-%m-%d %H:%M}.")


async def _set(settings: "Settings", policy: "StoragePolicy", body: bytes, signed: dict[str, bytes]) -> None:

    from akson.app.cli import storage_files
    from akson.sharing.storage import signing
    from akson.store.storage import PolicyRow
    from akson.world import SystemClock

    async with storage_files.opened(settings) as (rows, officers):
        if not signing.holds(policy, signed, officers):
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-SHARE-081",
                "The storage policy was not put in force.",
                why="It needs the signatures of two registered officers, with two keys, on exactly this policy.",
                now="Register officers with `akson policy officer`; each signs with `akson storage sign`.",
            )
        await rows.add_policy(
            storage_files.TENANT, PolicyRow(policy.version, body, signed, SystemClock().now())
        )
