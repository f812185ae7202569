"""What is kept of a report is given for exactly as long as the sums stand; a load that is broken off leaves nothing."""

import asyncpg
import pytest

from akson.analytics.reports.adoption import loading
from akson.analytics.reports.adoption.figures import Choice
from akson.analytics.reports.adoption.reports import AdoptionReports
from akson.fhir.problem import Problem
from akson.store.adoption import AdoptionStore, Party

SMALL = 0.08


async def test_a_broken_load_leaves_nothing_and_is_begun_again(database: str) -> None:
    store = await AdoptionStore.open(database)

    def broken_off(done: int, _: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await loading.generate(store, seed=1, times=SMALL, progress=broken_off)
    assert not await store.rows() and not await store.parties()
    rows = await loading.generate(store, seed=1, times=SMALL)
    assert rows == await store.rows()
    with pytest.raises(Problem, match="AKS-ANALYTICS-001"):
        await loading.generate(store, seed=1, times=SMALL)
    await store.close()


async def test_a_report_is_kept_until_the_sums_change_and_no_longer(database: str) -> None:
    store = await AdoptionStore.open(database)
    await loading.generate(store, seed=1, times=SMALL)
    reports = AdoptionReports(store)
    first = await reports.report(Choice())
    assert first is not None and await reports.report(Choice()) is first
    other = await reports.report(Choice(county="Troms"))
    assert other is not None and {p.county for p in other.places} == {"Troms"}
    connection = await asyncpg.connect(database)
    for change in (
        "update adoption.month set messages = messages + 1000 where month = '2014-12-01'",
        "update adoption.wait set messages = messages + 1",
        "delete from adoption.party where her = '100001'",
    ):
        # Seen by nobody before it is committed, and by everybody after.
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(change)
        assert await reports.report(Choice()) is first
        await transaction.commit()
        later = await reports.report(Choice())
        assert later is not None and later is not first
        assert await reports.report(Choice()) is later
        first = later
    await connection.close()
    assert len(first.places) == 427
    await store.name_parties([Party("100001", "Østfold 01", "municipality", "Østfold", "100001")])
    again = await reports.report(Choice())
    assert again is not None and len(again.places) == 428
    await store.name_parties([Party("100001", "Østfold 01", "municipality", "Østfold", "100001")])
    assert await reports.report(Choice()) is again
    await store.close()
