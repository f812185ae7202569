"""A node by a lab's time: what it follows, what it refuses, and that it never goes back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from akson.app import lab_time, settings
from akson.app.lab_time import LabTime
from akson.fhir.problem import Problem
from akson.world import FixedClock, SystemClock
from akson_lab.clock import LabClock

SUMMER_ENDS = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)


def told(data: Path, clock: str = "", **more: str) -> settings.Settings:
    return settings.load(environ={"AKSON_DATA": str(data), "AKSON_CLOCK": clock, **more})


def test_the_node_jumps_with_the_lab_and_not_back(tmp_path: Path) -> None:
    lab = LabClock(SUMMER_ENDS, leads=tmp_path / lab_time.FILE_NAME, speed=0)
    node = lab_time.clock_of(told(tmp_path, "lab"))
    assert node.now() == SUMMER_ENDS
    lab.jump(SUMMER_ENDS + timedelta(hours=2))
    assert node.now() == SUMMER_ENDS + timedelta(hours=2)
    lab.leap(timedelta(days=3))
    assert node.now() == SUMMER_ENDS + timedelta(days=3, hours=2)
    with pytest.raises(ValueError, match="does not go back"):
        lab.jump(SUMMER_ENDS)
    before = node.now()
    assert LabClock(SUMMER_ENDS, leads=tmp_path / lab_time.FILE_NAME).now() >= before, "nor a later lab"


def test_it_goes_as_fast_as_the_lab(tmp_path: Path) -> None:
    machine = FixedClock(SystemClock().now() + timedelta(minutes=5))
    LabClock(SUMMER_ENDS, leads=tmp_path / lab_time.FILE_NAME, speed=60)
    gone = LabTime(tmp_path / lab_time.FILE_NAME, machine).now() - SUMMER_ENDS
    assert timedelta(hours=4) <= gone < timedelta(hours=6)


@pytest.mark.parametrize("asked", ["", "lab"])
def test_one_time_for_one_record(tmp_path: Path, asked: str) -> None:
    if not asked:
        LabClock(leads=tmp_path / lab_time.FILE_NAME)
    with pytest.raises(Problem) as refused:
        lab_time.clock_of(told(tmp_path, asked))
    assert refused.value.id == ("AKS-APP-081" if asked else "AKS-APP-080")


def test_a_lab_leads_no_record_of_the_machines_time_no_other_database_and_no_real_work(
    tmp_path: Path,
) -> None:
    (tmp_path / "pg").mkdir()
    with pytest.raises(Problem) as lived:
        lab_time.check_new(tmp_path)
    LabClock(leads=tmp_path / lab_time.FILE_NAME)
    lab_time.check_new(tmp_path)
    with pytest.raises(Problem) as elsewhere:
        lab_time.clock_of(told(tmp_path, "lab", AKSON_DATABASE_URL="postgresql://u@h/d"))
    with pytest.raises(Problem) as serving:
        lab_time.check_stage(told(tmp_path, "lab"), demo=False)
    assert [p.value.id for p in (lived, elsewhere, serving)] == ["AKS-APP-082", "AKS-APP-081", "AKS-APP-083"]
    with pytest.raises(Problem):
        told(tmp_path, "yesterday")
