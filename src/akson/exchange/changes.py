"""What changed since the message before, field by field: the standard has no place for it, and a reader must see it.

Source: HIS 1144, chapter 3. Fields are compared as a reader sees them: by the labels that lead to them. What stands several
times under one label is compared as a set, so that a diagnosis that moved in its list has not changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from akson.exchange.message_type import CareMessage
from akson.exchange.rendering import Line, lines


@dataclass(frozen=True, slots=True)
class Change:
    """`before` or `after` is "" for what came or went."""

    where: str
    before: str
    after: str

    @property
    def words(self) -> str:
        if not self.before:
            return f"{self.where}: {self.after} (nytt)"
        return (
            f"{self.where}: {self.after} (før: {self.before})"
            if self.after
            else f"{self.where}: {self.before} (fjernet)"
        )


def changes(before: CareMessage, after: CareMessage) -> tuple[Change, ...]:
    """In the order of the newer message; what was taken away last. Empty when all says the same."""
    return between(lines(before), lines(after))


def between(before: Iterable[Line], after: Iterable[Line]) -> tuple[Change, ...]:
    """The same of lines: what is about to be sent is no message yet."""
    old, new = _by_place(before), _by_place(after)
    found = [change for where in new for change in _at(where, old.get(where, ()), new[where])]
    gone = [Change(where, said, "") for where in old if where not in new for said in old[where]]
    return (*found, *gone)


def _at(where: str, before: tuple[str, ...], after: tuple[str, ...]) -> list[Change]:
    gone = [said for said in before if said not in after]
    come = [said for said in after if said not in before]
    if len(gone) == len(come):
        return [Change(where, old, new) for old, new in zip(gone, come, strict=True)]
    return [Change(where, "", said) for said in come] + [Change(where, said, "") for said in gone]


def _by_place(all: Iterable[Line]) -> dict[str, tuple[str, ...]]:
    """Labels down to each field -> what stands there."""
    path: list[str] = []
    found: dict[str, tuple[str, ...]] = {}
    for line in all:
        path = [*path[: line.depth], line.label]
        if line.said:
            where = " › ".join(path)
            found[where] = (*found.get(where, ()), line.said)
    return found
