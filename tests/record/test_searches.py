"""Several searches at once say, show and log what the same searches do one by one; the log is written to one time."""

from dataclasses import asdict
from typing import Any

import pytest

from akson.audit.event import AccessEvent
from akson.audit.log import Prepared
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.record.values import SearchResult
from tests.record.conftest import House, astrid, decision_for, pulse

ASKED: tuple[Query, ...] = (
    parse("Observation", [("patient", "astrid")]),
    parse("Patient", [("_id", "astrid"), ("_revinclude", "Observation:patient")]),
    parse("Observation", [("_include", "Observation:subject"), ("_count", "1"), ("_sort", "_id")]),
    parse("Condition", [("patient", "astrid")]),
    parse("Observation", [("patient", "bjarne"), ("_summary", "count")]),
    parse("Task", [("owner", "Organization/hjemmetjenesten-ost"), ("_summary", "count")]),
    parse("Observation", [("patient", "nobody")]),
)
OF_ITSELF = ("id", "at", "request")


async def staged(house: House) -> None:
    bjarne: dict[str, Any] = {"resourceType": "Patient", "id": "bjarne"}
    await house.put(astrid(), bjarne, decision_for("astrid"))
    await house.put(*(pulse(f"o{n}", ("astrid", "bjarne")[n % 2]) for n in range(6)))


async def told(house: House, who: str) -> list[dict[str, Any]]:
    """What the log holds of one actor's request, oldest first."""
    found = await house.log.events_found(1, actor=who)
    return [_plain(event) for _, event in reversed(found)]


def _plain(event: AccessEvent) -> dict[str, Any]:
    return {name: value for name, value in asdict(event).items() if name not in OF_ITSELF}


def shown(found: list[SearchResult]) -> list[tuple[list[str], list[str], int | None, bool]]:
    return [
        ([v.id for v in r.matches], [v.id for v in r.included], r.total, bool(r.next_cursor)) for r in found
    ]


@pytest.mark.parametrize("who", ["ida", "omar", "kari", "mats", "astrid", "marit", "system"])
async def test_they_are_as_one_by_one(house: House, who: str) -> None:
    await staged(house)
    house.stand_still(house.record.clock.now())
    session = house.as_(who)
    staging = len(await told(house, session.actor.id))
    alone = [await session.search(query) for query in ASKED]
    before = (await told(house, session.actor.id))[staging:]
    together = await house.as_(who).searches(ASKED)
    assert shown(together) == shown(alone)
    after = (await told(house, session.actor.id))[staging + len(before) :]
    assert after == before


async def test_the_log_is_written_to_once_and_before_anything_is_shown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staged(house)
    written: list[int] = []
    append = house.log.append

    async def counted(events: list[Prepared]) -> None:
        written.append(len(events))
        await append(events)

    monkeypatch.setattr(house.log, "append", counted)
    await house.as_("ida").searches(ASKED)
    assert len(written) == 1 and written[0] >= len(ASKED) - 1
    monkeypatch.setattr(house.log, "append", _away)
    with pytest.raises(OSError, match="away"):
        await house.as_("ida").searches(ASKED)
    assert await house.as_("ida").searches(()) == []


async def _away(_events: list[Prepared]) -> None:
    raise OSError("away")
