"""The services that other systems may ask: what each is called about, what it must be sent, and what it answers.

They know nothing but what they are sent: no record is opened for a stranger's question. Spec: https://cds-hooks.hl7.org/2.0/.

    {"hook": "order-sign", "hookInstance": "d1577c69-…", "context": {"userId": "Practitioner/ida", "patientId": "astrid",
     "draftOrders": {"resourceType": "Bundle", "entry": […]}}, "prefetch": {"patient": {…}, "medications": {…}, …}}
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from akson.care.decisionsupport.advice import Advice, advice
from akson.care.decisionsupport.cards import card
from akson.care.decisionsupport.facts import facts_of
from akson.care.decisionsupport.rules import Rules
from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind

ENTRIES_MAX = 2_000
DRUGS_MAX, ALLERGIES_MAX = 150, 50
_OBSERVED = "62238-1,33914-3,98979-8,98980-6,69405-9,14682-9"
_VITALS = "9279-1,59408-5,2708-6,3150-6,3151-8,8480-6,8867-4,80288-4,8310-5,85353-1,85354-9"
_PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "medications": "MedicationStatement?patient={{context.patientId}}&status=active&_include=MedicationStatement:medication",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "kidney": f"Observation?patient={{{{context.patientId}}}}&code={_OBSERVED}&_sort=-date&_count=10",
}


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    hook: str
    title: str
    description: str
    context: tuple[str, ...]
    """Fields of the context that the hook demands."""
    prefetch: Mapping[str, str] = field(default_factory=lambda: dict(_PREFETCH))

    def declared(self) -> dict[str, Any]:
        """As discovery tells it."""
        return {
            "hook": self.hook,
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "prefetch": dict(self.prefetch),
        }


SERVICES = (
    Service(
        "akson-order-sign",
        "order-sign",
        "Akson: råd om det som er i ferd med å bli forskrevet",
        "Kjent allergi, samtidig bruk, nyrefunksjon, alder, dobbelt. Hvert råd navngir sin offentlige kilde.",
        ("userId", "patientId", "draftOrders"),
    ),
    Service(
        "akson-patient-view",
        "patient-view",
        "Akson: råd om legemidlene i bruk, og NEWS2",
        "Det samme om legemidlene pasienten bruker, og den nyeste NEWS2 med opptrapping.",
        ("userId", "patientId"),
        {
            **_PREFETCH,
            "vitals": f"Observation?patient={{{{context.patientId}}}}&code={_VITALS}&_sort=-date&_count=60",
        },
    ),
)
DRAFTS = ("MedicationRequest", "MedicationStatement")


def service(id: str) -> Service:
    """Raises Problem AKS-ADVICE-001, NOT_FOUND."""
    found = next((one for one in SERVICES if one.id == id), None)
    if found is None:
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-ADVICE-001", "There is no such service.", now="Ask /cds-services."
        )
    return found


def answered(asked: Service, request: object, rules: Rules, at: datetime) -> dict[str, Any]:
    """`{"cards": […]}`.

    Raises:
        Problem: AKS-ADVICE-002 (MALFORMED) for what is no call of this service; AKS-ADVICE-003 (PRECONDITION, HTTP 412) when
            what it needs was not sent along; AKS-ADVICE-006 (TOO_LARGE) for more drugs or allergies than anybody has.
    """
    call, context, prefetch = _read(asked, request)
    rows = list(_rows(asked, prefetch))
    patient = next((r for r in rows if r.get("resourceType") == "Patient"), None)
    proposed = [r for r in _resources(context.get("draftOrders")) if r.get("resourceType") in DRAFTS]
    if asked.hook == "order-sign" and not proposed:
        return {"cards": []}
    return {"cards": [card(one, call) for one in _said(patient, rows, proposed, rules, at)]}


def _said(
    patient: Resource | None, rows: list[Resource], proposed: list[Resource], rules: Rules, at: datetime
) -> tuple[Advice, ...]:
    try:
        facts = facts_of(patient, rows, at, proposed=proposed)
    except (ValueError, TypeError, AttributeError, KeyError, ArithmeticError):
        # What a stranger sends was validated by nobody.
        raise _malformed("a resource is not as FHIR R4 says") from None
    if len(facts.drugs) > DRUGS_MAX or len(facts.allergies) > ALLERGIES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-ADVICE-006",
            f"More than {DRUGS_MAX} drugs in use or {ALLERGIES_MAX} allergies.",
            why="No patient has so many; advice about all of them would keep others waiting.",
        )
    return advice(facts, rules.at(at.date()))


def _read(asked: Service, request: object) -> tuple[str, dict[str, Any], dict[str, Any]]:
    if not isinstance(request, dict):
        raise _malformed("the body is no JSON object")
    if request.get("hook") != asked.hook:
        raise _malformed(f"hook must be {asked.hook}")
    try:
        call = str(uuid.UUID(str(request.get("hookInstance"))))
    except ValueError:
        raise _malformed("hookInstance must be a UUID") from None
    context = request.get("context")
    if not isinstance(context, dict) or any(not context.get(name) for name in asked.context):
        raise _malformed(f"context must hold {', '.join(asked.context)}")
    prefetch = request.get("prefetch")
    return call, context, prefetch if isinstance(prefetch, dict) else {}


def _rows(asked: Service, prefetch: Mapping[str, Any]) -> Iterator[Resource]:
    """What was sent along. A key that is null says that there is none; one that is absent was not looked for."""
    missing = [name for name in asked.prefetch if name not in prefetch]
    if missing:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-ADVICE-003",
            "What the advice rests on was not sent along.",
            why=f"Missing in prefetch: {', '.join(missing)}.",
            now="Send every prefetch that /cds-services lists; null where there is nothing.",
        )
    for name in asked.prefetch:
        yield from _resources(prefetch[name])


def _resources(value: object) -> Iterator[Resource]:
    """A resource, or those of a Bundle."""
    if not isinstance(value, dict):
        return
    if value.get("resourceType") != "Bundle":
        yield value
        return
    entries = value.get("entry")
    for entry in entries[:ENTRIES_MAX] if isinstance(entries, list) else ():
        held = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(held, dict):
            yield held


def _malformed(why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-ADVICE-002",
        "This is no call of the service.",
        why=f"{why[:1].upper()}{why[1:]}.",
    )
