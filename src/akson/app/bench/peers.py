"""Figures of other servers, from files: the medians that a load program wrote, or what `akson bench --json` printed.

{"label": "medplum-5.0.10", "load": {"resources_per_s": 258.2, "server_after": {"server": {"pss_mib": 794.7}, …}},
 "storage": {"bytes_per_resource": 6826}, "bench": {"median": {"read_patient@16": {"rps": 1117.49, "p50_ms": …}}}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from akson.app.bench.lines import LINES, Line
from akson.fhir.problem import Problem, ProblemKind

_FIELDS = {"rps": "per_second", "p50_ms": "p50_ms", "p99_ms": "p99_ms"}
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Peer:
    label: str
    figures: Mapping[str, Figures]
    """By the line's name for it in the file."""

    def ratio(self, line: Line, ours: Figures) -> float | None:
        """How many times better Akson is in what the line is about; None when the file does not say."""
        theirs, figure = self.figures.get(line.peer, {}).get(line.of), ours.get(line.of)
        if not theirs or not figure:
            return None
        return figure / theirs if line.of == "per_second" else theirs / figure


def read_peer(path: Path) -> Peer:
    """Raises Problem AKS-APP-044 when the file is none of that layout."""
    try:
        told = msgspec.json.decode(path.read_bytes())
        label = str(told.get("label") or path.stem)
        return Peer(label, {name: f for name, f in _figures(told).items() if f})
    except (msgspec.DecodeError, AttributeError, TypeError, ValueError) as wrong:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-APP-044",
            f"{path.name} holds no figures of a peer.",
            now="Give a file of the layout that akson bench --json prints.",
        ) from wrong


def _figures(told: Mapping[str, Any]) -> dict[str, Figures]:
    load, storage = told.get("load", {}), told.get("storage", {})
    named: dict[str, Figures] = {
        "load": {
            ours: load[theirs]
            for theirs, ours in (_FIELDS | {"resources_per_s": "per_second"}).items()
            if theirs in load
        },
        "memory": {"value": sum(p["pss_mib"] for p in load.get("server_after", {}).values())},
        "storage": {"value": storage["bytes_per_resource"]} if storage else {},
    }
    for name, found in told.get("bench", {}).get("median", {}).items():
        named[name] = {ours: found[theirs] for theirs, ours in _FIELDS.items() if theirs in found}
    return named


def as_peer(figures: Mapping[str, Figures]) -> dict[str, Any]:
    """Our own figures in the same layout, by the lines' names: today's run is tomorrow's peer."""
    by_peer = {line.peer: figures[line.name] for line in LINES if line.peer and line.name in figures}
    load, memory, storage = (by_peer.pop(name, {}) for name in ("load", "memory", "storage"))
    told: dict[str, Any] = {"bench": {"median": {n: _theirs(f) for n, f in by_peer.items()}}}
    if load:
        rate = {"resources_per_s": load["per_second"]}
        held = {"server_after": {"node": {"pss_mib": memory["value"]}}} if memory else {}
        told["load"] = {**_theirs(load), **rate, **held}
    if storage:
        told["storage"] = {"bytes_per_resource": storage["value"]}
    return told


def _theirs(figures: Figures) -> dict[str, float]:
    return {theirs: figures[ours] for theirs, ours in _FIELDS.items() if ours in figures}
