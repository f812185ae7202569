"""Phones that carry a list: which stand, which lost their login, which are given up. Seen by every process at once."""

from pathlib import Path

from akson.app.cast import CAST
from akson.identity.sessions.phones import ENDED, REMOVED, STANDS, Phones

IDA, OMAR = CAST["ida"], CAST["omar"]


def test_a_phone_stands_until_its_login_ends_or_it_is_given_up(tmp_path: Path) -> None:
    here, there = Phones(tmp_path / "phones"), Phones(tmp_path / "phones")
    here.note("d1", IDA, "s1", 10.0)
    here.note("d2", OMAR, "s2", 20.0)
    here.note("d3", IDA, "", 30.0)
    assert [(p.device, p.name) for p in there.every()] == [
        ("d3", IDA.name), ("d2", OMAR.name), ("d1", IDA.name),
    ]  # fmt: skip
    assert there.end(["s1", ""]) == 1, "a session that is its cookie has no id to end by"
    assert [here.state(d) for d in ("d1", "d2", "d3", "unknown")] == [ENDED, STANDS, STANDS, STANDS]
    here.note("d1", IDA, "s3", 40.0)
    assert there.state("d1") == STANDS, "a new list under a new login"
    assert there.remove("d1") and not there.remove("unknown")
    here.note("d1", IDA, "s4", 50.0)
    assert there.state("d1") == REMOVED, "what was given up does not come back by loading again"
    assert there.end(["s4"]) == 0


def test_what_is_no_phone_is_not_kept(tmp_path: Path) -> None:
    phones = Phones(tmp_path / "phones")
    phones.note("", IDA, "s1", 1.0)
    phones.note("x" * 65, IDA, "s1", 1.0)
    assert phones.every() == []
    (tmp_path / "phones").mkdir()
    (tmp_path / "phones" / "half").write_bytes(b'{"device"')
    assert phones.every() == []
