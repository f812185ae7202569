"""`akson legacy report`: what of an old product was mapped, and what was not."""

import click

from akson.app.cli import options
from akson.app.cli.legacy_wrap import tell
from akson.app.cli.running import say_json


@click.command("report")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """Print what the last file came to: mapped, kept as text, unreadable, left out. Codes and numbers alone."""
    from dataclasses import asdict

    from akson.fhir.problem import Problem, ProblemKind
    from akson.sharing.legacy import standing

    wrap = standing.read(options.settings(data=data).data)
    if wrap is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-LEGACY-004",
            "This node stands before no other product.",
            now="akson legacy wrap makes one that does.",
        )
    if as_json:
        say_json(asdict(wrap))
    else:
        tell(wrap)
