"""What `akson bench screens` has found, as a table and as JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from akson.app.bench.screen_inside import Inside

EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ScreenFigure:
    name: str
    asks: str
    goal_ms: int | None
    p50_ms: float
    p95_ms: float
    cpu_node_ms: float
    cpu_database_ms: float
    bytes: int
    """As they come over the wire, packed."""
    inside: Inside

    @property
    def met(self) -> bool:
        return self.goal_ms is None or self.p95_ms <= self.goal_ms


@dataclass(frozen=True, slots=True)
class ScreenFigures:
    patients: int
    turns: int
    asks: int
    lines: tuple[ScreenFigure, ...]
    machine: str

    @property
    def met(self) -> bool:
        return all(line.met for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def words(self) -> str:
        """A Markdown table; `× empty` is how many times the CPU of a page that asks next to nothing, in the same run."""
        empty = next(line for line in self.lines if line.name == EMPTY)
        rows = "\n".join(_row(line, empty) for line in self.lines)
        return (
            f"{self.patients:,} patients; medians of {self.turns} turns of {self.asks}, one connection.\n"
            f"{self.machine}\n\n"
            "| line | asks | goal p95 ms | p50 ms | p95 ms | CPU ms: worker + PostgreSQL | × empty | statements | rows | "
            "waits for SQL, ms | Python, ms | of it rendering | the same rows bare, ms | kB |\n"
            "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n"
            f"{rows}"
        )


def _row(line: ScreenFigure, empty: ScreenFigure) -> str:
    goal = "" if line.goal_ms is None else f"≤ {line.goal_ms} {'✓' if line.met else '✗'}"
    both, least = line.cpu_node_ms + line.cpu_database_ms, empty.cpu_node_ms + empty.cpu_database_ms
    times = f"{both / least:.1f}" if least else ""
    inside = line.inside
    return (
        f"| {line.name} | {line.asks} | {goal} | {line.p50_ms} | {line.p95_ms} | "
        f"{line.cpu_node_ms} + {line.cpu_database_ms} | "
        f"{times} | {inside.statements} | {inside.rows} | {inside.waits_ms} | {inside.python_ms} | {inside.render_ms} | "
        f"{inside.bare_ms} | {line.bytes / 1024:.0f} |"
    )
