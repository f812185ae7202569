"""The FHIR door over a real record: asked as HTTP, without a socket."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio

from akson import api
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Caller, Callers, Shown
from tests.record.conftest import House, house

__all__ = ["Fhir", "fhir", "house"]

JSON = {"Content-Type": "application/fhir+json"}


class ByName(Callers):
    """`Bearer ida`: what a token says is identity's test, not this one's."""

    def __init__(self) -> None:
        pass

    async def identify(self, shown: Shown) -> Caller:
        name = (shown.authorization or "").removeprefix("Bearer ")
        if name not in CAST:
            raise Problem(
                ProblemKind.UNAUTHENTICATED, "AKS-IDENTITY-020", "The request does not say who asks."
            )
        return Caller(CAST[name])

    def challenge(self, problem: Problem) -> tuple[tuple[str, str], ...]:
        return (("WWW-Authenticate", 'Bearer realm="akson"'),)


@dataclass
class Fhir:
    client: httpx.AsyncClient
    house: House

    async def ask(self, method: str, path: str, body: Any = None, *, who: str = "system", **headers: str):
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        more: dict[str, Any] = {}
        if isinstance(body, bytes):
            more = {"content": body}
        elif body is not None:
            more = {"json": body}
        standard = JSON if body is not None else {}
        return await self.client.request(
            method, f"/fhir/{path}", headers={"Authorization": f"Bearer {who}"} | standard | given, **more
        )

    async def ids(self, path: str, *, who: str = "system") -> list[str]:
        answer = await self.ask("GET", path, who=who)
        assert answer.status_code == 200, answer.text
        return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]


@pytest_asyncio.fixture(loop_scope="session")
async def fhir(house: House) -> AsyncIterator[Fhir]:
    door = api.build(house.record, callers=ByName())
    transport = httpx.ASGITransport(app=door)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://akson.test") as client:
        yield Fhir(client, house)
