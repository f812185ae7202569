"""What the server says it can, it can: each claim of the capability statement is asked for."""

from tests.api.conftest import Fhir


async def test_every_declared_parameter_is_answered(fhir: Fhir) -> None:
    statement = (await fhir.ask("GET", "metadata")).json()
    rest = statement["rest"][0]
    assert statement["fhirVersion"] == "4.0.1" and len(rest["resource"]) == 146
    for resource in rest["resource"]:
        if resource["type"] == "AuditEvent":
            # Asked of the log, by others than the system: tests/api/test_access_events.py.
            continue
        for parameter in resource["searchParam"]:
            path = f"{resource['type']}?{parameter['name']}:missing=false&_count=1"
            if parameter["name"] in ("_id", "_lastUpdated"):
                continue
            answer = await fhir.ask("GET", path, Prefer="handling=strict")
            assert answer.status_code == 200, (path, answer.text)


async def test_every_interaction_of_every_type_stands_where_it_is_declared(fhir: Fhir) -> None:
    statement = (await fhir.ask("GET", "metadata")).json()
    codes = {i["code"] for r in statement["rest"][0]["resource"] for i in r["interaction"]}
    assert codes >= {"read", "vread", "update", "delete", "create", "search-type", "history-instance"}
    assert {i["code"] for i in statement["rest"][0]["interaction"]} >= {
        "transaction",
        "batch",
        "history-system",
    }
