"""What one `akson bench` has found: every run of every line, and their medians."""

import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from akson.app.bench.client import Timed
from akson.app.bench.limits import Limit
from akson.app.bench.lines import LINES, Line
from akson.app.bench.log import LogFigures
from akson.app.bench.peers import Peer, as_peer
from akson.app.bench.processes import Cpu

Runs = dict[str, list[dict[str, float]]]


@dataclass(slots=True)
class Result:
    lines: tuple[Line, ...] = LINES
    peers: tuple[Peer, ...] = ()
    machine: str = ""
    data: str = ""
    """`the demo, 300 patients, 6,900 resources`"""
    resources: int = 0
    patients: int = 0
    runs: Runs = field(default_factory=dict)
    nurse: Runs = field(default_factory=dict)
    limits: list[Limit] = field(default_factory=list)
    log: LogFigures | None = None
    cores: Cpu | None = None
    """Who used how many, from the first run to the last."""
    failed: dict[str, str] = field(default_factory=dict)
    """Line -> why it has no figure."""

    def add(self, line: Line, figures: Timed | float, *, nurse: bool = False, cpu: Cpu | None = None) -> None:
        """`cpu` is in milliseconds for each request."""
        runs = self.nurse if nurse else self.runs
        found = {"value": figures} if isinstance(figures, int | float) else asdict(figures)
        found |= {f"cpu_{of}_ms": used for of, used in asdict(cpu).items()} if cpu else {}
        runs.setdefault(line.name, []).append(found)

    def median(self, line: Line, *, nurse: bool = False) -> Mapping[str, float]:
        """Of each figure by itself; empty when the line was not measured."""
        runs = (self.nurse if nurse else self.runs).get(line.name, [])
        return {of: round(statistics.median(run[of] for run in runs), 3) for of in (runs[0] if runs else ())}

    def as_json(self) -> dict[str, Any]:
        medians = {line.name: self.median(line) for line in self.lines if self.median(line)}
        return {
            "label": "akson",
            "machine": self.machine,
            "data": {"told": self.data, "resources": self.resources, "patients": self.patients},
            "lines": {line.name: self._line(line) for line in self.lines},
            "cores": asdict(self.cores) if self.cores else None,
            "limits": [asdict(limit) for limit in self.limits],
            "logEventsPerSecond": self.log.events_per_second if self.log else 0,
            "log": asdict(self.log) if self.log else None,
            "failed": self.failed,
            **as_peer(medians),
        }

    def _line(self, line: Line) -> dict[str, Any]:
        median, nurse = self.median(line), self.median(line, nurse=True)
        return {
            "asks": line.asks,
            "goals": [
                {"of": g.of, "number": g.number, "met": g.met(median[g.of]) if median else None}
                for g in line.goals
            ],
            "median": median,
            "runs": self.runs.get(line.name, []),
            **({"nurse": nurse} if nurse else {}),
            "timesPeer": {p.label: _rounded(p.ratio(line, median)) for p in self.peers},
        }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 2)
