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


async def test_a_search_of_the_past(fhir: Fhir) -> None:
    await story(fhir)

    async def values(text: str, minutes: int) -> list[int]:
        answer = (await fhir.ask("GET", f"{text}&_asOf={at(minutes)}", who="ida")).json()
        assert answer["total"] == len(answer.get("entry", []))
        return [e["resource"]["valueQuantity"]["value"] for e in answer.get("entry", [])]

    high = "Observation?patient=astrid&value-quantity=gt75"
    assert [await values(high, m) for m in (5, 15, 25, 35)] == [[], [], [80], []]
    below = "Patient/astrid/Observation?code=8867-4"
    assert [await values(below, m) for m in (5, 15, 25, 35)] == [[], [72], [80], []]
    assert await fhir.ids(f"Patient?_id=astrid&name=bakken&_asOf={at(5)}", who="ida") == ["astrid"]
    assert await fhir.ids(f"Patient?_id=astrid&_asOf={at(-5)}", who="ida") == []


async def test_the_past_is_decided_by_today_and_shown_page_by_page(fhir: Fhir) -> None:
    clock = fhir.house.stand_still(NOON)
    await fhir.house.put(
        astrid(), decision_for("astrid"), *(pulse(f"p{n}", "astrid", 60 + n) for n in range(5))
    )
    clock.advance(timedelta(minutes=10))
    await fhir.house.put(*(pulse(f"p{n}", "astrid", 160 + n) for n in range(5)))
    clock.advance(timedelta(minutes=10))
    path, seen = f"Observation?patient=astrid&_sort=-value-quantity&_count=2&_asOf={at(5)}", []
    while path:
        page = (await fhir.ask("GET", path, who="ida")).json()
        seen += [e["resource"]["valueQuantity"]["value"] for e in page["entry"]]
        path = next((u["url"].partition("/fhir/")[2] for u in page["link"] if u["relation"] == "next"), "")
    assert seen == [64, 63, 62, 61, 60]
    hidden = await fhir.ask("GET", f"Observation?patient=astrid&_asOf={at(5)}", who="omar")
    missing = await fhir.ask("GET", f"Observation?patient=nobody&_asOf={at(5)}", who="omar")
    assert hidden.json()["total"] == missing.json()["total"] == 0
    for asked in (
        "Observation?code=8867-4",
        "Observation?patient=astrid,bjarne",
        "Observation?patient=astrid&_include=Observation:subject",
        "Observation?patient=astrid&subject:Patient.name=bakken",
        "Patient?_id=astrid&_has:Observation:patient:code=8867-4",
        "Patient?name=bakken",
    ):
        answer = await fhir.ask("GET", f"{asked}&_asOf={at(5)}", who="ida")
        assert answer.status_code == 400, (asked, answer.text)
