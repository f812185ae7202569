"""$lastn: the newest of each code, by any of its codings."""

from typing import Any

from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse


def measured(id: str, day: int, *codings: tuple[str, str], text: str = "") -> dict[str, Any]:
    code = {"coding": [{"system": s, "code": c} for s, c in codings]} if codings else {"text": text}
    return pulse(id, "astrid") | {"code": code, "effectiveDateTime": f"2026-11-{day:02d}"}


async def test_the_newest_of_each_code(fhir: Fhir) -> None:
    heart, local = ("http://loinc.org", "8867-4"), ("urn:local", "puls")
    await fhir.house.put(
        astrid(),
        decision_for("astrid"),
        measured("a1", 1, heart),
        measured("a2", 2, heart, local),
        measured("a3", 3, local),
        measured("w1", 4, text="vekt"),
        measured("w2", 5, text="vekt"),
    )
    path = "Observation/$lastn?patient=astrid"
    assert await fhir.ids(path, who="ida") == ["w2", "a3"]
    assert await fhir.ids(f"{path}&max=2", who="ida") == ["w2", "w1", "a3", "a2"]
    assert await fhir.ids(f"{path}&code=8867-4", who="ida") == ["a2"]
    assert await fhir.ids(path, who="omar") == []
    assert (await fhir.ask("GET", "Observation/$lastn")).status_code == 400
    assert (await fhir.ask("GET", f"{path}&max=many")).status_code == 400
    assert (await fhir.ask("GET", "Patient/$lastn?patient=astrid")).status_code == 404
