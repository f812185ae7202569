"""What the machine gives without Akson, measured in the same run: the distance to it tells more than a figure alone."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from akson.app.bench.stage import Stage, resources
from akson.store.inspection import copied_rows_per_second, round_trips_per_second

CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    asks: str
    per_second: float
    unit: str
    line: str
    """The line that stands beside it, and cannot be faster."""


async def limits(dsn: str, stage: Stage, seconds: float) -> list[Limit]:
    """About `seconds` for each of four limits."""
    bundle = stage.sample()
    rows = resources(bundle)
    bare = "bare PostgreSQL round trip"
    many = await round_trips_per_second(dsn, connections_count=CONNECTIONS, seconds=seconds)
    one = await round_trips_per_second(dsn, connections_count=1, seconds=seconds)
    copied = await copied_rows_per_second(dsn, rows, seconds=seconds)
    size = f"one Bundle of {len(rows)} resources, {len(bundle) / 1000:.0f} kB"
    return [
        Limit(bare, f"a prepared `select`, {CONNECTIONS} connections", many, "/s", "read@16"),
        Limit(bare, "1 connection", one, "/s", "read@1"),
        Limit("COPY into a bare table", f"{size} a transaction", copied, " resources/s", "load@4"),
        _parse("msgspec", msgspec.json.decode, bundle, len(rows), seconds),
        _parse("Python's json", json.loads, bundle, len(rows), seconds),
    ]


def _parse(name: str, decode: Callable[[bytes], Any], bundle: bytes, size: int, seconds: float) -> Limit:
    done, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds / 2:
        decode(bundle)
        done += 1
    return Limit(
        f"JSON parse, {name}", "the same Bundle, one core", done * size / spent, " resources/s", "load@4"
    )
