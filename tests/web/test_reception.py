"""Whom a login becomes here: found by number in a real record, or refused in words that say why."""

from dataclasses import replace
from typing import Any

import pytest

from akson.access.actor import ActorKind
from akson.app.directory import RecordDirectory
from akson.app.reception import Reception
from akson.app.staff import HPR_SYSTEM, NATIONAL_ID_SYSTEMS, ROLE_SYSTEM, SERVICE_SYSTEM
from akson.fhir.problem import Problem
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.person import Person
from tests.web.conftest import Rooms

STAFF = Issuer("helseid", "HelseID", Profile.HELSEID, "https://helseid.example", "akson", 1)
CITIZENS = replace(STAFF, id="idporten", profile=Profile.IDPORTEN)
UNKNOWN_NUMBER = "12857012399"


def person(hpr: str = "", number: str = UNKNOWN_NUMBER, issuer: Issuer = STAFF) -> Person:
    return Person(issuer, "sub", "Fra Utsteder", number, hpr, "", "", "", "t")


def practitioner(id: str, hpr: str = "", number: str = "", **more: Any) -> dict[str, Any]:
    identifiers = [{"system": HPR_SYSTEM, "value": hpr}] if hpr else []
    identifiers += [{"system": NATIONAL_ID_SYSTEMS[0], "value": number}] if number else []
    return {
        "resourceType": "Practitioner",
        "id": id,
        "identifier": identifiers,
        "name": [{"family": "Prøve", "given": [id]}],
        **more,
    }


def role(
    id: str, who: str, unit: str = "hjemmetjenesten-ost", code: str = "nurse", **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": id,
        "active": True,
        "practitioner": {"reference": f"Practitioner/{who}"},
        "organization": {"reference": f"Organization/{unit}"},
        "code": [{"coding": [{"system": ROLE_SYSTEM, "code": code}]}],
        **more,
    }


async def refused(rooms: Rooms, who: Person) -> str:
    with pytest.raises(Problem) as problem:
        await Reception(rooms.record).actors(who)  # type: ignore[arg-type]
    return problem.value.id


async def test_ida_is_found_by_her_hpr_number(rooms: Rooms) -> None:
    (ida,) = await Reception(rooms.record).actors(person("9900001"))
    assert (ida.id, ida.kind, ida.role, ida.unit_name) == (
        "ida",
        ActorKind.PRACTITIONER,
        "nurse",
        "Hjemmetjenesten Øst",
    )
    above = ("hjemmetjenesten-ost", "storvik-sykepleietjeneste", "storvik")
    assert ida.organisations == tuple(f"Organization/{id}" for id in above)
    assert ida.hpr == "9900001" and ida.level == 4


async def test_one_without_authorisation_is_found_by_national_id(rooms: Rooms) -> None:
    await rooms.put(
        practitioner("turid", number="12857012401"), role("turid-rolle", "turid", code="caseworker")
    )
    (turid,) = await Reception(rooms.record).actors(person(number="12857012401"))
    assert (turid.id, turid.role, turid.hpr) == ("turid", "caseworker", "")


async def test_health_personnel_without_hpr_number_are_refused(rooms: Rooms) -> None:
    await rooms.put(practitioner("nina", "9900071", "12857012402"), role("nina-rolle", "nina"))
    assert await refused(rooms, person(number="12857012402")) == "AKS-LOGIN-031"


async def test_two_numbers_of_two_people_are_refused(rooms: Rooms) -> None:
    await rooms.put(practitioner("eva", "9900072", "12857012403"), role("eva-rolle", "eva"))
    assert await refused(rooms, person("9900072", "12857012404")) == "AKS-LOGIN-032"
    assert await refused(rooms, person("9900079", "12857012403")) == "AKS-LOGIN-032"


@pytest.mark.parametrize("hpr", ["9999999", ""])
async def test_a_stranger_is_refused(rooms: Rooms, hpr: str) -> None:
    assert await refused(rooms, person(hpr)) == "AKS-LOGIN-030"
    assert await refused(rooms, person(issuer=CITIZENS)) == "AKS-LOGIN-030"


async def test_one_number_on_two_people_lets_neither_in(rooms: Rooms) -> None:
    await rooms.put(practitioner("a1", "9900073"), practitioner("a2", "9900073"), role("a1-rolle", "a1"))
    assert await refused(rooms, person("9900073")) == "AKS-LOGIN-030"


@pytest.mark.parametrize(
    "more",
    [
        {"active": False},
        {"period": {"end": "2020-01-01"}},
        {"period": {"start": "2099"}},
        {"code": [{"text": "nurse"}]},
        {"organization": {"reference": "Organization/finnes-ikke"}},
    ],
    ids=str,
)
async def test_a_role_that_is_not_in_force_gives_nothing(rooms: Rooms, more: dict[str, Any]) -> None:
    await rooms.put(practitioner("gamle", "9900074"), role("gamle-rolle", "gamle") | more)
    assert await refused(rooms, person("9900074")) == "AKS-LOGIN-033"


async def test_one_who_has_left_is_refused(rooms: Rooms) -> None:
    await rooms.put(practitioner("sluttet", "9900075", active=False), role("sluttet-rolle", "sluttet"))
    assert await refused(rooms, person("9900075")) == "AKS-LOGIN-030"


async def test_several_roles_are_offered_and_none_is_chosen_for_her(rooms: Rooms) -> None:
    await rooms.put(
        practitioner("to", "9900076"),
        role("to-1", "to"),
        role("to-2", "to", unit="storvik-legevakt", period={"start": "2020-01-01", "end": "2099-01-01"}),
    )
    found = await Reception(rooms.record).actors(person("9900076"))
    assert [actor.unit_name for actor in found] == ["Hjemmetjenesten Øst", "Storvik legevakt"]


async def test_a_citizen_is_found_by_her_number_and_gets_her_own_record(rooms: Rooms) -> None:
    await rooms.put(
        {
            "resourceType": "Patient",
            "id": "borger",
            "identifier": [{"system": NATIONAL_ID_SYSTEMS[1], "value": "52857012405"}],
        }
    )
    (citizen,) = await Reception(rooms.record).actors(person(number="52857012405", issuer=CITIZENS))
    assert (citizen.kind, citizen.reference, citizen.role) == (ActorKind.CITIZEN, "Patient/borger", "")
    assert citizen.name == "Fra Utsteder", "the record has no name of hers"


async def test_staff_are_no_citizens_by_the_same_number(rooms: Rooms) -> None:
    assert await refused(rooms, person("9900001", issuer=CITIZENS)) == "AKS-LOGIN-030"


async def test_another_tenant_has_other_people(rooms: Rooms) -> None:
    assert await refused(rooms, person("9900001", issuer=replace(STAFF, tenant=2))) == "AKS-LOGIN-030"


async def test_what_held_at_the_login_may_hold_no_longer(rooms: Rooms) -> None:
    await rooms.put(practitioner("vikar", "9900077"), role("vikar-rolle", "vikar"))
    reception = Reception(rooms.record)  # type: ignore[arg-type]
    (vikar,) = await reception.actors(person("9900077"))
    assert await reception.holds(vikar)
    assert not await reception.holds(replace(vikar, role="doctor"))
    assert not await reception.holds(replace(vikar, organisations=("Organization/storvik-legevakt",)))
    assert not await reception.holds(replace(vikar, reference="Practitioner/finnes-ikke"))
    await rooms.put(role("vikar-rolle", "vikar", active=False))
    assert not await reception.holds(vikar)


async def test_the_login_and_the_api_find_the_same_unit_service_and_own_record(rooms: Rooms) -> None:
    """One look at the register: who is a patient here too is so at every door, and a role that has ended gives nothing."""
    number = "12857012477"
    unit = {
        "resourceType": "Organization",
        "id": "helsehuset",
        "name": "Helsehuset",
        "partOf": {"reference": "Organization/storvik"},
        "type": [{"coding": [{"system": SERVICE_SYSTEM, "code": "KP02"}]}],
    }
    own = {
        "resourceType": "Patient",
        "id": "vera-selv",
        "identifier": [{"system": NATIONAL_ID_SYSTEMS[0], "value": number}],
        "name": [{"family": "Prøve"}],
    }
    await rooms.put(
        practitioner("vera", "9900091", number),
        unit,
        role("vera-ferdig", "vera", code="doctor", period={"end": "2020-01-01"}),
        role("vera-rolle", "vera", "helsehuset"),
        own,
    )
    (login,) = await Reception(rooms.record).actors(person("9900091", number))
    api = await RecordDirectory(rooms.record).practitioner(1, hpr="9900091", national_id=number)
    assert api is not None
    for found in (login, api):
        assert (found.role, found.service, found.own_patient) == ("nurse", "KP02", "Patient/vera-selv")
        assert found.organisations == ("Organization/helsehuset", "Organization/storvik")
        assert (found.reference, found.unit_name) == ("Practitioner/vera", "Helsehuset")
    await rooms.put(role("vera-rolle", "vera", "helsehuset", period={"end": "2020-01-01"}))
    ended = await RecordDirectory(rooms.record).practitioner(1, hpr="9900091", national_id=number)
    assert ended is not None and (ended.role, ended.organisations) == ("", ())
