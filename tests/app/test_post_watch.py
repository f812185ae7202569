"""What somebody is told of the post itself, in words, once for each matter."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from akson.app.posting import status, watch
from akson.app.posting.carriers import Standing
from akson.exchange.sealing.expiry import Alarm, Severity

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def test_a_way_is_told_after_a_quarter_of_an_hour() -> None:
    ways = {
        "edi20": Standing(False, NOW - timedelta(minutes=16), "host gives no answer"),
        "amqp": Standing(False, NOW - timedelta(minutes=14)),
        "ebxml": Standing(True, NOW - timedelta(days=1)),
        "folder": Standing(),
    }
    [(key, words)] = watch.downs(ways, NOW).items()
    assert key == "down|edi20" and "går av seg selv" in words and "host" not in words


def test_a_certificate_is_told_anew_at_each_step() -> None:
    def alarm(severity: Severity, days: int) -> Alarm:
        uses: frozenset[object] = frozenset()
        until = NOW + timedelta(days=days)
        return Alarm(severity, "974760673", "Lillefjord kommune", uses, until, days, "ab12")  # type: ignore[arg-type]

    told = watch.expiries((alarm(Severity.SOON, 12), alarm(Severity.FATAL, -1)))
    assert list(told) == ["cert|ab12|SOON", "cert|ab12|FATAL"]
    assert "om 12 døgn" in told["cert|ab12|SOON"] and "gikk ut" in told["cert|ab12|FATAL"]


def test_the_status_is_told_without_why_and_fails_when_it_is_old(tmp_path: Path) -> None:
    assert status.public(tmp_path, NOW)[0] == 503
    (tmp_path / "post").mkdir()
    status.write(tmp_path, NOW, {"folder": Standing(True), "edi20": Standing(True, NOW)}, Standing(True, NOW))
    assert status.public(tmp_path, NOW + timedelta(seconds=10))[0] == 200
    assert status.public(tmp_path, NOW + timedelta(seconds=60))[1]["status"] == "fail"
    status.write(tmp_path, NOW, {"edi20": Standing(False, NOW, "host gives no answer")}, None)
    code, told = status.public(tmp_path, NOW)
    assert code == 503 and told["ways"] == {"edi20": {"up": False, "since": NOW.isoformat()}}
    (tmp_path / "post" / "status.json").write_text("{")
    assert status.public(tmp_path, NOW)[0] == 503
