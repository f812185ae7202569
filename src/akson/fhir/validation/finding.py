"""What a check answers, kept small because nearly every answer is None.

A check takes a JSON value and answers None (all well), a text about the value itself, or findings with the path
from the value down. The holder of the value puts its own name before the path, so a path is built only when
something is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias


class Codes(Protocol):
    """What validation asks of a terminology; who has one hands it in. None: nobody knows."""

    def member_of(self, value: Any, type: str, value_set: str, /) -> bool | None:
        """Whether a code, Coding, CodeableConcept (any coding) or Quantity is in the value set."""

    def exists(self, system: str, code: str) -> bool | None:
        """Whether the code system has the code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` continues the holder's: `[0].use`. `code` is a FHIR issue type."""

    path: str
    code: str
    text: str
    severity: str = "error"


def outside(path: str, value_set: str) -> Finding:
    """A code that an extensible binding does not have: allowed where the set has none that fits, so advice."""
    text = f"should be a code from the value set {value_set}, unless it has none that fits"
    return Finding(path, "code-invalid", text, "warning")


Answer: TypeAlias = str | list[Finding] | None


class Scope:
    """Where a check stands: the resource it is in, and the one that holds this in `contained`."""

    __slots__ = ("contained", "now", "outer", "resource", "root", "terminology")

    def __init__(self, resource: Any, terminology: Codes | None = None, now: datetime | None = None) -> None:
        self.resource = resource
        self.root = resource
        self.outer: Any = None
        """The Bundle or Parameters around the root, when there is one."""
        self.terminology = terminology
        self.now = now
        self.contained: dict[str, str] | None = None
        """Ids in the root's `contained` with their types, gathered when first asked for."""

    def contained_types(self) -> dict[str, str]:
        if self.contained is None:
            inner = self.root.get("contained") if type(self.root) is dict else None
            held = inner if type(inner) is list else []
            self.contained = {
                one["id"]: str(one.get("resourceType"))
                for one in held
                if type(one) is dict and type(one.get("id")) is str
            }
        return self.contained


Check: TypeAlias = Callable[[Any, Scope], Answer]

UNRESOLVED = "not-found"
"""Code of a finding about a code that its own system does not have where no binding demands one, or a system that is no
absolute uri or a value set (as forms of Helsenorge have it)."""
SLIP = "business-rule"
"""Code of a finding about a rule of R4's text that senders break without being misread; HL7's own examples do."""
TOLD = frozenset({UNRESOLVED, SLIP})
"""Errors that `$validate` tells and that the record takes in all the same: systems grow after R4, and what a sender wrote is
not lost for a slip."""
NULL = "null"
"""Code of a null in a list; taken back by the holder when the companion (`_given`) speaks for that place."""
FINDINGS_MAX = 200
"""Of one resource; the rest would say the same."""


def below(name: str, answer: str | list[Finding], code: str = "value") -> list[Finding]:
    """The findings of a value as its holder sees them; `name` is `.use` or `[0]`."""
    if isinstance(answer, str):
        return [Finding(name, code, answer)]
    return [Finding(name + f.path, f.code, f.text, f.severity) for f in answer]
