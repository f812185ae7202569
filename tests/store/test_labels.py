"""Labels and release dates stand beside every version, whichever way it was written; what is deleted keeps them."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from stage import NOW, Stage, deletion, observation, patient, write

from akson.store.values import Derived

LATER = NOW + timedelta(days=3)
HELD = Derived(labels=("NORU", "R"), released=LATER)
Standing = list[tuple[int, list[str] | None, datetime | None]]


async def standing(database: str, type: str, id: str) -> Standing:
    """(version, labels, released), oldest first."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(
            f"select version, labels, released from record.{type}_history where id = $1 "
            f"union all select version, labels, released from record.{type} where id = $1 order by version",
            id,
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


@pytest.mark.parametrize("beside", [(), (patient("cecilie"),)], ids=["alone", "in a transaction"])
async def test_they_come_with_a_version_and_stay_in_history(
    stage: Stage, database: str, beside: tuple[dict[str, Any], ...]
) -> None:
    await stage.put(write(observation("o1"), derived=HELD), *beside)
    assert await standing(database, "observation", "o1") == [(1, ["NORU", "R"], LATER)]
    await stage.put(write(observation("o1"), 2))
    assert await standing(database, "observation", "o1") == [(1, ["NORU", "R"], LATER), (2, None, None)]


async def test_a_later_label_holds_for_the_versions_before(stage: Stage, database: str) -> None:
    await stage.put(observation("o1"))
    await stage.put(write(observation("o1"), 2))
    await stage.put(write(observation("o1"), 3, derived=HELD))
    each = await standing(database, "observation", "o1")
    assert each == [(version, ["NORU", "R"], LATER) for version in (1, 2, 3)]


@pytest.mark.parametrize("type", ["Observation", "Consent"])
async def test_a_tombstone_keeps_them(stage: Stage, database: str, type: str) -> None:
    await stage.put(write({"resourceType": type, "id": "x"}, derived=HELD))
    await stage.put(deletion(type, "x", 2))
    assert await standing(database, type.lower(), "x") == [
        (1, ["NORU", "R"], LATER),
        (2, ["NORU", "R"], LATER),
    ]
