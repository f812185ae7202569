"""Which care relations a resource gives, to whom, and for how long."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from akson.record import facts
from akson.record.reindexing import read_again
from tests.record.conftest import House, astrid, decision_for, pulse

SINCE = datetime(2026, 11, 24, 8, tzinfo=UTC)
OST = "Organization/hjemmetjenesten-ost"
ASTRID = {"reference": "Patient/astrid"}


def given(resource: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(r.patient, r.grantee, r.kind) for r in facts.of(resource, since=SINCE).relations]


def team(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "subject": ASTRID,
        "participant": [
            {
                "member": {"reference": "Practitioner/ida"},
                "period": {"start": "2026-02-01", "end": "2026-02-28"},
            },
            {"member": {"reference": OST}},
        ],
        "period": {"start": "2026-01-01"},
        **more,
    }


def task(status: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Task", "status": status, "for": ASTRID, "owner": {"reference": OST}, **more}


@pytest.mark.parametrize("status", ["planned", "waitlist", "active", "onhold"])
def test_a_running_service_decision_gives_the_unit_a_relation(status: str) -> None:
    assert given(decision_for("astrid") | {"status": status}) == [("astrid", OST, "service-decision")]


@pytest.mark.parametrize("status", ["finished", "cancelled", "entered-in-error", None, "nonsense"])
def test_an_ended_one_gives_none(status: str | None) -> None:
    assert given(decision_for("astrid") | {"status": status}) == []


@pytest.mark.parametrize(
    ("status", "gives"),
    [
        ("requested", True),
        ("received", True),
        ("accepted", True),
        ("ready", True),
        ("in-progress", True),
        ("on-hold", True),
        ("draft", False),
        ("rejected", False),
        ("cancelled", False),
        ("failed", False),
        ("completed", False),
        ("entered-in-error", False),
    ],
)
def test_a_task_gives_its_owner_a_relation_while_it_is_open(status: str, gives: bool) -> None:
    assert given(task(status)) == ([("astrid", OST, "worklist")] if gives else [])


def test_a_team_gives_each_member_one_in_his_own_period() -> None:
    ida, unit = facts.of(team(), since=SINCE).relations
    assert (ida.grantee, ida.kind) == ("Practitioner/ida", "care-team")
    assert ida.valid_from < datetime(2026, 2, 1, 12, tzinfo=UTC) and ida.valid_to is not None
    assert datetime(2026, 2, 28, 12, tzinfo=UTC) < ida.valid_to < datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert unit.valid_from < datetime(2026, 1, 1, 12, tzinfo=UTC) and unit.valid_to is None
    assert given(team(status="inactive")) == given(team(status="entered-in-error")) == []


def test_without_a_stated_start_it_begins_with_the_version() -> None:
    (found,) = facts.of(task("requested"), since=SINCE).relations
    assert (found.valid_from, found.valid_to) == (SINCE, None)


def test_the_gp_list() -> None:
    listed = astrid(
        generalPractitioner=[
            {"reference": "Practitioner/grete"},
            {"reference": "Organization/torget/_history/2"},
        ]
    )
    assert given(listed) == [
        ("astrid", "Practitioner/grete", "gp-list"),
        ("astrid", "Organization/torget", "gp-list"),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        task("requested", owner={"reference": "Patient/bjarne"}),
        task("requested", owner={"reference": "Device/d"}),
        task("requested", owner={"reference": "https://elsewhere.example/fhir/Organization/x"}),
        task("requested", owner={"display": "Hjemmetjenesten"}),
        task("requested", owner={"reference": "#contained"}),
        task("requested", **{"for": {"reference": "Group/g"}}),
        task("requested", **{"for": {"reference": "https://elsewhere.example/fhir/Patient/astrid"}}),
        {"resourceType": "Observation", "subject": ASTRID, "performer": [{"reference": "Practitioner/omar"}]},
        {"resourceType": "CareTeam", "status": "active", "subject": ASTRID},
    ],
)
def test_nothing_else_gives_any(odd: dict[str, Any]) -> None:
    assert given(odd) == []


async def test_reindexing_derives_relations_anew(house: House, database: str) -> None:
    """As after a release whose rules are others: what was derived is wrong, missing and too much."""
    gp = {"generalPractitioner": [{"reference": "Practitioner/berit"}]}
    await house.put(astrid() | gp, decision_for("astrid"), pulse("p1", "astrid"))
    connection = await asyncpg.connect(database)
    try:
        right = await connection.fetch("select * from record.care_relation order by patient_id, kind")
        assert [row["kind"] for row in right] == ["gp-list", "service-decision"]
        await connection.execute(
            "update record.care_relation set grantee = 'Organization/elsewhere' where kind = 'gp-list';"
            "delete from record.care_relation where kind = 'service-decision';"
            "insert into record.care_relation (tenant, bucket, patient, valid_from, patient_id, grantee, kind, source_type, "
            "source_id) values (1, 0, 0, now(), 'astrid', 'Organization/nobodys', 'gone', 'Observation', 'p1')"
        )
        for type in ("patient", "episodeofcare", "observation"):
            await connection.execute(f"update record.{type} set index_version = 0")
        assert await house.store.reindex(["Patient", "EpisodeOfCare", "Observation"], read_again) == 3
        assert await connection.fetch("select * from record.care_relation order by patient_id, kind") == right
        assert await house.store.reindex(["Patient", "EpisodeOfCare", "Observation"], read_again) == 0
    finally:
        await connection.close()
