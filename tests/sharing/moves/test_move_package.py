"""What is in a package and what is not: closed, old, ended, and of one whose address is protected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from akson.access.redactions import GRADES
from akson.fhir.problem import Problem
from akson.record.facts.patients import protected
from akson.sharing.moves.arriving import Arrival, arrived
from akson.sharing.moves.package import Part, packed, read
from tests.sharing import people

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PHONE = {"telecom": [{"system": "phone", "value": "55500123"}]}
HER = {
    **people.patient("a", people.ASTRID),
    **PHONE,
    "address": [{"line": ["Storgata 1"], "postalCode": "0123"}],
}
KIN = {
    "resourceType": "RelatedPerson", "id": "k", "patient": {"reference": "Patient/a"}, "name": [{"text": "Marit"}],
    "address": [{"line": ["Gata 2"]}], **PHONE,
}  # fmt: skip


def measured(id: str, days: int, code: str = "Puls", **more: Any) -> dict[str, Any]:
    at = (NOW - timedelta(days=days, minutes=int(id[1:]))).isoformat()
    return {
        "resourceType": "Observation", "id": id, "status": "final", "code": {"text": code},
        "subject": {"reference": "Patient/a"}, "effectiveDateTime": at, "valueQuantity": {"value": 70}, **more,
    }  # fmt: skip


def ids(found: list[dict[str, Any]], graded: bool = False) -> set[str]:
    package = packed(HER, found, Part, NOW, graded=graded)
    assert read(package.body).digest == package.digest
    return {r["id"] for r in package.resources[1:]}


def test_what_is_closed_old_or_ended_is_not_in_it() -> None:
    label = {"meta": {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORU"}]}}
    found = [
        people.medicine("m1", "a", "Metoprolol"),
        people.medicine("m2", "a", "Paracet", status="stopped"),
        people.medicine("m3", "a", "Disulfiram", label="R"),
        people.medicine("m4", "a", "Insulin", label="N"),
        *(measured(f"p{n}", 1) for n in range(5)),
        measured("o1", 15, "Vekt"),
        measured("o2", 1, "Vekt", **label),
        measured("o3", 1, "Temperatur", status="entered-in-error"),
    ]
    assert ids(found) == {"m1", "m4", "p0", "p1", "p2"}


def test_of_a_protected_address_nothing_leads_to_her() -> None:
    open_package = packed(HER, [KIN], Part, NOW, graded=False).body.decode()
    assert "55500123" in open_package and "Storgata" not in open_package and "Gata 2" not in open_package
    package = packed(HER, [KIN], Part, NOW, graded=True)
    assert "55500123" not in package.body.decode() and "Marit" not in package.body.decode()
    there = read(package.body)
    assert (
        there.graded and protected(there.patient) and there.patient["meta"]["security"][0]["system"] == GRADES
    )


def test_nothing_in_it_gives_anybody_access() -> None:
    found = [KIN, people.episode("e", "a"), people.allergy("al", "a", "Penicillin")]
    package = packed(HER, found, Part, NOW, graded=False)
    arrival = Arrival("m", "p", True, people.UNIT, NOW, None, "Lillefjord kommune", "999000001", NOW)
    made = {r["resourceType"]: r for r in arrived(package, arrival)}
    assert set(made) == {"Patient", "CareTeam", "AllergyIntolerance"}
    assert made["Patient"]["contact"][0]["name"] == {"text": "Marit"}
    assert made["AllergyIntolerance"]["patient"] == {"reference": "Patient/p"}


def test_one_without_a_number_is_sent_to_nobody() -> None:
    with pytest.raises(Problem, match="AKS-MOVE-010"):
        packed({**HER, "identifier": []}, [], Part, NOW, graded=False)
    for body in (b"{}", b"[]", b'{"entry": [{"fullUrl": "x", "resource": {"resourceType": "Task"}}]}'):
        with pytest.raises(Problem, match="AKS-MOVE-012"):
            read(body)
