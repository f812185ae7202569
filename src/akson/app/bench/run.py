"""One measurement from beginning to end: node, data, workloads, disk, the bare database beside it, and the table."""

import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from akson.app.bench.client import Client, Request, Timed, with_client
from akson.app.bench.machine import machine_line
from akson.app.bench.node import measured_node
from akson.app.bench.stage import Stage
from akson.app.bench.workloads import CONNECTIONS, WORKLOADS, Workload
from akson.app.settings import Settings
from akson.app.wiring import database_server
from akson.store.inspection import facts, round_trips_per_second, table_bytes

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often."""

    runs: int
    seconds: float
    keep: Path | None


@dataclass(slots=True)
class Result:
    machine: str = ""
    resources: int = 0
    """In one load."""
    mb_per_1000: float = 0.0
    bare: float = 0.0
    """Round trips/s of the bare PostgreSQL, the same number of connections, in the same run."""
    runs: dict[str, list[Timed]] = field(default_factory=dict)

    def median(self, name: str) -> Timed:
        """Of each figure by itself."""
        runs = self.runs[name]
        return Timed(
            *(
                round(statistics.median(getattr(t, f) for t in runs), 3)
                for f in ("per_second", "p50_ms", "p99_ms")
            )
        )

    def as_json(self) -> dict[str, Any]:
        rows = {
            w.name: asdict(self.median(w.name))
            | {"unit": w.unit, "runs": [asdict(t) for t in self.runs[w.name]]}
            for w in WORKLOADS
        }
        return {
            "machine": self.machine,
            "resources": self.resources,
            "databaseMbPer1000": self.mb_per_1000,
            "barePostgresPerSecond": self.bare,
            "workloads": rows,
        }


async def measure(settings: Settings, stage: Stage, plan: Plan, tell: Tell) -> Result:
    """Starts the node, measures, stops it. Raises Problem when the node cannot be started or answers with an error."""
    result = Result()
    async with measured_node(settings, plan.keep) as (own, address, token):
        server = database_server(own)
        await server.start()
        try:
            result.machine = machine_line((await facts(server.dsn(), ("record",))).version, own.workers)

            async def work(client: Client) -> None:
                await _prepare(client, stage, result, server.dsn(), tell)
                for round_number in range(plan.runs):
                    for workload in WORKLOADS:
                        await _once(
                            client, stage, workload, plan, result, f"{round_number + 1}/{plan.runs}", tell
                        )
                bare = round_trips_per_second(
                    server.dsn(), connections_count=CONNECTIONS, seconds=plan.seconds
                )
                result.bare = round(await bare, 1)

            await with_client(address, token, work)
        finally:
            await server.stop()
    return result


async def _prepare(client: Client, stage: Stage, result: Result, dsn: str, tell: Tell) -> None:
    """Fills the empty node once, one Bundle after the other, and weighs it."""
    empty = await table_bytes(dsn)
    bundles = stage.next_round()
    for body, size in bundles:
        stage.remember(await client.send(Request("POST", "", body, size)))
    result.resources = sum(size for _, size in bundles)
    grown = await table_bytes(dsn) - empty
    result.mb_per_1000 = round(grown / 1e6 / result.resources * 1000, 2)
    tell(f"{result.resources} resources in {len(bundles)} Bundles: {result.mb_per_1000} MB for each 1,000")


async def _once(
    client: Client, stage: Stage, workload: Workload, plan: Plan, result: Result, which: str, tell: Tell
) -> None:
    timed = await workload.run(client, stage, plan.seconds)
    result.runs.setdefault(workload.name, []).append(timed)
    tell(f"{which}  {workload.name}: {timed.per_second:,.0f} {workload.unit}, p50 {timed.p50_ms} ms")


def table(result: Result) -> str:
    """The Markdown table of docs/benchmarks.md."""
    lines = [result.machine, "", "| workload | median | p50 ms | p99 ms |", "| --- | --- | --- | --- |"]
    for workload in WORKLOADS:
        t = result.median(workload.name)
        lines.append(f"| {workload.name} | {t.per_second:,.0f} {workload.unit} | {t.p50_ms} | {t.p99_ms} |")
    reads = result.median("read, 16 connections").per_second
    lines.append(f"| bare PostgreSQL round trip, 16 connections | {result.bare:,.0f} /s | | |")
    lines.append(f"| reads against bare round trips | {reads / result.bare:.2f} | | |")
    lines.append(
        f"| database with index and history | {result.mb_per_1000} MB for each 1,000 resources | | |"
    )
    return "\n".join(lines)
