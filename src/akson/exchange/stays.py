"""A stay in hospital as an Encounter: what every message type that speaks of one builds on. Pure.

Spec: https://hl7.org/fhir/R4/encounter.html. Which message does what to a stay is the message type's to say.
"""

from akson.exchange import times
from akson.exchange.message_type import Resource, StayFacts

INPATIENT = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "IMP",
    "display": "inpatient encounter",
}
OPEN = ("planned", "arrived", "triaged", "in-progress", "onleave")
IN_ERROR = "entered-in-error"
READY = "https://akson.no/fhir/StructureDefinition/ready-for-discharge"
"""Extension of an Encounter: since when the hospital calls her ready to leave (dateTime)."""


def stay(facts: StayFacts, *, status: str, start: str = "", ward: str = "") -> Resource:
    """`start` as the message writes it."""
    period = {"period": {"start": began}} if (began := times.fhir_date_time(start)) else {}
    place = {"location": [{"location": {"display": ward}}]} if ward else {}
    return {
        "resourceType": "Encounter",
        "identifier": [facts.identifier],
        "status": status,
        "class": INPATIENT,
        "subject": facts.patient,
        **period,
        **place,
        "serviceProvider": facts.hospital,
    }


def lies_ahead(at: str, received: str) -> bool:
    """Whether the time a message tells is after it came."""
    told, came = times.instant(at), times.instant(received)
    return told > came if told and came else at[:10] > received[:10]


def began_before(encounter: Resource, at: str) -> bool:
    """Whether the stay had begun at the time a message tells; to the day when one of the two is only a day."""
    start = str(encounter.get("period", {}).get("start", ""))
    began, told = times.instant(start), times.instant(at)
    return began <= told if began and told else start[:10] <= at[:10]


def only_end_known(encounter: Resource, began: str) -> bool:
    """Whether it ended, at `began` or later, and nobody has told when it began."""
    period = encounter.get("period", {})
    if "start" in period or "end" not in period:
        return False
    start, end = times.instant(began), times.instant(period["end"])
    return start <= end if start and end else began[:10] <= period["end"][:10]


def ended(encounter: Resource, at: str, disposition: Resource) -> Resource:
    period = {**encounter.get("period", {})}
    if end := times.fhir_date_time(at):
        period["end"] = end
    return {
        **encounter,
        "status": "finished",
        **({"period": period} if period else {}),
        "hospitalization": {**encounter.get("hospitalization", {}), "dischargeDisposition": disposition},
    }


def reopened(encounter: Resource) -> Resource:
    """As it stood before it ended; a stay that nobody told the beginning of never was."""
    period = {k: v for k, v in encounter.get("period", {}).items() if k != "end"}
    if not period:
        return {**encounter, "status": IN_ERROR}
    hospitalization = {
        k: v for k, v in encounter.get("hospitalization", {}).items() if k != "dischargeDisposition"
    }
    kept = {k: v for k, v in encounter.items() if k != "hospitalization"}
    return {
        **kept,
        "status": "in-progress",
        "period": period,
        **({"hospitalization": hospitalization} if hospitalization else {}),
    }


def ready(encounter: Resource, at: str) -> Resource:
    """The stay of somebody who is ready to leave since then."""
    since = times.fhir_date_time(at)
    if not since:
        return encounter
    kept = not_ready(encounter)
    told = {"url": READY, "valueDateTime": since}
    return {**kept, "extension": [*kept.get("extension", ()), told]}


def not_ready(encounter: Resource) -> Resource:
    others = [e for e in encounter.get("extension", ()) if e.get("url") != READY]
    kept = {k: v for k, v in encounter.items() if k != "extension"}
    return {**kept, **({"extension": others} if others else {})}
