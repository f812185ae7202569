"""Who writes at the FHIR door of a central node: nobody on a copy, others where it is master."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.playing.neighbourhood import Neighbourhood
from akson.app.rooms import fhir_door
from akson.identity.callers import Caller, Shown
from akson.sharing.classes import SharedClass
from tests.sharing import people

STORVIKS = 2
"""The tenant of Storvik at Havneby, which keeps copies."""
FLAG = {
    "resourceType": "Flag",
    "id": "f-1",
    "status": "active",
    "code": {"text": "x"},
    "subject": {"display": "y"},
}


class InStorviksTenant:
    """Who a token says: here the tenant's own service, that no rule of access stops."""

    async def identify(self, shown: Shown) -> Caller:
        return Caller(replace(CAST["system"], tenant=STORVIKS), PurposeOfUse.OPERATIONS)

    def challenge(self, problem: object) -> tuple[tuple[str, str], ...]:
        return ()


@pytest.mark.asyncio(loop_scope="session")
async def test_nobody_writes_on_a_copy_and_others_do_where_it_is_master(
    town: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = town["havneby"].node
    monkeypatch.setattr("akson.app.api_issuers.callers", lambda node: InStorviksTenant())
    transport = httpx.ASGITransport(app=fhir_door(node))  # type: ignore[arg-type]
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [
            {"request": {"method": "GET", "url": "Flag"}},
            {"resource": FLAG, "request": {"method": "PUT", "url": "Flag/f-1"}},
        ],
    }
    patient = people.patient("astrid", people.ASTRID)
    async with httpx.AsyncClient(transport=transport, base_url="http://havneby.test/fhir") as client:

        async def said(method: str, path: str, body: dict[str, Any] | None = None) -> int:
            return (await client.request(method, path, json=body, headers=_JSON)).status_code

        assert await said("GET", "/Flag") == 200
        for method, path, body in (
            ("PUT", "/Flag/f-1", FLAG),
            ("POST", "/Flag", FLAG),
            ("DELETE", "/Flag/f-1", None),
            ("POST", "", bundle),
            ("POST", "/CarePlan/$shared-plan", {"resourceType": "Parameters"}),
        ):
            assert await said(method, path, body) == 403, (method, path)
        assert await said("POST", "/Flag/_search") == 200
        await node.storage.open_fence(STORVIKS, SharedClass.CRITICAL.value, 1_000, master=True)
        try:
            assert await said("PUT", "/Flag/f-1", FLAG) == 201
            assert await said("PUT", "/Patient/astrid", patient) == 403, "another kind"
        finally:
            await node.storage.open_fence(STORVIKS, SharedClass.CRITICAL.value, 1_001, master=False)
        assert await said("DELETE", "/Flag/f-1") == 403


_JSON = {"content-type": "application/fhir+json", "authorization": "Bearer x"}
