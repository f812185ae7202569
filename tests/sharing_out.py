"""How the files of tests are shared out among the processes of `make test`: what takes long begins first.

A file is one process's. Files that share what is slow to start (UNITS) are one unit together: started once, and always in
the same company, so that whether they disturb each other is no matter of chance. `long_files.txt` keeps how many seconds
the longest took; `AKSON_TIMES=tests/long_files.txt make test` on a quiet machine writes it anew. One that is missing there
takes its turn after the others.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

UNITS = {
    # The node with the demo, and Chromium.
    "tests/web/browser/": "tests/web/browser",
    "tests/ux/": "tests/web/browser",
    # RabbitMQ.
    "tests/exchange/amqp/": "tests/exchange/amqp",
    # Twenty thousand questions, and what Cedar says to them.
    "tests/access/test_mutants.py": "tests/access/judged",
    "tests/access/test_oracle.py": "tests/access/judged",
}
ALONE = frozenset({"tests/web/browser/test_login_at_issuers.py", "tests/web/browser/test_pathway_story.py"})
"""Files below one of UNITS with a node of their own."""
LISTED_FROM_S = 5
_LONG = Path(__file__).with_name("long_files.txt")
_took: dict[str, float] = defaultdict(float)


def unit_of(nodeid: str) -> str:
    """Of `tests/store/test_search.py::test_found`: the file; of what stands in `tests/web/browser/`: all of it together."""
    file = nodeid.partition("::")[0]
    if file in ALONE:
        return file
    return next((unit for start, unit in UNITS.items() if file.startswith(start)), file)


class SharedOut(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def longest_first(items: list[pytest.Item]) -> None:
    """Units in the order of the list, then the others as they were found; within a unit nothing changes."""
    listed = [line.split()[1] for line in _LONG.read_text().splitlines() if not line.startswith("#")]
    place = {unit: number for number, unit in enumerate(listed)}
    items.sort(key=lambda item: place.get(unit_of(item.nodeid), len(place)))


def remember(report: pytest.TestReport) -> None:
    _took[unit_of(report.nodeid)] += report.duration


def write_times() -> None:
    """Where AKSON_TIMES says, if it does."""
    if path := os.environ.get("AKSON_TIMES"):
        longest = sorted(((s, unit) for unit, s in _took.items() if s >= LISTED_FROM_S), reverse=True)
        head = "# Seconds of the longest units of tests, of one run: sharing_out.py\n"
        Path(path).write_text(head + "".join(f"{s:.0f} {unit}\n" for s, unit in longest))
