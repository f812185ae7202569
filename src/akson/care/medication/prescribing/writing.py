"""Orders, to everything that one signature writes: requests, statements, the working List, and who ordered what and why.

Pure; the caller commits all of it in one transaction. Ids follow from the signature, so that a form sent twice is one.
Spec: https://hl7.org/fhir/R4/medicationrequest.html, medicationstatement.html, list.html, provenance.html.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from akson.care.fhir_json import Resource, reference
from akson.care.medication.lines import PAST, SourceKind, SourceLine, Use
from akson.care.medication.medicine import ATC
from akson.care.medication.prescribing.orders import Change, Order, Renew, Start, Stop
from akson.care.medication.reconciled.adopting import noted, stopped
from akson.care.medication.reconciled.signing import (
    EMPTY_REASON,
    SIGNATURE,
    Signer,
    Standing,
    Write,
    working_list_id,
)
from akson.care.medication.sources import LOINC, MEDICATION_LIST, SOURCE

VALID_YEARS = 1
"""A prescription is valid for a year (rekvirerings- og utleveringsforskriften § 5-9)."""
_DRUG = ("contained", "medicationReference", "medicationCodeableConcept")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\d\s/]\S*)")
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/medication/prescribing")
_ACTS = {Renew: "Fornyet", Change: "Endret", Stop: "Seponert", Start: "Startet"}


@dataclass(frozen=True, slots=True)
class Ordered:
    writes: tuple[Write, ...]
    sentences: tuple[str, ...]
    """`Furosemid: endret fra 1+0+0+0 til 2+0+0+0.`"""


def proposed(orders: Sequence[Order], lines: Sequence[SourceLine], patient: str) -> list[Resource]:
    """What is new or changed, as requests that advice can be asked about before anything is written."""
    by_id = {line.id: line for line in lines}
    found = []
    for number, order in enumerate(orders):
        if isinstance(order, Start):
            found.append({**_request_of(_begun(order, patient)), "id": f"ny-{number}"})
        elif isinstance(order, Change) and order.line in by_id:
            told = _changed(by_id[order.line], order)
            found.append({**_request_of(told), "id": f"endret-{by_id[order.line].id.rpartition('/')[2]}"})
    return [{**one, "status": "draft"} for one in found]


def written(
    orders: Sequence[Order],
    lines: Sequence[SourceLine],
    requests: Mapping[str, Resource],
    standing: Standing,
    signer: Signer,
) -> Ordered:
    """`requests`: the patient's MedicationRequests by reference. Orders must have passed `orders.wrong`."""
    writing = _Writing(lines, requests, standing, signer)
    for number, order in enumerate(orders):
        writing.order(order, number)
    writing.list()
    return Ordered(tuple(writing.writes), tuple(writing.sentences))


@dataclass
class _Writing:
    lines: Sequence[SourceLine]
    requests: Mapping[str, Resource]
    standing: Standing
    signer: Signer
    writes: list[Write] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    new: list[str] = field(default_factory=list)

    def order(self, order: Order, number: int) -> None:
        line = None if isinstance(order, Start) else next(one for one in self.lines if one.id == order.line)
        key = line.id if line else f"ny-{number}"
        place = line.id if line else f"MedicationStatement/{self._id(key, 'statement')}"
        if isinstance(order, Stop):
            assert line is not None
            self._stop(line, order)
            targets = [place]
        else:
            request = f"MedicationRequest/{self._id(key, 'request')}"
            self._give(order, line, place, request)
            targets = [place, request]
        sentence = said(order, line)
        self.sentences.append(sentence)
        self._provenance(key, sentence, targets, getattr(order, "reason", ""))

    def _stop(self, line: SourceLine, order: Stop) -> None:
        self._put(line.id, stopped(line, order.reason, self.signer.reference, self.signer.at))
        self._end_requests(line, "stopped", order.reason)
        self.gone.add(line.id)

    def _give(self, order: Order, line: SourceLine | None, place: str, request: str) -> None:
        """The statement as it is to be taken, and the order that it rests on; what it rested on before has ended."""
        at, today = self.signer.at.isoformat(timespec="seconds"), self.signer.at.date()
        if line is None:
            assert isinstance(order, Start)
            statement = _begun(order, self.standing.patient, today)
            self.new.append(place)
        else:
            statement = _changed(line, order) if isinstance(order, Change) else deepcopy(line.resource)
            self._end_requests(line, "completed" if isinstance(order, Renew) else "stopped", "")
        before = [reference(r) for r in statement.get("basedOn") or ()]
        others = [{"reference": r} for r in before if not r.startswith("MedicationRequest/")]
        # A paused medicine stays paused: a new prescription does not begin it again.
        paused = line is not None and line.use is Use.PAUSED
        statement |= {
            "status": "on-hold" if paused else "active",
            "dateAsserted": at,
            "informationSource": self.signer.reference,
            "basedOn": [{"reference": request}, *others],
        }
        words = said(order, line) if isinstance(order, Change) else ""
        self._put(place, noted(statement, words, self.signer.reference, self.signer.at))
        prior = next((r for r in before if r.startswith("MedicationRequest/")), "")
        made = _request_of(statement)
        self._put(
            request,
            {
                **made,
                "status": "active",
                "authoredOn": at,
                "requester": self.signer.reference,
                **({"priorPrescription": {"reference": prior}} if prior else {}),
                "dispenseRequest": {
                    "validityPeriod": {"start": today.isoformat(), "end": _years_on(today).isoformat()}
                },
            },
        )

    def _end_requests(self, line: SourceLine, status: str, why: str) -> None:
        for place in (r for r in line.provenance.rests_on if r.startswith("MedicationRequest/")):
            standing = self.requests.get(place)
            if standing is not None and standing.get("status") in ("active", "on-hold"):
                ended = {**deepcopy(standing), "status": status}
                self._put(place, {**ended, "statusReason": {"text": why}} if why else ended)

    def list(self) -> None:
        """The working List as it now is, under a signature of its own: what others have of it is old."""
        at = self.signer.at.isoformat(timespec="seconds")
        before = deepcopy(self.standing.list or {})
        used = [one.id for one in self.lines if one.use not in PAST and one.id not in self.gone]
        extensions = [e for e in before.get("extension") or [] if e.get("url") != SOURCE]
        resource: Resource = {
            **before,
            "extension": [{"url": SOURCE, "valueCode": SourceKind.MUNICIPALITY.value}, *extensions],
            "identifier": [{"system": SIGNATURE, "value": self.signer.id}],
            "status": "current",
            "mode": "working",
            "title": before.get("title") or "Kommunens liste",
            "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}], "text": "Legemidler i bruk"},
            "subject": {"reference": f"Patient/{self.standing.patient}"},
            "date": at,
            "source": self.signer.reference,
            "note": [{"time": at, "text": " ".join(self.sentences)}],
            "entry": [{"item": {"reference": place}} for place in (*used, *self.new)],
        }
        resource.pop("emptyReason", None)
        resource.pop("contained", None)
        if not resource["entry"]:
            del resource["entry"]
            resource["emptyReason"] = {"coding": [{"system": EMPTY_REASON, "code": "nilknown"}]}
        self._put(f"List/{before.get('id') or working_list_id(self.standing.patient)}", resource)

    def _provenance(self, key: str, what: str, targets: Sequence[str], reason: str) -> None:
        at = self.signer.at.isoformat(timespec="seconds")
        # The patient too: it belongs to her record, and is found by her.
        told = [{"reference": one} for one in (*targets, f"Patient/{self.standing.patient}")]
        made: Resource = {
            "target": told,
            "occurredDateTime": at,
            "recorded": at,
            "activity": {"text": what},
            "agent": [{"type": {"text": "Forordnet av"}, "who": self.signer.reference}],
            **({"reason": [{"text": reason}]} if reason else {}),
        }
        self._put(f"Provenance/{self._id(key, 'provenance')}", made)

    def _id(self, key: str, what: str) -> str:
        return str(uuid.uuid5(_IDS, f"{self.signer.id}|{key}|{what}"))

    def _put(self, place: str, resource: Resource) -> None:
        type, _, id = place.partition("/")
        clean = {**resource, "resourceType": type, "id": id}
        clean.pop("meta", None)
        self.writes.append(Write(type, id, clean, self.standing.versions.get(place)))


def said(order: Order, line: SourceLine | None) -> str:
    """`Furosemid: endret fra 1+0+0+0 til 2+0+0+0.`"""
    act = _ACTS[type(order)]
    if isinstance(order, Start):
        return f"{act}: {' '.join(p for p in (order.name, order.strength, order.dose) if p)}."
    assert line is not None
    if isinstance(order, Change):
        before = " ".join(p for p in (line.strength, line.dose.text) if p)
        after = " ".join(p for p in (order.strength or line.strength, order.dose or line.dose.text) if p)
        why = f" {order.reason.rstrip('.')}." if order.reason else ""
        return f"{act}: {line.name} fra {before or 'uten dosering'} til {after}.{why}"
    why = f", {order.reason.rstrip('.')}" if isinstance(order, Stop) else ""
    return f"{act}: {' '.join(p for p in (line.name, line.strength) if p)}{why}."


def _request_of(statement: Resource) -> Resource:
    """The same drug and doses, as an order."""
    told = {
        part: deepcopy(statement[part]) for part in (*_DRUG, "subject", "reasonCode") if part in statement
    }
    doses = deepcopy(statement.get("dosage") or [])
    return {
        "resourceType": "MedicationRequest",
        "intent": "order",
        **told,
        **({"dosageInstruction": doses} if doses else {}),
    }


def _changed(line: SourceLine, order: Change) -> Resource:
    new = deepcopy(line.resource)
    if order.dose and order.dose != line.dose.text:
        # The structure said the old dose: the words alone are true now.
        flag = {"asNeededBoolean": line.dose.as_needed} if line.dose.as_needed is not None else {}
        new["dosage"] = [{"text": order.dose, **flag}]
    if order.strength and order.strength != line.strength:
        for part in _DRUG:
            new.pop(part, None)
        new |= _drug(line.product or line.name, line.atc, line.form, order.strength)
    return new


def _begun(order: Start, patient: str, today: date | None = None) -> Resource:
    start = {"start": today.isoformat()} if today else {}
    end = {"end": order.until.isoformat()} if order.until else {}
    return {
        "resourceType": "MedicationStatement",
        **_drug(order.name, order.atc, order.form, order.strength),
        "subject": {"reference": f"Patient/{patient}"},
        **({"effectivePeriod": {**start, **end}} if start or end else {}),
        **({"reasonCode": [{"text": order.indication}]} if order.indication else {}),
        "dosage": [{"text": order.dose, "asNeededBoolean": order.as_needed}],
    }


def _drug(name: str, atc: str, form: str, strength: str) -> Resource:
    """A Medication within. A strength that is no number and unit stands in the name: nothing of it is lost."""
    found = _AMOUNT.fullmatch(strength.strip())
    code: Resource = {"text": name if found or not strength else f"{name} {strength}"}
    if atc:
        code["coding"] = [{"system": ATC, "code": atc}]
    medication: Resource = {"resourceType": "Medication", "id": "m", "code": code}
    if form:
        medication["form"] = {"text": form}
    if found:
        amount = {"value": Decimal(found[1].replace(",", ".")), "unit": found[2]}
        held = {"numerator": amount, "denominator": {"value": 1}}
        medication["ingredient"] = [{"itemCodeableConcept": {"text": name}, "strength": held}]
    return {"contained": [medication], "medicationReference": {"reference": "#m"}}


def _years_on(day: date) -> date:
    try:
        return day.replace(year=day.year + VALID_YEARS)
    except ValueError:
        return day.replace(year=day.year + VALID_YEARS, day=28)
