"""Hidden is missing: whatever is asked, Omar cannot tell Astrid's data from data that is not there."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.decision import Everything
from akson.app.cast import CAST, LILLEFJORD
from akson.fhir.outcome import operation_outcome
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, pulse

MARK = "urn:oid:2.16.578.1.12.4.1.4.1"
OF_ASTRID = astrid(identifier=[{"system": MARK, "value": "12854200011"}])


def change(method: str, id: str, **more: Any) -> Change:
    body = None if method == "DELETE" else json.dumps(pulse(id, "omars", 99)).encode()
    return Change(method, "Observation", id=id, body=body, **more)


Ask = Callable[[RecordSession, str], Awaitable[object]]

ASKS: dict[str, Ask] = {
    "read": lambda omar, id: omar.read("Observation", id),
    "vread": lambda omar, id: omar.vread("Observation", id, 1),
    "vread of a version that never was": lambda omar, id: omar.vread("Observation", id, 7),
    "history": lambda omar, id: omar.history("Observation", id),
    "update": lambda omar, id: omar.commit([change("PUT", id)]),
    "update, If-Match right": lambda omar, id: omar.commit([change("PUT", id, if_match=1)]),
    "update, If-Match wrong": lambda omar, id: omar.commit([change("PUT", id, if_match=7)]),
    "delete": lambda omar, id: omar.commit([change("DELETE", id)]),
    "delete, If-Match right": lambda omar, id: omar.commit([change("DELETE", id, if_match=1)]),
    "delete, If-Match wrong": lambda omar, id: omar.commit([change("DELETE", id, if_match=7)]),
    "erase": lambda omar, id: omar.erase("Observation", id, ground="slettes"),
    "update among others": lambda omar, id: omar.commit([change("PUT", "omars-own"), change("PUT", id)]),
}


async def staged(house: House) -> None:
    """Astrid is Ida's; another patient is Omar's."""
    await house.put(OF_ASTRID, decision_for("astrid"), pulse("o1", "astrid"))
    await house.put(
        {"resourceType": "Patient", "id": "omars"},
        decision_for("omars", "hjemmetjenesten-vest", "vedtak-2"),
        pulse("omars-own", "omars"),
    )


async def answer(ask: Ask, session: RecordSession, id: str) -> str:
    try:
        return repr(await ask(session, id))
    except Problem as refused:
        return f"{refused.kind} {json.dumps(operation_outcome(refused))}"


@pytest.mark.parametrize("name", sorted(ASKS))
async def test_the_answer_about_hidden_is_the_answer_about_missing(house: House, name: str) -> None:
    await staged(house)
    hidden = await answer(ASKS[name], house.as_("omar"), "o1")
    missing = await answer(ASKS[name], house.as_("omar"), "nn")
    assert hidden == missing
    assert "StoredVersion" not in hidden
    untouched = await house.as_("system").history("Observation", "o1")
    assert [v.version for v in untouched.versions] == [1]


@pytest.mark.parametrize("name", ["read", "vread", "history", "update", "update, If-Match right"])
async def test_the_same_work_is_done_for_both(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time tells too: the store is asked the same things the same number of times."""
    await staged(house)
    asked: list[str] = []
    for method in ("read", "read_version", "history", "current", "facts", "search", "commit"):
        real = getattr(house.store, method)

        def counted(*a: Any, real: Any = real, method: str = method, **k: Any) -> Any:
            asked.append(method)
            return real(*a, **k)

        monkeypatch.setattr(house.store, method, counted)
    await answer(ASKS[name], house.as_("omar"), "o1")
    hidden, asked[:] = list(asked), []
    await answer(ASKS[name], house.as_("omar"), "nn")
    assert hidden == asked


@pytest.mark.parametrize(
    "text",
    [
        "Patient?family=Bakken",
        "Patient?_id=astrid",
        f"Patient?identifier={MARK}|12854200011",
        "Patient?name:exact=Astrid",
        "Observation?patient=astrid",
        "Observation?subject=Patient/astrid&_include=Observation:subject",
        "Observation?patient.family=Bakken",
        "Observation?patient:Patient.identifier=12854200011",
        "Patient?_has:Observation:patient:code=8867-4&family=Bakken",
        "EpisodeOfCare?patient=astrid&_include=EpisodeOfCare:patient&_revinclude=Task:patient",
        "Patient?_id=astrid&_revinclude=Observation:subject",
        "Observation?_id=o1&_sort=-date",
        "Patient?family=Bakken&_total=accurate",
        "Patient?_summary=count&family=Bakken",
        "Patient?_count=0&family=Bakken",
    ],
)
async def test_no_search_finds_or_counts_her(house: House, text: str) -> None:
    await staged(house)
    type, _, query = text.partition("?")
    asked = parse(type, [tuple(pair.split("=", 1)) for pair in query.split("&")])  # type: ignore[misc]
    found = await house.as_("omar").search(asked)
    assert (found.matches, found.included, found.next_cursor) == ((), (), None)
    assert not found.total
    seen = await house.as_("ida").search(asked)
    assert seen.matches or seen.total, "Ida's answer shows that the question was a good one"


async def test_what_points_to_her_does_not_bring_her_along(house: House) -> None:
    """An open resource leads to a hidden one: neither include nor reverse include follows."""
    await staged(house)
    await house.put({"resourceType": "Practitioner", "id": "grete"})
    await house.put(OF_ASTRID | {"generalPractitioner": [{"reference": "Practitioner/grete"}]})
    found = await house.as_("omar").search(
        parse("Practitioner", [("_id", "grete"), ("_revinclude", "Patient:general-practitioner")])
    )
    assert [v.id for v in found.matches] == ["grete"] and not found.included


async def test_a_resource_of_two_patients_needs_a_relation_to_both(house: House) -> None:
    await staged(house)
    both = {
        "resourceType": "Appointment",
        "id": "both",
        "status": "proposed",
        "participant": [
            {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"} for who in ("astrid", "omars")
        ],
    }
    await house.put(both)
    for who in ("ida", "omar", "astrid"):
        with pytest.raises(Problem):
            await house.as_(who).read("Appointment", "both")
    await house.put(decision_for("omars", "hjemmetjenesten-ost", "vedtak-3"))
    assert (await house.as_("ida").read("Appointment", "both")).id == "both"


async def test_lists_of_a_type_and_of_everything_leave_her_out(house: House) -> None:
    await staged(house)
    for type in ("Observation", None):
        page = await house.as_("omar").history(type)
        assert page.versions and {p for v in page.versions for p in v.patients} == {"omars"}
        assert page.total == len(page.versions)


async def test_an_old_version_about_another_patient_stays_hers(house: House) -> None:
    """Written on the wrong patient, then moved: today's reader of the new one does not get the old one's text."""
    await staged(house)
    await house.put(pulse("o1", "omars"))
    assert [v.version for v in (await house.as_("omar").history("Observation", "o1")).versions] == [2]
    with pytest.raises(Problem):
        await house.as_("omar").vread("Observation", "o1", 1)
    assert (await house.as_("ida").vread("Observation", "o1", 1)).version == 1
    with pytest.raises(Problem):
        await house.as_("ida").read("Observation", "o1")


async def test_conditions_look_only_among_what_may_be_seen(house: House) -> None:
    """Omar's conditional reference to Astrid is answered as one to nobody."""
    await staged(house)
    answers = []
    for number in ("12854200011", "12854200099"):
        body = json.dumps(
            pulse("x", "omars") | {"subject": {"reference": f"Patient?identifier={MARK}|{number}"}}
        )
        with pytest.raises(Problem) as refused:
            await house.as_("omar").commit([Change("POST", "Observation", body=body.encode())])
        answers.append(json.dumps(operation_outcome(refused.value)))
    assert answers[0] == answers[1]


async def test_writing_about_her_is_refused_as_writing_about_nobody(house: House) -> None:
    await staged(house)
    answers = []
    for patient in ("astrid", "nn"):
        body = {k: v for k, v in pulse("x", patient).items() if k != "id"}
        with pytest.raises(Problem) as refused:
            await house.as_("omar").commit([Change("POST", "Observation", body=json.dumps(body).encode())])
        answers.append(json.dumps(operation_outcome(refused.value)))
    assert answers[0] == answers[1]


async def test_moving_to_her_needs_both(house: House) -> None:
    """Omar may write his own patient's Observation, but not make it Astrid's; nor Ida take it over."""
    await staged(house)
    body = json.dumps(pulse("omars-own", "astrid")).encode()
    for who in ("omar", "ida"):
        with pytest.raises(Problem) as refused:
            await house.as_(who).commit([Change("PUT", "Observation", id="omars-own", body=body)])
        assert refused.value.id == "AKS-RECORD-404"


async def test_a_relation_made_in_the_commit_does_not_carry_the_commit(house: House) -> None:
    """A team that names Omar, and Astrid's data, in one Bundle."""
    await staged(house)
    team = {
        "resourceType": "CareTeam",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
        "participant": [{"member": {"reference": "Practitioner/omar"}}],
    }
    own = {k: v for k, v in pulse("x", "astrid").items() if k != "id"}
    with pytest.raises(Problem):
        await house.as_("omar").commit(
            [
                Change("POST", "CareTeam", body=json.dumps(team).encode()),
                Change("POST", "Observation", body=json.dumps(own).encode()),
            ]
        )
    assert not (await house.as_("system").search(parse("CareTeam", []))).matches


async def test_clinical_content_of_nobody_is_hidden_from_all_but_the_service(house: House) -> None:
    orphan = {k: v for k, v in pulse("orphan", "x").items() if k != "subject"}
    await house.put(orphan, {"resourceType": "Organization", "id": "open", "name": "Åpen"})
    for who in ("ida", "nadia", "kari", "mats", "per", "arne", "astrid"):
        with pytest.raises(Problem) as refused:
            await house.as_(who).read("Observation", "orphan")
        assert refused.value.id == "AKS-RECORD-404"
    assert (await house.as_("ida").read("Organization", "open")).id == "open"
    assert (await house.as_("system").read("Observation", "orphan")).id == "orphan"


async def test_another_municipality_sees_and_counts_nothing(house: House) -> None:
    await staged(house)
    neighbour = house.as_(replace(CAST["system"], tenant=LILLEFJORD))
    with pytest.raises(Problem):
        await neighbour.read("Patient", "astrid")
    assert (await neighbour.search(parse("Patient", [("_total", "accurate")]))).total == 0
    assert (await neighbour.history()).total == 0
    assert await neighbour.access_log("astrid") == []
    nurse = house.as_(replace(CAST["ida"], tenant=LILLEFJORD))
    with pytest.raises(Problem):
        await nurse.read("Patient", "astrid")


async def test_the_last_guard_refuses_the_whole_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that forgets the restriction: nothing leaves, and Astrid's log says so."""
    await staged(house)
    store = house.store
    search, read, history = store.search, store.read, store.history

    async def searches(tenant: int, query: Any, **_: Any) -> Any:
        return await search(
            tenant, query, restriction=lambda _type: Everything(), redactions=lambda _type: ()
        )

    async def reads(tenant: int, type: str, id: str, **_: Any) -> Any:
        return await read(tenant, type, id, restriction=Everything())

    async def histories(tenant: int, type: str, id: str, **more: Any) -> Any:
        return await history(tenant, type, id, **more | {"restriction": lambda _type: Everything()})

    monkeypatch.setattr(store, "search", searches)
    monkeypatch.setattr(store, "read", reads)
    monkeypatch.setattr(store, "history", histories)
    omar = house.as_("omar")
    leaks = (
        lambda: omar.search(parse("Observation", [])),
        lambda: omar.read("Observation", "o1"),
        lambda: omar.history("Observation", "o1"),
        lambda: omar.commit([Change("PUT", "Observation", body=b"{}", criteria="patient=astrid")]),
    )
    for leak in leaks:
        with pytest.raises(Problem) as held:
            await leak()
        assert held.value.id == "AKS-RECORD-001"
    monkeypatch.undo()
    lines = await house.as_("astrid", PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    assert "Svaret ble stanset av siste kontroll." in {line.words for line in lines if not line.permitted}
