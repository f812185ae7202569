"""What has come of a device's count is kept per person and device, and forgotten when the device is of the past."""

import os
import time
from pathlib import Path

from akson.app.cast import CAST
from akson.identity.sessions.device_counts import KEPT_S, DeviceCounts


def test_old_devices_are_forgotten(tmp_path: Path) -> None:
    counts = DeviceCounts(tmp_path)
    assert counts.keep(CAST["ida"], "d1", lambda _: ((1, 3),)) == ((1, 3),)
    (first,) = tmp_path.iterdir()
    counts.keep(CAST["ida"], "d2", lambda _: ((1, 1),))
    old = time.time() - KEPT_S - 60
    os.utime(first, (old, old))
    assert DeviceCounts(tmp_path).keep(CAST["ida"], "d2", lambda kept: kept) == ((1, 1),), (
        "one still in use stays"
    )
    assert not first.exists()
    assert DeviceCounts(tmp_path).keep(CAST["ida"], "d1", lambda kept: kept) == ()
