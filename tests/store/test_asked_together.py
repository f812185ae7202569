"""What is asked and written at the same time shares a statement, and nothing else: not a restriction, not a refusal."""

import asyncio
from datetime import timedelta
from typing import Any

from stage import NOW, Stage, everything, nothing_hidden, observation, patient, query, write

from akson.access.decision import Everything, Nothing, PatientIs, Restriction
from akson.fhir.problem import Problem
from akson.store.post import PostStore
from akson.store.search import statement
from akson.world import FixedClock

FNR = "urn:fnr"


def numbered(n: int, **more: Any) -> dict[str, Any]:
    return patient(f"p{n}", **{"identifier": [{"system": FNR, "value": str(n)}], **more})


async def asked(
    stage: Stage, text: str, restriction: Restriction = Everything(), tenant: int = 1
) -> list[str]:
    page = await stage.store.search(
        tenant, query(text), restriction=lambda _type: restriction, redactions=nothing_hidden, together=True
    )
    return [found.id for found in page.matches]


async def test_each_gets_what_she_alone_would_have_got(stage: Stage) -> None:
    people = [numbered(n) for n in range(6)]
    findings = [observation(f"o{n}-{m}", f"p{n}") for n in range(6) for m in range(n)]
    await stage.put(*people, *findings, numbered(6, identifier=[{"system": FNR, "value": "0"}]))
    await stage.put(numbered(0), tenant=2)
    texts = [f"Patient?identifier={FNR}|{n}" for n in range(8)]
    texts += [
        f"Patient?identifier={FNR}|0,{FNR}|3",
        'Patient?identifier=urn:fnr|"{},\\',
        "Patient?identifier=urn:fnr|\0",
    ]
    texts += [f"Observation?patient=p{n}&status=final" for n in range(7)] + [
        "Observation?patient=p5&status=amended"
    ]
    texts += ["Observation?patient=p5&_count=2", "Observation?status=final", "Flag?identifier=urn:fnr|1"]
    alone = [await stage.ids(text) for text in texts]
    assert await asyncio.gather(*(asked(stage, text) for text in texts)) == alone
    assert alone[0] == ["p0", "p6"] and len(alone[16]) == 5
    assert await asked(stage, texts[0], tenant=2) == ["p0"]


async def test_each_is_asked_under_her_own_restriction(stage: Stage) -> None:
    await stage.put(*(numbered(n) for n in range(4)), *(observation(f"o{n}", f"p{n}") for n in range(4)))
    rules: list[Restriction] = [PatientIs((f"p{n}",)) for n in range(4)] + [Nothing(), Everything()]
    for text, seen in ((f"Patient?identifier={FNR}|2", ["p2"]), ("Observation?patient=p2", ["o2"])):
        found = await asyncio.gather(*(asked(stage, text, rule) for rule in rules * 2))
        assert found == [[], [], seen, [], [], seen] * 2


def test_what_may_match_half_of_all_rows_is_planned_for_its_own_values() -> None:
    assert statement.together(query("Patient?identifier=a|1,b|2"))
    assert statement.together(query("Task?patient=astrid&status=requested,accepted"))
    for text in (
        "Patient?identifier=1", "Observation?status=final", "Patient?identifier=a|1&_sort=birthdate", "Patient?_id=a",
        "Patient?identifier=a|1&_include=Patient:organization", "Patient?identifier=a|1&_summary=count",
        "Patient?identifier=a|1&_total=accurate", "Observation?patient.identifier=a|1",
    ):  # fmt: skip
        assert not statement.together(query(text)), text


async def test_one_refused_commit_leaves_those_beside_it_whole(stage: Stage) -> None:
    await stage.put(observation("o0"))
    new = [observation(f"o{n}") for n in (9, 1, 2, 0, 3)]
    done = await asyncio.gather(*(stage.put(one) for one in new), return_exceptions=True)
    assert [isinstance(d, Problem) and d.id for d in done] == [False, False, False, "AKS-STORE-031", False]
    assert await stage.ids("Observation?patient=astrid") == ["o0", "o1", "o2", "o3", "o9"]


async def test_of_two_who_replace_the_same_version_one_is_told_that_she_lost(stage: Stage) -> None:
    await stage.put(*(observation(f"o{n}") for n in range(5)))
    next = [
        write(observation(f"o{n}", status=status), 2) for n in range(5) for status in ("amended", "corrected")
    ]
    done = await asyncio.gather(*(stage.put(one) for one in next), return_exceptions=True)
    for n in range(5):
        lost = [isinstance(d, Problem) and d.id for d in done[2 * n : 2 * n + 2]]
        assert sorted(lost, key=str) == ["AKS-STORE-030", False]
        versions, _, _ = await stage.store.history(1, "Observation", f"o{n}", restriction=everything, count=9)
        assert [v.version for v in versions] == [2, 1]


async def test_of_replaced_versions_beside_each_other_only_those_that_stood_are_written(stage: Stage) -> None:
    await stage.put(*(observation(f"o{n}") for n in range(5)))
    # The third and fifth expect a version that is not there: nobody else is undone, and nobody else is written twice.
    versions = [2, 2, 3, 2, 7]
    next = [write(observation(f"o{n}", status="amended"), version) for n, version in enumerate(versions)]
    done = await asyncio.gather(*(stage.put(one) for one in next), return_exceptions=True)
    assert [isinstance(d, Problem) and d.id for d in done] == [
        False,
        False,
        "AKS-STORE-030",
        False,
        "AKS-STORE-030",
    ]
    assert await stage.ids("Observation?status=amended") == ["o0", "o1", "o3"]


async def test_arrivals_at_the_same_time_are_one_item_each_and_one_bad_name_is_its_own(database: str) -> None:
    post = await PostStore.open(database, clock=FixedClock(NOW + timedelta(hours=1)))
    try:
        names = ["a.xml", "b.xml", "a.xml", "c\0.xml", "d.xml", "b.xml"]
        kept = await asyncio.gather(
            *(post.keep(b"<m/>", transport="folder", name=name) for name in names), return_exceptions=True
        )
        ids = {name: one[0] for name, one in zip(names, kept, strict=True) if isinstance(one, tuple)}
        assert set(ids) == {"a.xml", "b.xml", "d.xml"} and len(set(ids.values())) == 3
        assert isinstance(kept[3], Exception) and await post.counts() == {"received": 3}
        assert sorted(one[1] for one in kept if isinstance(one, tuple)) == [False, False, True, True, True]
    finally:
        await post.close()
