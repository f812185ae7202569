"""What the ebXML transport remembers is forgotten by age, and not before the last retry."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from akson.exchange.transport.ebxml_memory import KEPT, Given, Memory

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
GIVEN = Given("her990202@edi.test.example", b"<e/>", True)
RETRIES = timedelta(hours=5 * 12)


def aged(root: Path, age: timedelta) -> None:
    at = (NOW - age).timestamp()
    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (at, at))


def test_what_is_older_than_a_month_is_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.keep_answer("990202", "old", "d1", GIVEN)
    memory.keep_sent("old", "k1", b"mail")
    aged(tmp_path, KEPT + timedelta(seconds=1))
    memory.keep_answer("990202", "new", "d2", GIVEN)
    memory.keep_sent("new", "k2", b"mail")
    os.utime(tmp_path / "sent" / "new-k2.eml", (NOW.timestamp(), NOW.timestamp()))
    assert memory.tidy(NOW) == 2
    assert memory.answers("990202", "old") == {} and memory.sent("old", "k1") is None
    assert memory.answers("990202", "new") == {"d2": GIVEN} and memory.sent("new", "k2") == b"mail"
    assert not [path for path in (tmp_path / "answers").glob("*/*") if not any(path.iterdir())]
    # It can be kept again afterwards, under the same id.
    memory.keep_answer("990202", "old", "d1", GIVEN)
    assert memory.answers("990202", "old") == {"d1": GIVEN}


def test_a_duplicate_within_the_retries_gets_the_same_answer(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.keep_answer("990202", "a", "d1", GIVEN)
    memory.keep_sent("a", "k1", b"mail")
    aged(tmp_path, 4 * RETRIES)
    assert memory.tidy(NOW) == 0
    assert memory.answers("990202", "a") == {"d1": GIVEN} and memory.sent("a", "k1") == b"mail"
