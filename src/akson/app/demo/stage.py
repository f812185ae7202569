"""The stage itself: organisations with HER-ids, places, and those who work there. No citizen stands here.

Spec: https://hl7.org/fhir/R4/organization.html, practitioner.html, practitionerrole.html, location.html.
"""

from collections.abc import Iterator

from akson.app.cast import ORGANISATIONS
from akson.app.demo.elements import HER_ID, HPR, PROFESSIONS, ROLES, Resource, coding, concept, reference
from akson.app.demo.granted import WARDS, wards
from akson.app.demo.names import CITY, POSTAL_CODE
from akson.app.demo.staff import EMPLOYEES, UNIT_NAMES, Employee

STREETS = {
    "storvik": "Torget 1",
    "storvik-sykepleietjeneste": "Torget 1",
    "storvik-saksbehandling": "Torget 1",
    "storvik-legetjeneste": "Torget 1",
    "hjemmetjenesten-ost": "Øvre Storvik vei 4",
    "hjemmetjenesten-vest": "Havnegata 22",
    "storvik-sykehjem": "Solbakken 10",
    "storvik-legevakt": "Storgata 40",
    "torget-legesenter": "Torget 7",
    "storvik-apotek": "Torget 5",
}


def _organisation(id: str) -> Resource:
    name, her, above, _ = ORGANISATIONS[id]
    return {
        "resourceType": "Organization",
        "id": id,
        "identifier": [{"use": "official", "system": HER_ID, "value": her}],
        "active": True,
        "name": name,
        # A message must say where its sender is called (HITS 1174, 5.1.3). Numbers of this series are nobody's.
        **({"telecom": [{"system": "phone", "value": f"05{her}", "use": "work"}]} if id in STREETS else {}),
        **({"partOf": reference(f"Organization/{above}", UNIT_NAMES[above])} if above else {}),
    }


def _place(unit: str, street: str) -> Resource:
    return {
        "resourceType": "Location",
        "id": f"sted-{unit}",
        "status": "active",
        "name": UNIT_NAMES[unit],
        "mode": "instance",
        "address": {
            "use": "work",
            "line": [street],
            "postalCode": POSTAL_CODE,
            "city": CITY,
            "country": "NO",
        },
        "managingOrganization": reference(f"Organization/{unit}", UNIT_NAMES[unit]),
    }


def _practitioner(employee: Employee) -> Resource:
    given, _, family = employee.name.rpartition(" ")
    profession = coding(PROFESSIONS, employee.profession) if employee.profession else None
    return {
        "resourceType": "Practitioner",
        "id": employee.id,
        **(
            {"identifier": [{"use": "official", "system": HPR, "value": employee.hpr}]}
            if employee.hpr
            else {}
        ),
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given]}],
        **({"qualification": [{"code": concept(profession["display"], profession)}]} if profession else {}),
    }


def _role(employee: Employee) -> Resource:
    role = coding(ROLES, employee.role)
    place = {"location": [reference(f"Location/sted-{employee.unit}")]} if employee.unit in STREETS else {}
    return {
        "resourceType": "PractitionerRole",
        "id": f"rolle-{employee.id}",
        "active": True,
        "practitioner": reference(employee.reference, employee.name),
        "organization": reference(f"Organization/{employee.unit}", UNIT_NAMES[employee.unit]),
        "code": [concept(role["display"], role)],
        **place,
    }


def stage() -> Iterator[Resource]:
    """Storvik's own units and everyone Storvik writes to, Lillefjord among them as a neighbour's address."""
    yield from map(_organisation, ORGANISATIONS)
    yield from (_place(unit, street) for unit, street in STREETS.items())
    yield from wards(WARDS)
    for employee in EMPLOYEES.values():
        yield _practitioner(employee)
        yield _role(employee)
