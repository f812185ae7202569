"""Rows: one element of a message and where in the record it comes from. Shared ones stand here, by the part of the record.

Row("InfoMedisinskDiagnose/MedisinskDiagnose", "Diagnoser", "diagnoselisten", ("Condition",), diagnoses)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from akson.exchange.building import health, notes, people
from akson.exchange.building.facts import Facts, day, has_code, her_of, place, says
from akson.exchange.message_type import Resource
from akson.exchange.schema import Values
from akson.exchange.times import NORWAY, instant

_ABOUT_ADDRESS = re.compile(r"adresse|kode [67]\b", re.IGNORECASE)
"""A mark that somebody's address is protected is no practical information for others."""
NOTE_TOLD = "https://akson.no/fhir/StructureDefinition/note-in-next-message"
"""Extension of a note whose author wants it told (care/notes)."""
NOTES_OF = timedelta(days=7)
PRIMARY_CONTACT, GP = "9", "6"
"""9034."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A value, and the resources it was made of: `("Condition/astrid-problem-1", …)`."""

    value: Any
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    path: str
    """Element names below the content's root."""
    words: str
    """Bokmål label."""
    record: str
    """Where in the record, in bokmål: what the screen says beside the value, and where to enter what is missing."""
    reads: tuple[str, ...]
    """Types of the patient's resources it is made of."""
    make: Callable[[Facts], Filled | None]
    frame: bool = False
    """Stands in every message of the kind: alone, it says nothing."""


def _each(
    facts: Facts, type: str, wanted: Callable[[Resource], bool], make: Callable[[Resource], Any]
) -> Filled | None:
    """A tuple of what the wanted resources become."""
    made = [(value, place(r)) for r in facts.of(type) if wanted(r) and (value := make(r)) is not None]
    return Filled(tuple(v for v, _ in made), tuple(p for _, p in made)) if made else None


def _kin(facts: Facts) -> Filled | None:
    found = people.next_of_kin(facts)
    return Filled(tuple(v for v, _ in found), tuple(w for _, w in found)) if found else None


def _patient(facts: Facts) -> Filled | None:
    told = people.patient_facts(facts.patient)
    return Filled(told, (place(facts.patient),)) if told else None


def _unit(facts: Facts) -> Filled | None:
    organisation = next((o for o in facts.house if her_of(o)), None)
    told = people.unit(organisation, people.phones_of(facts)) if organisation else None
    return Filled(({"Kontaktenhet": told},), (place(organisation),)) if organisation and told else None


def _gp(facts: Facts) -> Filled | None:
    for reference in facts.patient.get("generalPractitioner", ()):
        practitioner = facts.staff.get(str(reference.get("reference")))
        told = people.professional(practitioner, role=GP) if practitioner else None
        if practitioner and told:
            return Filled(({"Kontaktperson": told},), (place(practitioner),))
    return None


def role_of(facts: Facts) -> str:
    """The author is the primary contact when a service names her so."""
    own = place(facts.author) if facts.author else ""
    managed = (str(e.get("careManager", {}).get("reference")) for e in facts.of("EpisodeOfCare"))
    return PRIMARY_CONTACT if own and own in managed else ""


def _responsible(facts: Facts) -> Filled | None:
    told = (
        people.professional(facts.author, role=role_of(facts), telecom=people.phones_of(facts))
        if facts.author
        else None
    )
    if told is None:
        return None
    return Filled(
        ({"AnsvarligRapport": told, "GodkjentDato": f"{facts.at.astimezone(NORWAY):%Y-%m-%d}"},),
        (place(facts.author),),
    )


def _cave(facts: Facts) -> Filled | None:
    allergies = facts.of("AllergyIntolerance")
    told = health.cave(allergies)
    return Filled(told, tuple(place(a) for a in allergies if health.is_allergy(a))) if told else None


def _drugs(wanted: Callable[[Resource], bool]) -> Callable[[Facts], Filled | None]:
    def make(facts: Facts) -> Filled | None:
        # What a statement rests on, and what another order came after, is no medicine more.
        behind = {
            str(r.get("reference")) for s in facts.of("MedicationStatement") for r in s.get("basedOn", ())
        }
        behind |= {
            str(o.get("priorPrescription", {}).get("reference")) for o in facts.of("MedicationRequest")
        }

        def alone(medicine: Resource) -> bool:
            return wanted(medicine) and place(medicine) not in behind

        found = [
            _each(facts, "MedicationStatement", wanted, health.drug),
            _each(facts, "MedicationRequest", alone, health.drug),
        ]
        told = [f for f in found if f is not None]
        if not told:
            return None
        return Filled(tuple(v for f in told for v in f.value), tuple(o for f in told for o in f.origins))

    return make


def _functions(facts: Facts) -> Filled | None:
    found = health.newest_functions(facts.of("Observation"))
    told = health.functions(facts.of("Observation"))
    return Filled(told, tuple(map(place, found))) if told else None


def _flags(facts: Facts) -> Filled | None:
    current = [
        f
        for f in facts.of("Flag")
        if f.get("status") == "active" and not _ABOUT_ADDRESS.search(says(f.get("code")))
    ]
    told = [says(f.get("code")) for f in current if says(f.get("code"))]
    if not told:
        return None
    return Filled(notes.text(notes.NURSING, "88")(f"Merk: {', '.join(told)}."), tuple(map(place, current)))


def _marked_notes(facts: Facts) -> Filled | None:
    """Signed notes of the last week that their author wants told."""
    marked = [
        n
        for n in facts.of("ClinicalImpression")
        if n.get("status") == "completed"
        and any(e.get("url") == NOTE_TOLD and e.get("valueBoolean") for e in n.get("extension", ()))
        and (at := instant(str(n.get("date") or ""))) is not None
        and facts.at - at <= NOTES_OF
    ]
    told = [
        f"{day(n.get('date'))}: {n['summary']}"
        for n in sorted(marked, key=lambda n: str(n["date"]))
        if n.get("summary")
    ]
    return (
        Filled(notes.text(notes.NURSING, "88")("\n".join(told)), tuple(map(place, marked))) if told else None
    )


def has_code_in(resource: Resource, code: str) -> bool:
    """Whether one of its categories carries the code."""
    return any(has_code(c, code) for c in resource.get("category", ()))


def _plan(facts: Facts) -> Filled | None:
    plans = [p for p in facts.of("CarePlan") if p.get("status") == "active"]
    goals = [
        g
        for g in facts.of("Goal")
        if g.get("lifecycleStatus") in ("accepted", "active", "on-hold", "planned")
    ]
    activities = [
        str(a["detail"]["description"])
        for p in plans
        for a in p.get("activity", ())
        if a.get("detail", {}).get("description")
    ]
    activities += [
        says(r.get("code"))
        for r in facts.of("ServiceRequest")
        if r.get("intent") == "plan" and r.get("status") == "active" and has_code_in(r, "measure")
    ]
    aims = [says(g.get("description")) for g in goals]
    parts = [
        f"{label}: {'; '.join(said)}." for label, said in (("Tiltak", activities), ("Mål", aims)) if said
    ]
    return (
        Filled(notes.text(notes.NURSING, "88")("\n".join(parts)), tuple(map(place, (*plans, *goals))))
        if parts
        else None
    )


def death(facts: Facts) -> Filled | None:
    at = str(facts.patient.get("deceasedDateTime", ""))
    return Filled(dead_at(at), (place(facts.patient),)) if at else None


def dead_at(at: str) -> Values:
    # Anslag false: HIS 80704, 13.2.7; the time is not an estimate.
    return {"Hendelsekode": people.coded(9121, "13"), "TidspunktForHendelse": at, "Anslag": False}


def expected(said: str) -> Values:
    return {"Hendelsekode": people.coded(9121, "3"), "TidspunktForHendelse": said, "Anslag": True}


PATIENT = Row("TilleggsopplysningPasient", "Om pasienten", "personopplysninger", (), _patient, frame=True)
KIN = Row("ParorendeForesatt", "Pårørende", "pårørende", ("RelatedPerson",), _kin, frame=True)
UNIT = Row("TilknyttetEnhet", "Enhet", "enheten din", (), _unit, frame=True)
CONTACT = Row("KontaktpersonHelsepersonell", "Fastlege", "fastlege i personopplysninger", (), _gp, frame=True)
RESPONSIBLE = Row(
    "AnsvarForRapport", "Ansvarlig", "den som sender", ("EpisodeOfCare",), _responsible, frame=True
)
START = (PATIENT, KIN, UNIT, CONTACT, RESPONSIBLE)
"""How every care message begins."""
DIAGNOSES = Row(
    "InfoMedisinskDiagnose/MedisinskDiagnose", "Diagnoser", "problemlisten", ("Condition",),
    lambda facts: _each(facts, "Condition", health.is_current, health.diagnosis),
)  # fmt: skip
CAVE = Row(
    "MedisinskfagligeOpplysninger/Cave", "Kritisk informasjon", "allergier", ("AllergyIntolerance",), _cave
)
MEDICINES = ("MedicationStatement", "MedicationRequest")
DRUGS = Row("Legemiddelinfo", "Legemidler i bruk", "legemiddellisten", MEDICINES, _drugs(health.is_taken))
SERVICES = Row(
    "EksisterendeTjeneste", "Tjenester", "vedtak", ("EpisodeOfCare",),
    lambda facts: _each(facts, "EpisodeOfCare", health.is_service, health.service),
)  # fmt: skip
FUNCTIONS = Row(
    "InfoKartleggingFunksjonsniva", "Funksjonsnivå (IPLOS)", "IPLOS-vurderinger", ("Observation",), _functions
)
_NURSE = "Sykepleierdokumentasjon/InfoFraSykepleier/Journaltekst"
"""Rows stand under 88, other: the headings of what is typed are its own, so that a change finds it again."""
FLAGS = Row(_NURSE, "Varsler", "varsler i journalen", ("Flag",), _flags)
PLAN = Row(_NURSE, "Mål og tiltak", "tiltaksplanen", ("CarePlan", "Goal", "ServiceRequest"), _plan)
NOTES = Row(_NURSE, "Notater til neste melding", "notater", ("ClinicalImpression",), _marked_notes)
ALL_DRUGS = _drugs(lambda medicine: health.is_taken(medicine) or health.is_stopped(medicine))
