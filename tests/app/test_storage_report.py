"""docs/storage-modes.md is what was measured, and its figure is whole SVG."""

from xml.etree import ElementTree

from akson.app.storage import report
from akson.app.storage.comparing import Compared, Exposed, Row
from akson.sharing.storage.modes import Mode

FOUND = Compared(
    20, 80, 700, 320, 0, [Row(mode, 24, 64, 3.9, 0.91, source=Exposed(8, 130)) for mode in Mode]
)  # fmt: skip


def test_each_mode_has_its_row_and_the_count_of_like_answers_is_told() -> None:
    text = report.markdown(FOUND)
    assert "**700 of 700 questions got the same answer under all four modes**" in text
    rows = [line for line in text.splitlines() if line.startswith("| `") and "91.0%" in line]
    assert [line.split("`")[1] for line in rows] == [mode.value for mode in Mode]
    assert "none" in rows[0] and "0.0 s" in rows[3]


def test_the_figure_is_whole_and_has_a_dark_side() -> None:
    drawn = report.figure(FOUND)
    bars = [e for e in ElementTree.fromstring(drawn).iter() if e.get("class") == "bar"]
    assert len(bars) == 3 * len(Mode) and "prefers-color-scheme: dark" in drawn
