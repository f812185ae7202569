"""A node with documents of Astrid: notes, a plan, a letter we sent, one we got; and who asks for them from a hospital."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from akson.app.mhd_door import MhdDoor
from akson.identity.dpop import Asked
from akson.identity.rates import unlimited
from akson.sharing.documents.codes import FACILITIES, SERVICES, Coded
from akson.sharing.documents.entry import Community
from tests.api import trust
from tests.record.conftest import House

COMMUNITY = Community(
    home="2.25.77001",
    repository="2.25.77001.1",
    organisation=trust.OWN,
    name="Storvik kommune",
    facility=Coded("86.901", FACILITIES, "Hjemmesykepleie"),
    practice=Coded("KP02", SERVICES, "Sykepleietjeneste"),
)
SCOPES = {
    "nhn:phr/mhd/read-documentreferences": "user/DocumentReference.s",
    "nhn:phr/mhd/read-document": "user/DocumentReference.r",
    "nhn:phr-repo/mhd/create": "user/DocumentReference.c",
}
SUBJECT = {"reference": "Patient/astrid"}
ACCESS = "urn:oid:2.16.578.1.12.4.1.1.9603"
GRADES = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
PDF = b"%PDF-1.4\n%of a test\n"


def note(id: str, text: str, *, label: tuple[str, str] | None = None, **more: Any) -> dict[str, Any]:
    meta = {"meta": {"security": [{"system": label[0], "code": label[1]}]}} if label else {}
    return {
        "resourceType": "ClinicalImpression",
        "id": id,
        **meta,
        "status": "completed",
        "subject": SUBJECT,
        "date": "2026-11-24T14:05:00+01:00",
        "assessor": {"reference": "Practitioner/ida", "display": "Ida Nilsen"},
        "summary": text,
        **more,
    }


def plan() -> list[dict[str, Any]]:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return [
        {
            "resourceType": "Condition",
            "id": "problem-1",
            "clinicalStatus": {"coding": [{"system": system, "code": "active"}]},
            "code": {"text": "Fare for fall"},
            "subject": SUBJECT,
        },
        {
            "resourceType": "Goal",
            "id": "goal-1",
            "lifecycleStatus": "active",
            "description": {"text": "Går trygt til postkassen"},
            "subject": SUBJECT,
        },
        {
            "resourceType": "CarePlan",
            "id": "plan-1",
            "status": "active",
            "intent": "plan",
            "title": "Tiltaksplan",
            "subject": SUBJECT,
            "addresses": [{"reference": "Condition/problem-1"}],
            "goal": [{"reference": "Goal/goal-1"}],
        },
    ]


def letter(id: str, *, received: bool) -> dict[str, Any]:
    import base64

    return {
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": "EPIKRISE"}]}],
        "subject": SUBJECT,
        "sender": {"display": "Havnes sykehus HF" if received else "Storvik kommune"},
        "sent": "2026-11-20T10:00:00+01:00",
        **({"received": "2026-11-20T10:05:00+01:00"} if received else {}),
        "payload": [
            {"contentString": "Innlagt med lungebetennelse."},
            {
                "contentAttachment": {
                    "contentType": "application/pdf",
                    "title": "Røntgen",
                    "data": base64.b64encode(PDF).decode(),
                }
            },
        ],
    }


async def fill(house: House) -> None:
    await house.put(
        note("n1", "Spiser og drikker godt."),
        note("n2", "Sov dårlig.", date="2026-11-25T08:00:00+01:00"),
        note("blocked", "Hemmelig.", label=(ACCESS, "NORS")),
        note("graded", "Gradert.", label=(GRADES, "R")),
        note("draft", "Ikke ferdig.", status="in-progress"),
        note("of-bo", "Om Bo.", subject={"reference": "Patient/bo"}),
        *plan(),
        letter("sent", received=False),
        letter("got", received=True),
    )


@dataclass
class Documents:
    one: trust.Node
    http: httpx.AsyncClient
    usual: str

    async def ask(
        self,
        path: str,
        *,
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        token: str | None = None,
    ) -> httpx.Response:
        """GET `path`, or POST with a form or a body."""
        token = token or self.usual
        method = "GET" if form is None and body is None else "POST"
        url = f"{trust.BASE}{path}"
        trust.fresh(self.one, next(_seeds))
        shown = {
            "Authorization": f"DPoP {token}",
            "DPoP": self.one.client.make(Asked(method, url), token=token),
        }
        if body is not None:
            return await self.http.post(url, headers=shown, content=body)
        if form is not None:
            return await self.http.post(url, headers=shown, data=form)
        return await self.http.get(url, headers=shown)

    async def find(self, number: str = trust.ASTRID, **more: str) -> httpx.Response:
        asked = {"patient.identifier": f"{trust.FNR}|{number}", **more}
        return await self.ask("/mhd/DocumentReference/_search", form=asked)


_seeds = iter(range(1_000, 1_000_000))


async def documents(house: House, folder: Path, *, scopes: tuple[str, ...] = tuple(SCOPES)) -> Documents:
    one = await trust.node(house, folder, scopes=SCOPES)
    await fill(house)
    door = MhdDoor(house.record, one.callers, COMMUNITY, unlimited(), trust.BASE)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=door))  # type: ignore[arg-type]
    return Documents(one, http, one.token(trust.claims(scope=[*scopes, "openid"])))
