"""The parts of a pattern. Grammar: https://www.w3.org/TR/xmlschema-2/#regexs with the anchors of PCRE."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Matcher: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign that the matcher accepts."""

    accepts: Matcher


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: "Node"
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Group:
    part: "Node"
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """`^`, `$`, `b` (word boundary), `B`; with `m` in front when lines count (`m^`)."""

    kind: str


Node: TypeAlias = Sign | Sequence | Choice | Repeat | Group | Place


@dataclass(frozen=True, slots=True)
class Parsed:
    node: Node
    groups: int
    names: dict[str, int]
    lines: bool
