"""The discharge and two nasty stories on a real node that lives by the lab's time: all eight criteria, the evidence checked.

`make nightly` plays all of them (scripts/story_discharge.py --resume)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import akson_verify

SCRIPT = Path(__file__).parents[2] / "scripts" / "story_discharge.py"
LIMIT_S = 600


@pytest.mark.parametrize("name", ["discharge", "wrong-service", "cancel-first"])
def test_all_eight_criteria_hold_on_a_node(name: str, tmp_path: Path, shared: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), name, "--into", str(tmp_path)],
        env={**os.environ, "AKSON_SHARED": str(shared)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert akson_verify.check_evidence(tmp_path / name).accepted
    (tmp_path / name / "story.json").write_bytes(b"{}")
    assert not akson_verify.check_evidence(tmp_path / name).accepted
