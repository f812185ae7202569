"""Web sessions: for one shift, and ended everywhere at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from akson.app.cast import CAST
from akson.identity.issuers.local import LocalIssuer
from akson.identity.sessions import SESSION_LIFETIME, Sessions
from akson.world import FixedClock, SeededRandom

NOW = datetime(2031, 1, 1, 8, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def process(folder: Path, clock: FixedClock) -> Sessions:
    """One of the node's processes: they share the key and the folder."""
    return Sessions(
        LocalIssuer(KEY, clock=clock, random=SeededRandom(1)), ended=folder / "ended", clock=clock
    )


def test_a_session_says_who_and_since_when(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    cookie = process(tmp_path, clock).start(CAST["ida"])
    clock.advance(timedelta(hours=1))
    found = process(tmp_path, clock).find(cookie)
    assert found is not None and (found.actor, found.since) == (CAST["ida"], NOW)


def test_it_ends_with_the_shift(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    sessions = process(tmp_path, clock)
    cookie = sessions.start(CAST["ida"])
    clock.advance(SESSION_LIFETIME - timedelta(seconds=1))
    assert sessions.find(cookie) is not None
    clock.advance(timedelta(seconds=1))
    assert sessions.find(cookie) is None


def test_logging_out_holds_on_every_process_and_after_a_restart(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    one, other = process(tmp_path, clock), process(tmp_path, clock)
    cookie, stays = one.start(CAST["ida"]), one.start(CAST["siri"])
    assert other.find(cookie) is not None, "remembered by the other process before the end"
    one.end(cookie)
    assert one.find(cookie) is None and other.find(cookie) is None
    clock.advance(timedelta(hours=8))
    assert process(tmp_path, clock).find(cookie) is None, "a restart within the cookie's life"
    assert other.find(stays) is not None


def test_marks_go_when_the_cookie_would_have_expired(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    sessions = process(tmp_path, clock)
    sessions.end(sessions.start(CAST["ida"]))
    clock.advance(SESSION_LIFETIME + timedelta(seconds=1))
    process(tmp_path, clock)
    assert not list((tmp_path / "ended").iterdir())


def test_another_process_tidying_at_the_same_moment_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock(NOW)
    sessions = process(tmp_path, clock)
    sessions.end(sessions.start(CAST["ida"]))
    seen = list((tmp_path / "ended").iterdir())
    seen[0].unlink()
    monkeypatch.setattr(Path, "iterdir", lambda self: iter(seen))
    process(tmp_path, clock)


def test_an_access_token_a_changed_cookie_and_nonsense_are_no_session(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    sessions = process(tmp_path, clock)
    token = LocalIssuer(KEY, clock=clock, random=SeededRandom(1)).issue(CAST["ida"])
    cookie = sessions.start(CAST["ida"])
    for wrong in (token, cookie[:-6] + "AAAAAA", cookie + "A", "", "../../token.pem", "\udcff"):
        assert sessions.find(wrong) is None


def test_ending_what_is_no_session_stays_inside_the_folder(tmp_path: Path) -> None:
    sessions = process(tmp_path, FixedClock(NOW))
    sessions.end("../outside")
    sessions.end("\udcff")
    assert [path.name for path in tmp_path.iterdir()] == ["ended"]
