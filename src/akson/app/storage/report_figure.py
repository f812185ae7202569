"""The figure of docs/storage-modes.md: three panels, a bar for each mode. SVG with its own light and dark colours."""

from collections.abc import Sequence

from akson.app.storage.comparing import Compared

WIDTH, PANEL, BAR, GAP, LABELS = 720, 176, 20, 14, 130
_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1a1f24 } .title { font-weight: 600 } .bar { fill: #1f5f8b }
.more { fill: #9cc3dd } .line { stroke: #c9d1d8 } .ground { fill: #ffffff }
@media (prefers-color-scheme: dark) { text { fill: #e8edf1 } .bar { fill: #6db3e0 } .more { fill: #2f5874 }
.line { stroke: #3a444d } .ground { fill: #14191d } }
</style>"""


def figure(found: Compared) -> str:
    modes = [row.mode.value for row in found.rows]
    written = max(row.source.resources * found.nodes for row in found.rows) or 1
    panels = [
        (
            "Time to the answer, ms: p50 · p95",
            [(r.p50_ms, r.p95_ms) for r in found.rows],
            "{:.0f} · {:.0f}",
            0.0,
        ),
        (
            "Whole answers with 5 % dead and 5 % slow nodes, %",
            [(r.whole * 100,) * 2 for r in found.rows],
            "{:.1f}",
            100.0,
        ),
        (
            "Largest part of all data in one database, %",
            [(100 * max(r.central.resources, r.source.resources) / written,) * 2 for r in found.rows],
            "{:.1f}",
            100.0,
        ),
    ]
    height = PANEL * len(panels)
    drawn = "".join(
        _panel(n * PANEL, title, modes, values, shown, most)
        for n, (title, values, shown, most) in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Time, availability and exposure of four storage modes">{_STYLE}'
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>{drawn}</svg>\n'
    )


def _panel(
    top: int, title: str, modes: Sequence[str], values: Sequence[tuple[float, float]], shown: str, most: float
) -> str:
    most = most or max((high for _, high in values), default=1.0) or 1.0
    room = WIDTH - LABELS - 90
    lines = [f'<text class="title" x="12" y="{top + 24}">{title}</text>']
    for n, (mode, (low, high)) in enumerate(zip(modes, values, strict=True)):
        y = top + 38 + n * (BAR + GAP)
        wide = room * min(high, most) / most
        lines.append(f'<text x="12" y="{y + 15}">{mode}</text>')
        lines.append(f'<rect class="more" x="{LABELS}" y="{y}" width="{wide:.1f}" height="{BAR}"/>')
        lines.append(
            f'<rect class="bar" x="{LABELS}" y="{y}" width="{room * min(low, most) / most:.1f}" height="{BAR}"/>'
        )
        lines.append(f'<text x="{LABELS + wide + 8:.1f}" y="{y + 15}">{shown.format(low, high)}</text>')
    lines.append(f'<line class="line" x1="0" x2="{WIDTH}" y1="{top + PANEL}" y2="{top + PANEL}"/>')
    return "".join(lines)
