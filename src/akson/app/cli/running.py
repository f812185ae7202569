"""How every command is run: one event loop, one way to tell a Problem, one table of exit codes."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from enum import IntEnum
from typing import Any, TypeVar

import click

from akson.fhir.problem import Problem
from akson.world.raised import places

T = TypeVar("T")


class Exit(IntEnum):
    """What the shell is told; docs/commands.md lists them."""

    OK = 0
    PROBLEM = 1
    USAGE = 2
    FAULTS = 3
    """The command did its work, and something it looked at is not as it should be."""
    INTERRUPTED = 130


def run_safely(command: click.Command, arguments: Sequence[str]) -> int:
    """Runs it; errors become what, why and what now on stderr, and an exit code. Never a traceback."""
    try:
        result = command.main(list(arguments), prog_name="akson", standalone_mode=False)
    except Problem as problem:
        tell(problem)
        return Exit.PROBLEM
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code if wrong.exit_code != 1 else Exit.USAGE
    except (click.Abort, KeyboardInterrupt, asyncio.CancelledError):
        click.echo("Interrupted.", err=True)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.OK
    except Exception as unexpected:
        # Its own text may hold what was being loaded or read.
        click.echo(f"akson: unexpected {places(unexpected)}  (AKS-APP-500)", err=True)
        return Exit.PROBLEM
    return int(result) if isinstance(result, int) else Exit.OK


def tell(problem: Problem) -> None:
    """`akson: what` in the first line, then why and what now; findings with their paths below."""
    click.echo(f"akson: {problem.what}  ({problem.id})", err=True)
    if problem.why:
        click.echo(f"  Why: {problem.why}", err=True)
    if problem.now:
        click.echo(f"  Now: {problem.now}", err=True)
    for issue in problem.issues[:20]:
        if issue.expression:
            click.echo(f"  - {issue.expression}: {issue.text}", err=True)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """The command's own event loop."""
    import uvloop

    return uvloop.run(work)


def say_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
