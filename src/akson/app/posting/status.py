"""How the post stands, as a file that the post worker writes and others read: `<data>/post/status.json`.

    {"at": "2026-11-27T03:50:00+00:00", "register": {"up": true, …},
     "transports": {"edi20": {"up": false, "since": "…", "why": "api.… gives no answer (TimeoutError)."}}}

No patient data, no content, no addresses but hosts. Spec: none; `GET /helse/post` gives it without `why`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from akson.app.posting.carriers import Standing
from akson.exchange.transport.folder import write_whole

NAME = "status.json"
WRITTEN_EACH_S = 5.0
STALE_AFTER_S = 30.0
"""Older than this: the post worker does not run."""


def write(data: Path, at: datetime, transports: Mapping[str, Standing], register: Standing | None) -> None:
    told: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "transports": {name: _told(standing) for name, standing in transports.items()},
    }
    if register is not None:
        told["register"] = _told(register)
    write_whole(data / "post", NAME, json.dumps(told).encode())


def read(data: Path) -> dict[str, Any] | None:
    """None when there is none that can be read."""
    try:
        found = json.loads((data / "post" / NAME).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def public(data: Path, now: datetime) -> tuple[int, dict[str, Any]]:
    """HTTP status and body for whoever watches: 503 when the post worker is silent or a way is down."""
    found = read(data)
    if found is None:
        return 503, {"status": "fail", "post": "unknown"}
    try:
        age = (now - datetime.fromisoformat(found["at"])).total_seconds()
        ways = {**found["transports"], **({"register": found["register"]} if "register" in found else {})}
        told = {name: {"up": way["up"], "since": way["since"]} for name, way in ways.items()}
    except (KeyError, TypeError, ValueError):
        return 503, {"status": "fail", "post": "unknown"}
    alive = age <= STALE_AFTER_S
    sound = alive and not any(way["up"] is False for way in told.values())
    return (200 if sound else 503), {
        "status": "pass" if sound else "fail" if not alive else "warn",
        "at": found["at"],
        "ways": told,
    }


def _told(standing: Standing) -> dict[str, Any]:
    since = standing.since.isoformat(timespec="seconds") if standing.since else None
    return {"up": standing.up, "since": since, "why": standing.why}
