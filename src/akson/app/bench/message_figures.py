"""What `akson bench messages` found: the rate and the memory quarter by quarter, and what a year of Norway would take. Pure.

per second     94   97   96   95                a rate that falls: something is asked in proportion to what is stored
PSS MiB     66/71  68/73  68/73  68/73          one for each worker; what rises in every quarter grows without bound
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

A_YEAR = 7_400_000
"""All of Norway's PLO messages (research: mission appendix B); two a second at the peak."""
GOAL_PER_SECOND = 150
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of the messages. `pss_mib` is that of each worker when it ended; empty where the system does not tell."""

    per_second: float
    pss_mib: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MessageFigures:
    messages: int
    workers: int
    per_second: float
    quarters: tuple[Quarter, ...]
    bytes_each: int
    worker_ms: float
    """CPU of the workers for each message. A busy machine makes it more: caches and cores are shared."""
    database_ms: float

    @property
    def sustained(self) -> float:
        """The rate of the last quarter, in messages a second."""
        return self.quarters[-1].per_second

    @property
    def a_year_hours(self) -> float:
        return A_YEAR / self.sustained / 3600

    @property
    def a_year_gib(self) -> float:
        return A_YEAR * self.bytes_each / 2**30

    def as_json(self) -> dict[str, Any]:
        told = {
            "sustained": self.sustained,
            "aYearHours": self.a_year_hours,
            "aYearGiB": self.a_year_gib,
        }
        return asdict(self) | told

    @property
    def words(self) -> str:
        hands = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        rates = " ".join(f"{quarter.per_second:,.0f}" for quarter in self.quarters)
        memory = " ".join(
            "/".join(f"{mib:.0f}" for mib in quarter.pss_mib) or "?" for quarter in self.quarters
        )
        return (
            f"{self.messages:,} messages by {hands}: {self.per_second:,.0f}/s, the last quarter {self.sustained:,.0f}/s "
            f"(goal {GOAL_PER_SECOND})\n"
            f"by quarter: {rates} messages/s; PSS of the workers at the end of each: {memory} MiB\n"
            f"each message: {self.bytes_each / 1000:.1f} kB stored; CPU {self.worker_ms + self.database_ms:.1f} ms "
            f"(workers {self.worker_ms:.1f}, PostgreSQL {self.database_ms:.1f})\n"
            f"all Norway's {A_YEAR:,} of a year at the rate of the last quarter: {self.a_year_hours:,.0f} hours of work, "
            f"{self.a_year_gib:,.0f} GiB"
        )


def quarters_of(
    messages: int, ended: Sequence[tuple[float, int]], memory: Sequence[tuple[float, ...]]
) -> tuple[Quarter, ...]:
    """`ended`: (seconds from the start, messages that have ended by then), to the last one. `memory`: PSS of the workers, at
    the end of each quarter."""
    found, begun = list[Quarter](), (0.0, 0)
    for number in range(1, QUARTERS + 1):
        until = next(line for line in ended if line[1] >= quarter_end(messages, number))
        if number == QUARTERS:
            # The last one ends when every answer is out.
            until = ended[-1]
        rate = (until[1] - begun[1]) / max(until[0] - begun[0], 1e-9)
        found.append(Quarter(rate, memory[number - 1] if number <= len(memory) else ()))
        begun = until
    return tuple(found)


def quarter_end(messages: int, number: int) -> int:
    """How many messages have ended when that quarter, from 1, has."""
    return messages * number // QUARTERS
