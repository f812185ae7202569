"""A record over a real PostgreSQL, with the cast."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import CAST
from akson.audit.log import AccessLog
from akson.fhir.definitions import load
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.audit_log import AuditLogStore
from akson.store.store import Store
from akson.world import FixedClock, SystemClock, SystemRandom

NOON = datetime.fromisoformat("2026-11-24T12:00:00+00:00")


@dataclass
class House:
    record: Record
    store: Store
    log: AccessLog

    def as_(self, who: str | Actor, purpose: PurposeOfUse = PurposeOfUse.TREATMENT) -> RecordSession:
        return self.record.open(CAST[who] if isinstance(who, str) else who, purpose)

    def stand_still(self, at: datetime) -> FixedClock:
        """From now on time goes on only when told to."""
        clock = FixedClock(at)
        self.record.clock = clock
        return clock

    async def put(self, *resources: dict[str, Any], who: str = "system") -> None:
        changes = [
            Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode()) for r in resources
        ]
        await self.as_(who).commit(changes)


@pytest_asyncio.fixture(loop_scope="session")
async def house(database: str, log_database: str) -> AsyncIterator[House]:
    clock, random = SystemClock(), SystemRandom()
    store = await Store.open(database, definitions=load(), clock=clock, random=random)
    rows = await AuditLogStore.open(log_database)
    log = AccessLog(
        rows, key=Ed25519PrivateKey.generate(), origin="akson/test/access/1", clock=clock, random=random
    )
    record = Record(store, log, definitions=load(), clock=clock, random=random)
    yield House(record, store, log)
    await record.close()
    await rows.close()
    await store.close()


def astrid(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "astrid",
        "name": [{"family": "Bakken", "given": ["Astrid"]}],
        **more,
    }


def decision_for(patient: str, unit: str = "hjemmetjenesten-ost", id: str = "vedtak-1") -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": id,
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": f"Organization/{unit}"},
        "period": {"start": "2026-01-03"},
    }


def power_of_attorney(patient: str, person: str, **more: Any) -> dict[str, Any]:
    """The patient lets `person` act for her (7611 FU)."""
    return {
        "resourceType": "Consent",
        "id": f"{patient}-fullmakt",
        "status": "active",
        "scope": {"text": "Fullmakt"},
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7611", "code": "FU"}]}],
        "patient": {"reference": f"Patient/{patient}"},
        "policyRule": {"text": "Gitt av pasienten selv"},
        "provision": {
            "type": "permit",
            "actor": [{"role": {"text": "Fullmektig"}, "reference": {"reference": person}}],
            **more,
        },
    }


def pulse(id: str, patient: str, value: int = 72) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-11-24T08:00:00+01:00",
        "valueQuantity": {
            "value": value,
            "unit": "/min",
            "system": "http://unitsofmeasure.org",
            "code": "/min",
        },
    }
