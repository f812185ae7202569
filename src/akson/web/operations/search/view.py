"""What the search for messages shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from akson.web.shell.operations import Operations, Row, partner_words, row_of
from akson.web.shell.post_desk import Choices, Lines

FIELDS = ("partner", "type", "tilstand", "fra", "til", "id")
CURSOR = "eldre"


@dataclass(frozen=True, slots=True)
class SearchView:
    ops: Operations
    asked: Mapping[str, str]
    wrong: str
    """What is said of a field that cannot be understood; ""."""
    partners: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    older: str
    newest: str
    """Query of the first page; "" on it."""


def view_of(
    ops: Operations, asked: Mapping[str, str], cursor: str, wrong: str, choices: Choices, found: Lines
) -> SearchView:
    kept = {k: v for k, v in asked.items() if v}
    return SearchView(
        ops,
        asked,
        wrong,
        tuple(
            (p.her, f"{partner_words(p)} ({p.her})" if p.name else partner_words(p)) for p in choices.partners
        ),
        choices.types,
        choices.states,
        tuple(row_of(line, ops.now) for line in found.lines),
        "?" + urlencode({**kept, CURSOR: found.further}) if found.further else "",
        ("?" + urlencode(kept)) if cursor else "",
    )
