"""What a check answers, kept small because nearly every answer is None.

A check takes a JSON value and answers None (all well), a text about the value itself, or findings with the path
from the value down. The holder of the value puts its own name before the path, so a path is built only when
something is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` continues the holder's: `[0].use`. `code` is a FHIR issue type."""

    path: str
    code: str
    text: str


Answer: TypeAlias = str | list[Finding] | None
Check: TypeAlias = Callable[[Any], Answer]

NULL = "null"
"""Code of a null in a list; taken back by the holder when the companion (`_given`) speaks for that place."""
FINDINGS_MAX = 200
"""Of one resource; the rest would say the same."""


def below(name: str, answer: str | list[Finding], code: str = "value") -> list[Finding]:
    """The findings of a value as its holder sees them; `name` is `.use` or `[0]`."""
    if isinstance(answer, str):
        return [Finding(name, code, answer)]
    return [Finding(name + f.path, f.code, f.text) for f in answer]
