"""The record as it was known: `_at` on history, `_asOf` on a read. Today's rules apply to yesterday's content."""

from datetime import timedelta

from tests.api.conftest import Fhir
from tests.record.conftest import NOON, astrid, decision_for, pulse


def at(minutes: int) -> str:
    return (NOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def story(fhir: Fhir) -> None:
    """12:00 she comes, 12:10 pulse 72, 12:20 corrected to 80, 12:30 deleted."""
    clock = fhir.house.stand_still(NOON)
    await fhir.house.put(astrid(), decision_for("astrid"))
    for value in (72, 80):
        clock.advance(timedelta(minutes=10))
        await fhir.house.put(pulse("o1", "astrid", value))
    clock.advance(timedelta(minutes=10))
    assert (await fhir.ask("DELETE", "Observation/o1", who="ida")).status_code == 204
    clock.advance(timedelta(minutes=10))


async def test_a_read_of_the_past(fhir: Fhir) -> None:
    await story(fhir)
    for minutes, expected in ((5, 404), (10, 72), (19, 72), (20, 80), (29, 80), (30, 410), (39, 410)):
        answer = await fhir.ask("GET", f"Observation/o1?_asOf={at(minutes)}", who="ida")
        if isinstance(expected, int) and expected >= 400:
            assert answer.status_code == expected, minutes
        else:
            assert answer.json()["valueQuantity"]["value"] == expected, minutes
    hidden = await fhir.ask("GET", f"Observation/o1?_asOf={at(15)}", who="omar")
    assert hidden.status_code == 404
    assert hidden.content == (await fhir.ask("GET", f"Observation/no?_asOf={at(15)}", who="omar")).content
    assert (await fhir.ask("GET", "Observation/o1?_asOf=once", who="ida")).status_code == 400


async def test_versions_that_were_current_at_some_moment(fhir: Fhir) -> None:
    await story(fhir)

    async def versions(text: str, path: str = "Observation/o1/_history") -> list[str]:
        answer = (await fhir.ask("GET", f"{path}?_at={text}", who="ida")).json()
        entries = answer.get("entry", [])
        assert answer["total"] == len(entries)
        return [e["response"]["etag"] for e in entries]

    assert await versions(at(5)) == []
    assert await versions(at(10)) == ['W/"1"']
    assert await versions(at(15)) == ['W/"1"']
    assert await versions(at(35)) == ['W/"3"']
    assert await versions("2026-11-24") == ['W/"3"', 'W/"2"', 'W/"1"']
    assert await versions(at(25), "Observation/_history") == ['W/"2"']
