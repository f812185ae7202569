"""What every part of a search statement knows: parameters, hashes, restriction, and the table it speaks of. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from akson.access.decision import Restriction
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.store.keys import Keys

CHAIN_DEPTH_MAX = 4
"""Tables one chain may pass; more asks for a plan nobody can promise."""


@dataclass(slots=True)
class Arguments:
    """The numbered values of one statement. `add(7, "int")` gives `$3::int`."""

    values: list[object] = field(default_factory=list)
    aliases: int = 0
    per_row: ClassVar[bool] = False
    """Whether the values differ from row to row, so that nothing can be asked once for the whole statement."""

    def add(self, value: object, type: str) -> str:
        # PostgreSQL has no zero character, so no stored text holds one; U+FFFD stands in for what cannot be found.
        if isinstance(value, str):
            value = value.replace("\0", "\ufffd")
        elif isinstance(value, list) and type.startswith("text"):
            value = [text.replace("\0", "\ufffd") for text in value]
        self.values.append(value)
        return f"${len(self.values)}::{type}"

    def alias(self) -> str:
        """A table alias not used before in this statement."""
        self.aliases += 1
        return f"t{self.aliases}"


@dataclass(frozen=True, slots=True)
class Scope:
    """One table reference inside a statement."""

    type: str
    alias: str
    tenant: int
    arguments: Arguments
    keys: Keys
    definitions: Definitions
    restriction: Callable[[str], Restriction]
    redactions: Callable[[str], Sequence[str]]
    """Names of the redactions a type is answered under: hiding.py."""
    exists: Callable[[str], bool]
    """Whether a type has a table yet."""
    now: Callable[[], datetime]
    """Asked by what depends on it alone: its statement is not remembered (plans.py)."""
    narrow: bool = False
    """Another term already leaves few rows: test the others row by row instead of through an index."""
    depth: int = 0
    source: str = ""
    """A table that stands in for that of the type: what was current at another time."""

    def column(self, name: str) -> str:
        return f"{self.alias}.{name}"

    def inner(self, type: str) -> "Scope":
        """The scope of a table that a chain leads to. Raises AKS-STORE-020 when too deep."""
        if self.depth >= CHAIN_DEPTH_MAX:
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-STORE-020",
                f"A chain may lead over at most {CHAIN_DEPTH_MAX} references.",
                now="Search in two steps.",
            )
        return replace(
            self, type=type, alias=self.arguments.alias(), narrow=False, depth=self.depth + 1, source=""
        )

    def token(self, param: str, form: str, text: str = "") -> int:
        return self.keys.token(self.tenant, self.type, param, form, text)


def disjunction(parts: list[str]) -> str:
    """Joined by OR; of nothing it is false."""
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})" if parts else "false"


def conjunction(parts: list[str]) -> str:
    """Joined by AND; of nothing it is true."""
    return " and ".join(parts) if parts else "true"


def unsupported(what: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-STORE-021",
        what,
        now="See the capability statement for what is offered.",
    )
