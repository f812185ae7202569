"""The OpenAPI description and the door agree: each path that is described stands, and what it tells is JSON."""

from akson.api.interactions import INTERACTIONS
from akson.api.operations import OPERATIONS
from tests.api.conftest import Fhir


async def test_every_route_is_described_and_stands(fhir: Fhir) -> None:
    told = (await fhir.ask("GET", "openapi.json", who="nobody")).json()
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    routes = [*INTERACTIONS, *(route for operation in OPERATIONS for route in operation.interactions())]
    assert len(described) == len(routes) + 2
    ids = [o["operationId"] for methods in told["paths"].values() for o in methods.values()]
    assert len(ids) == len(set(ids))
    for method, path in sorted(described):
        place = path.replace("{type}", "Basic").replace("{id}", "never-was").replace("{version}", "1")
        place = place.replace("{member}", "Observation")
        assert "{" not in place and "member" not in place, path
        answer = await fhir.ask(
            method, place.lstrip("/"), b"" if method in ("POST", "PUT", "PATCH") else None
        )
        assert answer.status_code < 500 and answer.status_code != 405, (method, path, answer.text)
        if answer.content:
            assert answer.json()["resourceType"] if "openapi" not in path else True
