"""The table of `make messages`: each type, how many examples go in, come out the same, and are valid by the official schema.

    Row("LOG_INNLAGT", "1.6", examples=2, taken=2, same=2, valid=2, shown=2, cases=4, right=4, failed=())

The schema is the caller's: the product holds none. Acceptance cases are told from examples by standing in a folder with a
table of what is expected (acceptance.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from akson.exchange import mirror
from akson.exchange.acceptance import Case, told
from akson.exchange.messages import MESSAGE_TYPES
from akson.exchange.mirror import Around
from akson.exchange.opening import Opened, open_message
from akson.exchange.page import page
from akson.exchange.sameness import difference

Valid = Callable[[bytes], bool]
"""Whether a message is valid by the official schema."""
UNTOLD = ("?", "?")
"""What is not XML, or names no type that is taken."""
_AROUND = Around({"display": "Avsender"}, ({"display": "Mottaker"},), "2000-01-01T00:00:00Z")


@dataclass(slots=True)
class Row:
    code: str
    version: str
    words: str
    examples: int = 0
    taken: int = 0
    """Read without faults."""
    same: int = 0
    """The same after FHIR and back (sameness.py)."""
    valid: int = 0
    """Valid as written again; 0 when no schema is given."""
    shown: int = 0
    """A page could be made."""
    cases: int = 0
    """Files of the acceptance set."""
    right: int = 0
    """Of those, the receipts that they must get."""
    failed: list[str] = field(default_factory=list)
    """`name: what`, without patient data."""

    @property
    def whole(self) -> bool:
        return not self.failed


def rows(
    files: Iterable[tuple[str, bytes]],
    valid: Valid | None = None,
    cases: Iterable[tuple[Case, bytes]] = (),
) -> list[Row]:
    """One row for each version of each type, also those without examples, and one for cases of no type that can be told.

    Files of other kinds are passed over.
    """
    table = {
        (type.code, version.number): Row(type.code, version.number, type.words)
        for type in MESSAGE_TYPES
        for version in type.versions
    }
    for name, content in files:
        opened = open_message(content)
        if opened.type is not None and opened.version is not None:
            _count(table[opened.type.code, opened.version.number], name, content, opened, valid)
    for case, content in cases:
        opened = open_message(content)
        key = (opened.type.code, opened.version.number) if opened.type and opened.version else UNTOLD
        row = table.setdefault(key, Row(*UNTOLD, words="Type kan ikke leses"))
        row.cases += 1
        if (codes := told(content)) == case.codes:
            row.right += 1
        else:
            row.failed.append(f"{case.path}: gets {codes}, and must get {case.codes}")
    return list(table.values())


def _count(row: Row, name: str, content: bytes, opened: Opened, valid: Valid | None) -> None:
    """A file that the official schema refuses is no example: that it is refused here is for the acceptance cases."""
    if valid is not None and not valid(content):
        return
    row.examples += 1
    if opened.faults or opened.problem is not None:
        row.failed.append(f"{name}: {opened.problem.id if opened.problem else opened.faults[0]}")
        return
    row.taken += 1
    message = opened.message()
    written = mirror.write(mirror.from_fhir(mirror.to_fhir(message, _AROUND)))
    if place := difference(content, written):
        row.failed.append(f"{name}: says something else at {place}")
    else:
        row.same += 1
    if valid is not None and valid(written):
        row.valid += 1
    elif valid is not None:
        row.failed.append(f"{name}: is not valid as written again")
    row.shown += bool(page(message))
