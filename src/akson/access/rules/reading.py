"""The rules as a table for people: what README and the citizen's page say is what the code holds."""

from collections.abc import Iterable

from akson.access.rules import Rule


def as_markdown(rules: Iterable[Rule]) -> str:
    """One row a rule: id, effect, what the citizen reads, legal source."""
    rows = (
        f"| `{rule.id}` | {rule.effect} | {_said(rule)} | {rule.source} |"
        for rule in sorted(rules, key=lambda rule: (rule.effect != "permit", rule.id))
    )
    return "\n".join(("| rule | effect | says | source |", "| --- | --- | --- | --- |", *rows, ""))


def _said(rule: Rule) -> str:
    meaning = (rule.judge.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(meaning.split())
