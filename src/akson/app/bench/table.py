"""The Markdown of docs/benchmarks.md: the machine's line, the lines with goals and peers, and the limits beside them."""

from collections.abc import Iterator, Mapping

from akson.app.bench.lines import Goal, Line
from akson.app.bench.result import Result

_SAYS = {"per_second": "", "value": "", "p50_ms": "p50 ", "p99_ms": "p99 "}


def table(result: Result) -> str:
    parts = [f"{result.machine} · {result.data}{_busy(result)}", "\n".join(_lines(result))]
    if result.limits:
        parts.append("\n".join(_limits(result)))
    if result.log:
        reads = next((line for line in result.lines if line.name == "read@16"), None)
        cpu = result.median(reads) if reads else {}
        parts.append(result.log.words(cpu.get("cpu_node_ms", 0) + cpu.get("cpu_database_ms", 0)))
    parts += [f"{name} has no figure: {why}" for name, why in result.failed.items()]
    return "\n\n".join(parts)


def _busy(result: Result) -> str:
    """What else ran: a reader must know."""
    return f" · other work took {result.cores.others:.2f} cores" if result.cores else ""


def _lines(result: Result) -> Iterator[str]:
    nurse = ["as nurse"] if result.nurse else []
    head = [
        "line",
        "asks",
        "goal",
        "figure",
        *(f"× {p.label}" for p in result.peers),
        "p50 ms",
        "p99 ms",
        "CPU ms",
        *nurse,
    ]
    yield _row(head)
    yield _row(["---", "---", *["--:"] * (len(head) - 2)])
    for line in result.lines:
        yield _row(_cells(line, result, with_nurse=bool(nurse)))


def _cells(line: Line, result: Result, *, with_nurse: bool) -> list[str]:
    median = result.median(line)
    ratios = [peer.ratio(line, median) for peer in result.peers]
    return [
        line.name,
        line.asks,
        ", ".join(_goal(goal, line) for goal in line.goals),
        _figure(line, median),
        *(
            f"{ratio:.2g}" if ratio is not None and ratio < 10 else f"{ratio:.0f}" if ratio else ""
            for ratio in ratios
        ),
        _ms(median.get("p50_ms")),
        _ms(median.get("p99_ms")),
        _cpu(median),
        *([_figure(line, result.median(line, nurse=True), judge=False)] if with_nurse else []),
    ]


def _goal(goal: Goal, line: Line) -> str:
    sign = "≥" if goal.more_is_better else "≤"
    return f"{_SAYS[goal.of]}{sign} {_number(goal.number)}{_unit(goal.of, line)}"


def _figure(line: Line, median: Mapping[str, float], *, judge: bool = True) -> str:
    """`5,431/s ✓`: the mark says whether every goal of the line is met."""
    if line.of not in median:
        return ""
    mark = ""
    if judge and line.goals:
        mark = " ✓" if all(goal.met(median[goal.of]) for goal in line.goals) else " ✗"
    return f"{_number(median[line.of])}{_unit(line.of, line)}{mark}"


def _unit(of: str, line: Line) -> str:
    return " ms" if of.endswith("_ms") else line.unit


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _cpu(median: Mapping[str, float]) -> str:
    """`0.39 + 0.19`: of the workers and of PostgreSQL, for each request (of the load: each resource)."""
    if "cpu_node_ms" not in median:
        return ""
    return f"{median['cpu_node_ms']:.2f} + {median['cpu_database_ms']:.2f}"


def _limits(result: Result) -> Iterator[str]:
    yield _row(["limit of the same run", "asks", "figure", "Akson's line", "reaches"])
    yield _row(["---", "---", "--:", "---", "--:"])
    by_name = {line.name: line for line in result.lines}
    for limit in result.limits:
        line = by_name.get(limit.line)
        ours = result.median(line).get("per_second") if line else None
        share = f"{ours / limit.per_second:.1%}" if ours and limit.per_second else ""
        yield _row([limit.name, limit.asks, f"{limit.per_second:,.0f}{limit.unit}", limit.line, share])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
