"""`akson advice`: how often each rule's advice was set aside, and why."""

from collections import Counter
from pathlib import Path

import click

from akson.app.cli import options
from akson.app.cli.running import run_async, say_json

_COLUMNS = "{:<28} {:<12} {:<14} {:>6}"


@click.command("advice")
@options.data
@options.as_json
def command(data: str | None, as_json: bool) -> None:
    """Count advice by rule: set aside on this node's pages, and what others did with theirs. Nobody is named."""
    settings = options.settings(data=data)
    found = run_async(_counts(settings.data, data))
    if as_json:
        say_json(
            [{"rule": r, "outcome": o, "reason": why, "times": n} for (r, o, why), n in sorted(found.items())]
        )
        return
    click.echo(_COLUMNS.format("rule", "outcome", "reason", "times"))
    for (rule, outcome, reason), times in sorted(found.items()):
        click.echo(_COLUMNS.format(rule, outcome, reason, times))


async def _counts(folder: Path, data: str | None) -> Counter[tuple[str, str, str]]:
    from akson.access.actor import PurposeOfUse
    from akson.app.advice_feedback import FeedbackBook
    from akson.app.cast import CAST
    from akson.app.wiring import open_node
    from akson.fhir.codec import json
    from akson.fhir.search.query import Query

    counts = FeedbackBook(folder / "cds" / "feedback.ndjson").counts()
    async with open_node(options.settings(data=data)) as node:
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        page = await session.search(Query("DetectedIssue", count=200))
        while True:
            for match in page.matches:
                issue = json.parse(match.body or b"{}")
                counts[
                    _code(issue.get("code")),
                    "overridden",
                    _code((issue.get("mitigation") or [{}])[0].get("action")),
                ] += 1
            if not page.next_cursor:
                return counts
            page = await session.search(Query("DetectedIssue", count=200, cursor=page.next_cursor))


def _code(concept: object) -> str:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    return str(codings[0].get("code", "")) if codings else ""
