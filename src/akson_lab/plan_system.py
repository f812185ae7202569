"""Another vendor's system in a shared plan: its own storage, its own joining, and the contract alone between it and Akson.

    hospital = PlanSystem("havnes", "100100673", "Havnes sykehus HF", LIN, helseid, patient="13816099990")
    async with hospital:                                     http://127.0.0.1:…/fhir/CarePlan/$shared-plan
        await hospital.ask(base)                             brings what it has written, and hears what is new
        hospital.write("zone", "zone-red", {...})
        hospital.says() -> {"zone-red": [{...}]}             two of them where two disagree

A Basic for each operation, in a Parameters with `version`, `have` and `operation`; tokens of HelseID with an attestation for
one patient, bound to the system's key. What the parts mean: docs/how-to/shared-plan.md, and nothing else was read for it.
"""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from akson_lab.nhn.helseid import Client, HelseId, Refused
from akson_lab.nhn.people_tokens import Enterprise, Person

SCOPE = "nhn:deling/read"
AUDIENCE = "nhn:deling"
WHOLE = "https://akson.no/fhir/StructureDefinition/shared-plan-operation"
IDENTIFIER = "https://akson.no/fhir/NamingSystem/shared-plan-operation"
PLANS = "https://akson.no/fhir/CodeSystem/shared-plan"
PARAMETERS = "nhn:tillitsrammeverk:parameters"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGANISATION = "urn:oid:2.16.578.1.12.4.1.4.101"
STEERING = ("policy", "member")
JSON = "application/fhir+json"

Said = dict[str, Any]


class PlanSystem:
    """One system of one enterprise, in one patient's plan."""

    def __init__(
        self, id: str, org: str, name: str, person: Person, helseid: HelseId, *, patient: str
    ) -> None:
        self.id, self.org, self.name, self.person, self.patient = id, org, name, person, patient
        self.held: dict[str, Said] = {}
        self.tokens: dict[str, str] = {}
        self.refused: list[str] = []
        self.down = False
        self._helseid = helseid
        self._client_key = ec.generate_private_key(ec.SECP256R1())
        self._proof_key = ec.generate_private_key(ec.SECP256R1())
        self._access: tuple[str, float] = ("", 0.0)
        self._brought: dict[str, set[str]] = {}
        self._http: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self.base = ""
        enterprise = Enterprise(org, name)
        helseid.register(Client(id, _public(self._client_key), frozenset({SCOPE}), enterprise=enterprise))
        helseid.people[person.national_id] = person

    async def __aenter__(self) -> "PlanSystem":
        self._http = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_post("/fhir/CarePlan/$shared-plan", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}/fhir"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._http is not None and self._runner is not None
        await self._http.close()
        await self._runner.cleanup()

    # What it writes and what it shows.

    def write(self, kind: str, line: str, content: Said | None) -> str:
        """On what stands here; gives the operation's id."""
        base = sorted(one["id"] for one in self._heads().get(line, []))
        plan = next((o["plan"] for o in self.held.values()), "")
        made = {
            "id": str(uuid.uuid4()),
            "plan": plan,
            "line": line,
            "kind": kind,
            "base": base,
            "content": content,
            "author": [f"hpr-{self.person.hpr}", self.person.name, "doctor", self.org, self.name],
            "via": self.org,
            "at": datetime.now(UTC).isoformat(),
        }
        self.held[made["id"]] = made
        return str(made["id"])

    def says(self) -> dict[str, list[Said]]:
        """Line -> what it says; several where two disagree; lines that are taken away are not there."""
        found: dict[str, list[Said]] = {}
        for line, heads in self._heads().items():
            different = {json.dumps(h["content"], sort_keys=True): h["content"] for h in heads}
            if list(different.values()) != [None]:
                found[line] = list(different.values())
        return found

    @property
    def version(self) -> str:
        """How many operations, and a hash of which: the same at all who hold the same."""
        digest = hashlib.sha256("|".join(sorted(self.held)).encode()).hexdigest()[:8]
        return f"{len(self.held)}-{digest}"

    def _heads(self) -> dict[str, list[Said]]:
        complete = self._complete()
        replaced = {b for one in complete for b in one["base"]}
        heads: dict[str, list[Said]] = {}
        for one in sorted(complete, key=lambda o: (o["at"], o["id"])):
            if one["id"] not in replaced:
                heads.setdefault(one["line"], []).append(one)
        return heads

    def _complete(self) -> list[Said]:
        """Those all of whose past is here."""
        here = dict(self.held)
        while True:
            lacking = [id for id, one in here.items() if any(b not in here for b in one["base"])]
            if not lacking:
                return list(here.values())
            for id in lacking:
                del here[id]

    def _inside(self, party: str) -> bool:
        """Whether an enterprise takes part, as far as is known here."""
        if any(
            o["kind"] == "policy" and not o["base"] and o["author"][3] == party for o in self.held.values()
        ):
            return True
        heads = self._heads().get(f"member-{party}", [])
        return bool(heads) and all(h["content"]["state"] == "in" for h in heads)

    # Between systems.

    async def ask(self, base: str) -> int:
        """The status. What is new is held in memory alone: after a restart it is asked for again."""
        url = f"{base}/CarePlan/$shared-plan"
        done = self._brought.setdefault(base, set())
        bringing = [o for o in self.held.values() if o["via"] == self.org and o["id"] not in done]
        body = _parameters(self.tokens.get(base, ""), list(self.held), bringing)
        status, answer = await self._post(url, body)
        if status == 200:
            told = _read(answer)
            self.refused += told["refused"]
            done.update(o["id"] for o in bringing)
            self.tokens[base] = told["version"]
            self.held |= {o["id"]: o for o in told["operations"]}
        if status in (403, 404):
            self.tokens.pop(base, None)
        return status

    async def search(self, base: str) -> int:
        """How many entries the plain FHIR door shows to this enterprise."""
        url = f"{base}/Basic/_search"
        status, answer = await self._post(url, {"patient.identifier": f"{FNR}|{self.patient}"}, form=True)
        return len(answer.get("entry", ())) if status == 200 else 0

    async def _answer(self, request: web.Request) -> web.Response:
        if self.down and request.transport is not None:
            request.transport.abort()
        try:
            asker = self._helseid.admit(request, str(request.url), AUDIENCE)
        except Refused as refused:
            kind = refused.word
            told = {"WWW-Authenticate": f'DPoP error="{kind}"', "DPoP-Nonce": self._helseid.nonce}
            return web.Response(status=401, headers=told)
        party = asker.enterprise.number if asker.enterprise else ""
        asked = _read(json.loads(await request.read()))
        for one in asked["operations"]:
            if one["kind"] in STEERING and one["via"] == party and (self._inside(party) or not self.held):
                self.held.setdefault(one["id"], one)
        if not self._inside(party):
            return web.json_response({"resourceType": "OperationOutcome"}, status=404)
        mine = [o for o in self.held.values() if o["via"] == self.org and o["id"] not in asked["have"]]
        return web.json_response(_parameters(self.version, [], mine), content_type=JSON)

    async def _post(self, url: str, body: Mapping[str, Any], *, form: bool = False) -> tuple[int, Said]:
        assert self._http is not None
        if self.down:
            return 0, {}
        nonce = ""
        for _ in range(2):
            token = await self._token()
            headers = {
                "Authorization": f"DPoP {token}",
                "DPoP": self._proof(url, nonce, token),
                "Accept": JSON,
            }
            data = dict(body) if form else json.dumps(body)
            if not form:
                headers["Content-Type"] = JSON
            try:
                async with self._http.post(url, data=data, headers=headers) as got:
                    nonce = got.headers.get("DPoP-Nonce", "")
                    if got.status != 401 or not nonce:
                        return got.status, await got.json(content_type=None)
            except (aiohttp.ClientError, OSError, ValueError):
                return 0, {}
        return 401, {}

    # HelseID: token exchange with the attestation in the client assertion, bound to our key.

    async def _token(self) -> str:
        assert self._http is not None
        token, until = self._access
        if time.time() < until:
            return token
        address, nonce = self._helseid.address, ""
        url = f"{address}/connect/token"
        for _ in range(2):
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "client_id": self.id,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._assertion(address),
                "subject_token": self._subject(address),
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "scope": SCOPE,
            }
            headers = {"DPoP": self._proof(url, nonce)}
            async with self._http.post(url, data=form, headers=headers) as got:
                answer = await got.json()
                nonce = got.headers.get("DPoP-Nonce", "")
            if "access_token" in answer:
                self._access = (answer["access_token"], time.time() + answer["expires_in"] - 30)
                return self._access[0]
        raise RuntimeError(f"HelseID: {answer}")

    def _assertion(self, address: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.id, "sub": self.id, "aud": address, "iat": now, "nbf": now, "exp": now + 30, "jti": uuid.uuid4().hex,
            "assertion_details": [{"type": PARAMETERS, "attestation": self._attestation(now)}],
        }  # fmt: skip
        return jwt.encode(claims, self._client_key, "ES256", headers={"typ": "client-authentication+jwt"})

    def _subject(self, address: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.id, "aud": address, "sub": self.person.national_id, "name": self.person.name, "hpr": self.person.hpr,
            "security_level": "4", "iat": now, "exp": now + 60, "jti": uuid.uuid4().hex,
        }  # fmt: skip
        return jwt.encode(claims, self._client_key, "ES256", headers={"typ": "subject+jwt"})

    def _attestation(self, now: int) -> Said:
        unit = {
            "id": self.org,
            "name": self.name,
            "system": ORGANISATION,
            "authority": "https://www.brreg.no",
        }
        tax, health = "https://www.skatteetaten.no", "https://www.helsedirektoratet.no/"
        return {
            "toa": now,
            "practitioner": {
                "identifier": {
                    "id": self.person.national_id, "name": self.person.name, "system": FNR, "authority": tax,
                },
                "hpr_nr": {"id": self.person.hpr, "system": HPR, "authority": health},
                "authorization": {
                    "code": "LE", "text": "Lege", "system": "urn:oid:2.16.578.1.12.4.1.1.9060", "assigner": health,
                },
                "legal_entity": unit,
                "point_of_care": unit,
            },
            "care_relation": {
                "healthcare_service": {
                    "code": "S03", "text": "Lungesykdommer", "system": "urn:oid:2.16.578.1.12.4.1.1.8655",
                },
                "purpose_of_use": {"code": "TREAT", "text": "Behandling", "system": "urn:oid:2.16.840.1.113883.1.11.20448"},
                "decision_ref": {"id": f"{self.id}-{self.patient[-4:]}", "user_selected": False},
            },
            "patients": [{"identifier": {"id": self.patient, "system": FNR, "authority": tax}}],
        }  # fmt: skip

    def _proof(self, url: str, nonce: str = "", token: str = "") -> str:
        claims: Said = {"jti": uuid.uuid4().hex, "htm": "POST", "htu": url, "iat": int(time.time())}
        if nonce:
            claims["nonce"] = nonce
        if token:
            claims["ath"] = (
                base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
            )
        header = {"typ": "dpop+jwt", "jwk": _public(self._proof_key)}
        return jwt.encode(claims, self._proof_key, "ES256", headers=header)


def _public(key: ec.EllipticCurvePrivateKey) -> Said:
    return dict(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def _parameters(version: str, have: list[str], operations: list[Said]) -> Said:
    parts: list[Said] = [{"name": "version", "valueString": version}]
    parts += [{"name": "have", "valueString": id} for id in have]
    parts += [{"name": "operation", "resource": _basic(one)} for one in operations]
    return {"resourceType": "Parameters", "parameter": parts}


def _basic(one: Said) -> Said:
    return {
        "resourceType": "Basic",
        "meta": {"security": [{"system": "https://akson.no/fhir/CodeSystem/label", "code": "DELTPLAN"}]},
        "extension": [{"url": WHOLE, "valueString": json.dumps(one, ensure_ascii=False)}],
        "identifier": [{"system": IDENTIFIER, "value": one["id"]}],
        "code": {"coding": [{"system": PLANS, "code": "shared-plan-operation"}]},
        "created": one["at"][:10],
    }


def _read(parameters: Said) -> Said:
    found: Said = {"version": "", "have": [], "operations": [], "refused": []}
    for part in parameters.get("parameter", ()):
        if part["name"] == "version":
            found["version"] = part["valueString"]
        elif part["name"] in ("have", "refused"):
            found[part["name"]].append(part["valueString"])
        elif part["name"] == "operation":
            texts = [e["valueString"] for e in part["resource"]["extension"] if e["url"] == WHOLE]
            found["operations"].append(json.loads(texts[0]))
    return found
