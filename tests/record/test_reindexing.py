"""`reindex` derives every fact anew, by the same rules as a commit, and gives nobody what the record has not."""

import json
from typing import Any

import asyncpg

from akson.record.reindexing import read_again
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, power_of_attorney, pulse

TABLES = ("care_relation", "barrier", "representation", "trait", "address", "patient_link", "same_person")
TYPES = ("Patient", "RelatedPerson", "Consent", "EpisodeOfCare", "CareTeam", "Observation")
CARE_RELATION = "https://akson.no/fhir/CodeSystem/care-relation"
PATIENT = {"reference": "Patient/astrid"}


def barrier() -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": "sperre",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "SP"}]}],
        "patient": PATIENT,
        "policyRule": {"text": "Pasientens ønske"},
        "provision": {"type": "deny"},
    }


def mother() -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    return {
        "resourceType": "RelatedPerson",
        "id": "mor",
        "patient": PATIENT,
        "relationship": [{"coding": [{"system": system, "code": "MTH"}]}],
        "address": [{"line": ["Storgata 1"], "postalCode": "0123"}],
    }


def team(id: str, member: str) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam",
        "id": id,
        "status": "active",
        "category": [{"coding": [{"system": CARE_RELATION, "code": "emergency"}]}],
        "subject": PATIENT,
        "participant": [{"member": {"reference": member}}],
    }


async def world(house: House) -> None:
    labelled = pulse("p1", "astrid") | {"meta": {"security": [{"code": "NORU"}]}}
    person = astrid(
        birthDate="2015-03-01",
        address=[{"line": ["Storgata 1"], "postalCode": "0123"}],
        link=[{"other": {"reference": "Patient/astrid-old"}, "type": "replaces"}],
    )
    old = {"resourceType": "Patient", "id": "astrid-old"}
    await house.put(old, person, decision_for("astrid"), pulse("p1", "astrid"))
    await house.put(labelled, mother(), barrier(), power_of_attorney("astrid", "RelatedPerson/mor"))
    await house.put(team("claimed", "Practitioner/omar"))
    acted = team("acted", "Practitioner/ida")
    body = json.dumps(acted).encode()
    await house.as_("system").commit([Change("PUT", "CareTeam", id="acted", body=body, act="emergency")])


async def standing(connection: asyncpg.Connection) -> dict[str, Any]:
    """Facts, and the labels of the labelled resource: now and in its history."""
    found: dict[str, Any] = {
        table: sorted(map(repr, await connection.fetch(f"select * from record.{table}"))) for table in TABLES
    }
    for table in ("observation", "observation_history"):
        found[table] = await connection.fetch(f"select id, version, labels, released from record.{table}")
    return found


async def test_every_fact_comes_back(house: House, database: str) -> None:
    await world(house)
    connection = await asyncpg.connect(database)
    try:
        right = await standing(connection)
        assert all(right.values()), "every table holds something"
        kinds = "select grantee, kind from record.care_relation where source_type = 'CareTeam'"
        acted = [("Practitioner/ida", "emergency")]
        assert [tuple(row) for row in await connection.fetch(kinds)] == acted
        for table in TABLES:
            # What an act has made is told by what stands, and by nothing else.
            kept = " where source_type <> 'CareTeam'" if table == "care_relation" else ""
            await connection.execute(f"delete from record.{table}{kept}")
        for table in ("observation", "observation_history"):
            await connection.execute(f"update record.{table} set labels = null, released = null")
        for type in TYPES:
            await connection.execute(f"update record.{type} set index_version = 0")
        assert await house.store.reindex(TYPES, read_again) == 9
        assert await standing(connection) == right
        # Nor does it make more of what is right already.
        for type in TYPES:
            await connection.execute(f"update record.{type} set index_version = 0")
        assert await house.store.reindex(TYPES, read_again) == 9
        assert await standing(connection) == right
        assert await house.store.reindex(TYPES, read_again) == 0
    finally:
        await connection.close()
