"""Somebody else's decision support: a CDS Hooks 2.0 service that reviews a list of medicines, on loopback.

It knows two things of its own, each with a public source, and shares no code with Akson. It checks that a call is signed
by a key that it has fetched from the caller's address, and remembers what it was sent, so that a test can see what left
the node. Spec: https://cds-hooks.hl7.org/2.0/.
"""

import asyncio
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import jwt
from aiohttp import web

SERVICE = "lab-review"
ATC = "http://www.whocc.no/atc"
_MANY = 10
_SOURCE = {
    "label": "Helsedirektoratet, Veileder om legemiddelgjennomganger (IS-1998)",
    "url": "https://www.helsedirektoratet.no/veiledere/legemiddelgjennomganger",
}
_STOPP = {"label": "STOPP versjon 2, D5", "url": "https://doi.org/10.1093/ageing/afu145"}


class Adviser:
    """`keys`: the address of the caller's JWK Set."""

    def __init__(self, keys: str) -> None:
        self._keys = keys
        self.calls: list[dict[str, Any]] = []
        self.delay_s = 0.0
        """So many seconds before it answers: a fault on demand."""

    def app(self) -> web.Application:
        made = web.Application(client_max_size=4 * 1024 * 1024)
        made.add_routes(
            [web.get("/cds-services", self._discovery), web.post(f"/cds-services/{SERVICE}", self._review)]
        )
        return made

    async def _discovery(self, _request: web.Request) -> web.Response:
        told = {
            "hook": "patient-view",
            "id": SERVICE,
            "title": "Legemiddelgjennomgang",
            "description": "Sier når en legemiddelgjennomgang er nyttig.",
            "prefetch": {"medications": "MedicationStatement?patient={{context.patientId}}&status=active"},
        }
        return web.json_response({"services": [told]})

    async def _review(self, request: web.Request) -> web.Response:
        if not await self._signed(request):
            return web.json_response({"error": "not signed"}, status=401)
        body = await request.json()
        self.calls.append(body)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return web.json_response({"cards": list(_cards(body.get("prefetch") or {}))})

    async def _signed(self, request: web.Request) -> bool:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        async with aiohttp.ClientSession() as http, http.get(self._keys) as answer:
            known = {one["kid"]: one for one in (await answer.json(content_type=None))["keys"]}
        try:
            key = jwt.PyJWK(known[jwt.get_unverified_header(token)["kid"]]).key
            claims = jwt.decode(
                token, key, ["ES256"], audience=str(request.url), options={"require": ["exp", "jti", "iss"]}
            )
        except (jwt.PyJWTError, KeyError):
            return False
        return bool(claims["exp"] - time.time() < 600)


def _cards(prefetch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    held = prefetch.get("medications") or {}
    drugs = [e["resource"] for e in held.get("entry") or [] if e["resource"].get("status") == "active"]
    if len(drugs) >= _MANY:
        yield _card(
            f"{len(drugs)} legemidler i bruk: vurder legemiddelgjennomgang",
            "Pasienter med mange legemidler har nytte av en gjennomgang minst én gang i året.",
            "info",
            _SOURCE,
        )
    for drug in drugs:
        if any(code.startswith(("N05BA", "N05CD")) for code in _codes(drug)):
            yield _card(
                "Benzodiazepin i fast bruk: vurder nedtrapping",
                "Bruk i fire uker eller mer gir økt risiko for fall, forvirring og brudd hos eldre.",
                "warning",
                _STOPP,
            )


def _codes(drug: Mapping[str, Any]) -> Iterator[str]:
    places = [
        drug.get("medicationCodeableConcept") or {},
        *((m.get("code") or {}) for m in drug.get("contained") or []),
    ]
    for place in places:
        for coding in place.get("coding") or []:
            if coding.get("system") == ATC:
                yield str(coding.get("code", ""))


def _card(summary: str, detail: str, indicator: str, source: Mapping[str, str]) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid4()),
        "summary": summary,
        "detail": detail,
        "indicator": indicator,
        "source": dict(source),
    }
