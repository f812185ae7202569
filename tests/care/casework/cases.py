"""Astrid's case, as values."""

from datetime import date, datetime
from typing import Any

from akson.care.casework.decision import Amount, Decision, Round
from akson.care.casework.rows import NORWAY

ASTRID = {"reference": "Patient/astrid", "display": "Astrid Bakken"}
KARI = {"reference": "Practitioner/kari", "display": "Kari Moen"}
OFFICE = {"reference": "Organization/storvik-saksbehandling", "display": "Saksbehandling"}
UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
NURSING = {"system": "urn:oid:2.16.578.1.12.4.1.1.9151", "code": "15", "display": "Helsetjenester i hjemmet"}
ROUNDS = (
    Round("07:45", 45, "Morgenstell og legemidler"),
    Round("13:00", 30, "Lunsj og legemidler"),
    Round("20:00", 40, "Kveldsstell og legemidler"),
)


def decision(**other: Any) -> Decision:
    values: dict[str, Any] = {
        "id": "vedtak-1",
        "episode": "tjeneste-1",
        "letter": "brev-1",
        "patient": ASTRID,
        "service": NURSING,
        "unit": UNIT,
        "office": OFFICE,
        "start": date(2026, 11, 10),
        "at": datetime(2026, 11, 5, 9, tzinfo=NORWAY),
        "grounds": "Trenger hjelp til stell og legemidler.",
        "amount": Amount(ROUNDS),
    }
    return Decision(**{**values, **other})
