"""The parts an expression is made of. Frozen values with a readable repr; meaning is the compiler's.

    name.where(use = 'official').given
    Member(Call(Member(None, 'name'), 'where', (Binary('=', …),)), 'given')

Grammar: https://hl7.org/fhirpath/N1/grammar.html
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind` is string, boolean, number, long, date, datetime, time."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class QuantityLiteral:
    """`4 days` (unit `days`, calendar) or `4 'mg'` (unit `mg`, UCUM)."""

    number: str
    unit: str
    calendar: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """`{}`"""


@dataclass(frozen=True, slots=True)
class External:
    """`%resource`, without the sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """`$this`, `$index`, `$total`, with the sign."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`target.name`; target None: of what stands in focus, or the type of that name."""

    target: "Expression | None"
    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """`target.name(arguments)`; target None: on what stands in focus."""

    target: "Expression | None"
    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Index:
    target: "Expression"
    index: "Expression"


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`operand is type` or `operand as type`; `type` may be qualified: `FHIR.Patient`."""

    operator: str
    operand: "Expression"
    type: str


Expression: TypeAlias = (
    Literal
    | QuantityLiteral
    | Empty
    | External
    | Variable
    | Member
    | Call
    | Index
    | Unary
    | Binary
    | TypeTest
)
