"""`akson policy activate FILE SIGNATURE…`: two persons' signatures put a policy in force, in every worker."""

from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async
from akson.fhir.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from akson.access.policies import Policy
    from akson.access.policies.signing import Signature
    from akson.app.settings import Settings


@click.command("activate")
@click.argument("file")
@click.argument("signatures", nargs=-1, required=True)
@options.data
def command(file: str, signatures: tuple[str, ...], data: str | None) -> None:
    """Put the policy in FILE in force, on the signatures of two registered officers with two keys.

    Running workers follow within a minute; what was decided before keeps the policy of its day.
    """
    from akson.app.cli import policy_files

    policy = policy_files.policy(file)
    given = [policy_files.signature(path) for path in signatures]
    run_async(_activate(options.settings(data=data), policy, policy_files.read(file), given))
    click.echo(f"{policy.version} is in force.")


async def _activate(settings: "Settings", policy: "Policy", body: bytes, given: "list[Signature]") -> None:
    from akson.access.policies.signing import Officer, activated
    from akson.access.policy import EDITIONS
    from akson.app.wiring import open_node
    from akson.store.activations import Activation

    async with open_node(settings, pool_size=2) as node:
        officers = [Officer(o.id, o.name, o.public_key) for o in await node.activations.officers()]
        if not activated(policy, given, officers):
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-APP-075",
                "The policy was not put in force.",
                why="It needs the signatures of two registered officers, with two keys, on exactly this policy.",
                now="Register officers with `akson policy officer`; each signs with `akson policy sign`.",
            )
        if policy.edition not in EDITIONS:
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-APP-076",
                f"This release does not know edition {policy.edition} of the rules.",
                now=f"Use one of: {', '.join(map(str, EDITIONS))}.",
            )
        if policy.version in node.policy.known:
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-APP-077",
                f"{policy.version} has been in force already.",
                why="A version names one policy for ever: past decisions are replayed by it.",
                now="Give the policy a new version.",
            )
        signed = {signature.officer: signature.value for signature in given}
        await node.activations.add(Activation(policy.version, body, signed, node.clock.now()))
        await node.policy.refresh()
