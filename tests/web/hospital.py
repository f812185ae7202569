"""What a hospital writes about a patient, as the post leaves it in the record: real messages of the lab, mirrored."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from akson.app.demo import astrid_admission_arguments
from akson.exchange import mirror
from akson.exchange.opening import open_message
from akson_lab import hospital
from akson_lab.facts import Shipment

HAVNES = {
    "reference": "Organization/havnes-medisin",
    "display": "Havnes sykehus HF, PLO innleggelse somatikk",
}
EAST = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
OFFICE = {"reference": "Organization/storvik-saksbehandling", "display": "Saksbehandling"}


@dataclass
class Stay:
    """One stay of one patient, told from outside."""

    patient: str
    admitted: datetime
    id: str = ""
    told: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.id or f"{self.patient}-i-sykehus"

    @property
    def encounter(self) -> dict[str, Any]:
        return {
            "resourceType": "Encounter",
            "id": self.id,
            "status": "in-progress",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": {"reference": f"Patient/{self.patient}"},
            "period": {"start": self.admitted.isoformat(timespec="seconds")},
            "serviceProvider": {"reference": "Organization/havnes", "display": "Havnes sykehus HF"},
        }

    def admission(self, at: datetime, **more: Any) -> dict[str, Any]:
        return self._kept(hospital.admission_message(self._facts(at, **more), self._shipment()), at)

    def ready(self, at: datetime, **more: Any) -> dict[str, Any]:
        return self._kept(hospital.ready_message(self._facts(at, **more), self._shipment(), ready_at=at), at)

    def withdrawn(self, at: datetime) -> dict[str, Any]:
        return self._kept(hospital.withdrawn_message(self._facts(at), self._shipment(), at=at), at)

    def _shipment(self) -> Shipment:
        return Shipment(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.id}|{len(self.told)}")))

    def _facts(self, at: datetime, **more: Any) -> Any:
        return replace(
            astrid_admission_arguments(at),
            admitted_at=self.admitted,
            sent_at=at - timedelta(minutes=1),
            **more,
        )

    def _kept(self, content: bytes, at: datetime) -> dict[str, Any]:
        """As the inbox commits it: received now, of this stay."""
        message = open_message(content).message()
        around = mirror.Around(
            HAVNES, (EAST,), at.isoformat(timespec="seconds"), {"reference": f"Patient/{self.patient}"}
        )
        kept = {
            **mirror.to_fhir(message, around),
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"kept|{self.id}|{len(self.told)}")),
            "received": at.isoformat(timespec="seconds"),
            "encounter": {"reference": f"Encounter/{self.id}"},
        }
        self.told.append(kept)
        return kept


def decided(patient: str) -> dict[str, Any]:
    """What makes the case worker's office see her: a decision of theirs."""
    return {
        "resourceType": "ServiceRequest",
        "id": f"{patient}-styrt",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "requester": OFFICE,
        "performer": [EAST],
    }
