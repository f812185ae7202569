"""One rule, every question: the restriction holds at each place a row could show itself."""

from datetime import timedelta

import pytest
from stage import IDA, NOW, Stage, deletion, observation, patient, relation, write

from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    NoPatient,
    Nothing,
    PatientIs,
    PatientRelation,
    Restriction,
)
from akson.store.values import StoredVersion, Withheld

LATER = NOW + timedelta(hours=1)
KINDS = ("care-team",)
IDAS = PatientRelation((IDA, "Organization/ost"), LATER, KINDS)


def idas(_type: str) -> Restriction:
    """What a nurse may see: her patients, and what belongs to no patient."""
    return AnyOf((NoPatient(), IDAS))


@pytest.fixture
async def two_patients(stage: Stage) -> Stage:
    """Astrid is Ida's patient through a care team, Bjarne is nobody's; an organisation is open to all."""
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
    }
    await stage.put(
        patient("astrid", "Bakken"),
        patient("bjarne", "Bakken"),
        write(team, relations=[relation("astrid")]),
        {"resourceType": "Organization", "id": "ost", "name": "Øst"},
        *[observation(f"{who}-o{n}", who) for who in ("astrid", "bjarne") for n in range(3)],
    )
    return stage


async def test_read_withholds_and_names_the_patients_for_the_log(two_patients: Stage) -> None:
    store = two_patients.store
    assert isinstance(await store.read(1, "Patient", "astrid", restriction=IDAS), StoredVersion)
    hidden = await store.read(1, "Observation", "bjarne-o1", restriction=IDAS)
    assert hidden == Withheld("Observation", "bjarne-o1", ("bjarne",))
    assert await store.read_version(1, "Observation", "bjarne-o1", 1, restriction=IDAS) == hidden
    assert await store.read(1, "Observation", "nobody", restriction=IDAS) is None


async def test_a_deleted_resource_stays_hidden(two_patients: Stage) -> None:
    await two_patients.put(deletion("Observation", "bjarne-o1", 2))
    found = await two_patients.store.read(1, "Observation", "bjarne-o1", restriction=IDAS)
    assert isinstance(found, Withheld)
    _, total, _ = await two_patients.store.history(1, "Observation", "bjarne-o1", restriction=IDAS, count=5)
    assert total == 0


async def test_search_page_and_count_see_the_same_rows(two_patients: Stage) -> None:
    page = await two_patients.search("Observation?code=8867-4&_count=2&_total=accurate", restriction=idas)
    assert page.total == 3 and len(page.matches) == 2
    rest = await two_patients.search(
        "Observation?code=8867-4&_count=2", restriction=idas, cursor=page.next_cursor
    )
    assert len(rest.matches) == 1 and rest.next_cursor is None
    assert {m.id for m in page.matches + rest.matches} == {"astrid-o0", "astrid-o1", "astrid-o2"}
    assert (await two_patients.search("Observation?_summary=count", restriction=idas)).total == 3
    assert await two_patients.ids("Observation?_id=bjarne-o1", restriction=idas) == []
    assert await two_patients.ids("Observation?patient=Patient/bjarne", restriction=idas) == []
    assert await two_patients.ids("Organization", restriction=idas) == ["ost"]


async def test_nothing_shows_through_chains(two_patients: Stage) -> None:
    """Ida may see all observations here, but not Bjarne: his name must not answer."""

    def observations_only(type: str) -> Restriction:
        return Everything() if type == "Observation" else IDAS

    found = await two_patients.ids("Observation?patient.family=Bakken", restriction=observations_only)
    assert sorted(found) == ["astrid-o0", "astrid-o1", "astrid-o2"]
    found = await two_patients.ids(
        "Observation?subject:Patient.family=Bakken&_id=bjarne-o1", restriction=observations_only
    )
    assert found == []


async def test_nothing_shows_through_has(two_patients: Stage) -> None:
    def patients_only(type: str) -> Restriction:
        return Everything() if type == "Patient" else IDAS

    assert await two_patients.ids(
        "Patient?_has:Observation:patient:code=8867-4", restriction=patients_only
    ) == ["astrid"]
    narrow = "Patient?_id=bjarne&_has:Observation:patient:code=8867-4"
    assert await two_patients.ids(narrow, restriction=patients_only) == []


async def test_nothing_shows_through_includes(two_patients: Stage) -> None:
    def observations_only(type: str) -> Restriction:
        return Everything() if type == "Observation" else IDAS

    def patients_only(type: str) -> Restriction:
        return Everything() if type == "Patient" else IDAS

    page = await two_patients.search(
        "Observation?_include=Observation:patient", restriction=observations_only
    )
    assert len(page.matches) == 6 and [f"{v.type}/{v.id}" for v in page.included] == ["Patient/astrid"]
    whose = {f"{v.type}/{v.id}": v.patients for v in page.matches}
    assert whose["Observation/bjarne-o1"] == ("bjarne",)
    page = await two_patients.search("Patient?_revinclude=Observation:patient", restriction=patients_only)
    assert len(page.matches) == 2 and {v.id for v in page.included} == {"astrid-o0", "astrid-o1", "astrid-o2"}


async def test_history_of_a_type_and_of_everything_is_filtered_and_counted(two_patients: Stage) -> None:
    await two_patients.put(write(observation("bjarne-o1", "bjarne"), 2), write(observation("astrid-o1"), 2))
    versions, total, _ = await two_patients.store.history(1, "Observation", None, restriction=IDAS, count=50)
    assert total == len(versions) == 4 and all(v.patients == ("astrid",) for v in versions)
    _, total, _ = await two_patients.store.history(1, None, None, restriction=idas, count=1)
    assert total == 4 + 1 + 1 + 1, "observations, patient, care team, organisation"


async def test_a_version_about_somebody_else_stays_hidden(two_patients: Stage) -> None:
    """Written about Bjarne by mistake, corrected to Astrid: today's version is Ida's, yesterday's is not."""
    await two_patients.put(write(observation("bjarne-o1", "astrid"), 2))
    store = two_patients.store
    assert isinstance(await store.read(1, "Observation", "bjarne-o1", restriction=IDAS), StoredVersion)
    assert isinstance(await store.read_version(1, "Observation", "bjarne-o1", 1, restriction=IDAS), Withheld)
    versions, total, _ = await store.history(1, "Observation", "bjarne-o1", restriction=IDAS, count=5)
    assert [v.version for v in versions] == [2] and total == 1


async def test_several_patients_need_a_relation_for_each(two_patients: Stage) -> None:
    group = {
        "resourceType": "Appointment",
        "id": "both",
        "status": "booked",
        "participant": [
            {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"} for who in ("astrid", "bjarne")
        ],
    }
    await two_patients.put(group)
    hidden = await two_patients.store.read(1, "Appointment", "both", restriction=IDAS)
    assert isinstance(hidden, Withheld) and set(hidden.patients) == {"astrid", "bjarne"}
    assert await two_patients.ids("Appointment", restriction=idas) == []
    assert await two_patients.ids("Appointment", restriction=lambda _t: PatientIs(("astrid",))) == []
    assert await two_patients.ids("Appointment", restriction=lambda _t: PatientIs(("bjarne", "astrid"))) == [
        "both"
    ]
    second = {
        "resourceType": "CareTeam",
        "id": "t2",
        "status": "active",
        "subject": {"reference": "Patient/bjarne"},
    }
    await two_patients.put(write(second, relations=[relation("bjarne", "Organization/ost")]))
    assert await two_patients.ids("Appointment", restriction=idas) == ["both"]


async def test_a_relation_holds_from_until_and_no_longer_than_its_resource_says(stage: Stage) -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
    }
    until = NOW + timedelta(days=1)
    await stage.put(patient("astrid"), write(team, relations=[relation("astrid", until=until)]))

    async def seen(at) -> bool:
        return await stage.ids("Patient", restriction=lambda _t: PatientRelation((IDA,), at, KINDS)) == [
            "astrid"
        ]

    assert [
        await seen(at) for at in (NOW - timedelta(seconds=1), NOW, until - timedelta(seconds=1), until)
    ] == [
        False,
        True,
        True,
        False,
    ]
    await stage.put(write(team, 2, relations=[relation("astrid", "Practitioner/siri")]))
    assert not await seen(NOW), "the new version names somebody else"
    await stage.put(write(team, 3, relations=[relation("astrid"), relation("astrid")]))
    assert await seen(NOW)
    await stage.put(deletion("CareTeam", "team", 4))
    assert not await seen(NOW), "the team is gone"


async def test_a_relation_does_not_cross_tenants(stage: Stage) -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
    }
    await stage.put(patient("astrid"))
    await stage.put(patient("astrid"), write(team, relations=[relation("astrid")]), tenant=2)
    assert await stage.ids("Patient", restriction=lambda _t: IDAS) == []
    assert await stage.ids("Patient", restriction=lambda _t: IDAS, tenant=2) == ["astrid"]


@pytest.mark.parametrize(
    ("restriction", "patients", "organisations"),
    [
        (Everything(), 2, 1),
        (Nothing(), 0, 0),
        (NoPatient(), 0, 1),
        (AnyOf(()), 0, 0),
        (AllOf(()), 2, 1),
        (PatientIs(()), 0, 0),
        (PatientIs(("bjarne",)), 1, 0),
        (PatientRelation((), LATER, KINDS), 0, 0),
        (AllOf((IDAS, PatientIs(("astrid",)))), 1, 0),
        (AllOf((IDAS, PatientIs(("bjarne",)))), 0, 0),
        (AnyOf((PatientIs(("bjarne",)), IDAS, NoPatient())), 2, 1),
        (AllOf((AnyOf((NoPatient(), IDAS)), NoPatient())), 0, 1),
    ],
    ids=str,
)
async def test_the_algebra(
    two_patients: Stage, restriction: Restriction, patients: int, organisations: int
) -> None:
    assert len(await two_patients.ids("Patient", restriction=lambda _t: restriction)) == patients
    assert len(await two_patients.ids("Organization", restriction=lambda _t: restriction)) == organisations
