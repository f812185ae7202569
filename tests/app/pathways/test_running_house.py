"""A real node with its demo: the hospital's message stops Astrid's visits, and nobody has touched anything."""

import json
import time
from pathlib import Path

from tests.app.nodes import node


def test_a_message_stops_the_visits_in_a_running_node(tmp_path: Path) -> None:
    with node(tmp_path, "--workers", "1", command="up") as running:
        token, deadline = running.token(), time.monotonic() + 60
        reasons: set[str] = set()
        while "admitted" not in reasons and time.monotonic() < deadline:
            status, body = running.get("/fhir/Appointment?patient=astrid&_count=200", token)
            assert status == 200
            found = [e["resource"] for e in json.loads(body).get("entry", ())]
            reasons = {
                a["cancelationReason"]["coding"][0]["code"] for a in found if a["status"] == "cancelled"
            }
            time.sleep(0.5)
        assert reasons == {"admitted"}
