"""The double entry of one house: `sent = done + negative + failed + overdue + in flight`, and the same for what came.

The figures are SQL's (`store/ledger.py`); what they add up to is said here: "0 uredegjort", or which ones.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from akson.store.ledger import IN_PARTS, OUT_PARTS, Counted

WORDS = {
    "out-not-in-the-book": "Sendt, men ikke bokført",
    "out-row-says-otherwise": "Boka og køen er uenige",
    "out-ends-nowhere": "Endte i en tilstand som ikke finnes",
    "out-handed-but-never-queued": "Sendt uten å ha stått i kø",
    "out-done-without-receipt": "Regnet som bekreftet uten kvittering",
    "out-refused-without-receipt": "Regnet som avvist uten kvittering",
    "out-dropped-but-committed": "Forkastet, men endringen i journalen står",
    "out-answered-but-open": "Kvittering er kommet, men meldingen står som ubesvart",
    "out-two-answers-count": "To kvitteringer er regnet med",
    "out-nobody-owns-it": "Ikke bekreftet, og ingen eier saken",
    "out-nobody-tries": "I kø, men ingen prøver å sende",
    "out-late-and-unseen": "Fristen er ute uten at noen er varslet",
    "in-not-in-the-book": "Mottatt, men ikke bokført",
    "in-row-says-otherwise": "Boka og innboksen er uenige",
    "in-nobody-works-on-it": "Mottatt, men ingen behandler den",
    "does-not-add-up": "Summen stemmer ikke",
}
LABELS = {
    "done": "bekreftet",
    "negative": "avvist",
    "failed": "ikke sendt",
    "overdue": "ikke bekreftet",
    "in_flight": "underveis",
    "accepted": "tatt imot",
    "rejected": "avvist",
    "duplicate": "duplikat",
    "unreadable": "uleselig",
    "waiting": "venter",
}


class Counting(Protocol):
    async def out(
        self, partner: str | None = None, type: str | None = None, day: date | None = None
    ) -> list[Counted]: ...
    async def into(
        self, partner: str | None = None, type: str | None = None, day: date | None = None
    ) -> list[Counted]: ...
    async def differences(self) -> dict[str, tuple[int, ...]]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One partner, type and day. `way` is `out` or `in`."""

    way: str
    partner: str
    type: str
    day: date
    total: int
    parts: dict[str, int]

    @property
    def missing(self) -> int:
        return self.total - sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree, and the numbers of the rows it is about (in the outbox or the inbox)."""

    kind: str
    ids: tuple[int, ...]

    @property
    def words(self) -> str:
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Ledger:
    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]

    @property
    def unaccounted(self) -> int:
        named = {(d.kind.partition("-")[0], id) for d in self.differences for id in d.ids}
        return max(len(named), sum(abs(line.missing) for line in self.lines))

    @property
    def words(self) -> str:
        return f"{self.unaccounted} uredegjort"


async def read_ledger(
    counting: Counting, *, partner: str | None = None, type: str | None = None, day: date | None = None
) -> Ledger:
    """The lines asked for, and every difference there is: one that no line shows must be seen too."""
    lines = [
        Line(way, c.partner, c.type, c.day, c.total, dict(zip(parts, c.parts, strict=True)))
        for way, parts, counted in (
            ("out", OUT_PARTS, await counting.out(partner, type, day)),
            ("in", IN_PARTS, await counting.into(partner, type, day)),
        )
        for c in counted
    ]
    differences = tuple(Difference(kind, ids) for kind, ids in (await counting.differences()).items())
    return Ledger(tuple(lines), differences)
