"""History of a whole type finds the rows by whose they are, and answers as if each resource had been asked for by itself."""

from datetime import timedelta

import pytest
from stage import IDA, NOW, Stage, deletion, observation, patient, relation, write

from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    NoPatient,
    Not,
    PatientIs,
    PatientRelation,
    Restriction,
)
from akson.store import history
from akson.store.values import StoredVersion

LATER = NOW + timedelta(hours=1)
IDAS = PatientRelation((IDA,), LATER, ("care-team",))
RULES: dict[str, Restriction] = {
    "of one's patients": IDAS,
    "and of nobody": AnyOf((NoPatient(), IDAS)),
    "by either of two": AnyOf((IDAS, PatientRelation(("Organization/ost",), LATER, ("care-team",)))),
    "without one of them": AllOf((IDAS, Not(PatientIs(("cecilie",))))),
    "one's own": PatientIs(("astrid",)),
    "of two": PatientIs(("bjarne", "astrid")),
    "all": Everything(),
}


@pytest.fixture
async def written(stage: Stage) -> Stage:
    """Corrected, deleted, moved from one patient to another, and of nobody."""
    team = {"resourceType": "CareTeam", "status": "active"}
    theirs = {"astrid": IDA, "cecilie": IDA, "bjarne": "Organization/ost"}
    people = ("astrid", "bjarne", "cecilie", "dag")
    await stage.put(
        *[patient(who) for who in people],
        *[write({**team, "id": who, "subject": {"reference": f"Patient/{who}"}}, relations=[relation(who, by)])
          for who, by in theirs.items()],
        *[observation(f"{who}-{n}", who) for who in people for n in range(4)],
        observation("nobodys", None),
    )  # fmt: skip
    await stage.put(*[write(observation(f"{who}-1", who), 2) for who in people])
    await stage.put(*[deletion("Observation", f"{who}-2", 2) for who in people])
    await stage.put(write(observation("bjarne-3", "astrid"), 2), write(observation("astrid-3", "dag"), 2))
    return stage


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
async def test_a_type_is_the_sum_of_its_resources(written: Stage, rule: Restriction) -> None:
    store, found = written.store, list[StoredVersion]()
    ids = ["nobodys", *(f"{who}-{n}" for who in ("astrid", "bjarne", "cecilie", "dag") for n in range(4))]
    for id in ids:
        versions, _, _ = await store.history(1, "Observation", id, restriction=rule, count=10)
        found += versions
    newest = sorted(found, key=lambda v: (-v.updated.timestamp(), v.id, -v.version))
    asked, cursor = list[StoredVersion](), None
    while True:
        page, total, cursor = await store.history(
            1, "Observation", None, restriction=rule, count=3, cursor=cursor
        )
        asked += page
        assert total == len(newest)
        if cursor is None:
            break
    assert asked == newest


@pytest.mark.parametrize("rule", ["of one's patients", "and of nobody", "of two"])
async def test_both_tables_are_found_by_whose_the_rows_are(written: Stage, rule: str) -> None:
    store = written.store
    page = history.page(
        history.Asked(1, "Observation", None), ["Observation"], lambda _: RULES[rule], store._keys, count=50, cursor=None
    )  # fmt: skip
    async with store._search_pool.acquire() as connection, connection.transaction():
        # So few rows are faster read through; here is asked what can be found at all.
        await connection.execute("set local enable_seqscan = off")
        for table in ("observation", "observation_history"):
            await connection.execute(f"drop index record.{table}_tenant_updated_idx")
            await connection.execute(f"alter table record.{table} drop constraint {table}_pkey")
        plan = "\n".join(r[0] for r in await connection.fetch(f"explain {page.text}", *page.arguments))
        await connection.execute("rollback and chain")  # With the indexes back.
    assert "observation_tenant_patient_date_lo_idx" in plan, plan
    if rule != "and of nobody":
        # What is of nobody has no entry in an index over patients.
        assert "observation_history_patient_ids_idx" in plan, plan
