"""The frame of one patient's record: who it is, what is dangerous, why we may look, and where one can go from here.

Every screen about a patient loads this first; the read of the Patient is what the record permits or refuses. The
content of a screen does not belong here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from akson.access.decision import Decision
from akson.care.contacts.stays import INPATIENT_CLASSES, UNDER_WAY, current_stay
from akson.care.fhir_json import Resource, any_code, concept_text, display, reference
from akson.care.medication.list import anticoagulants, medication_lines
from akson.fhir.search.query import Include, Query, Term, TokenValue
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import words
from akson.web.shell.reading import may_see, of_patient, resource, resources, search_all, token

FNR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1"
D_NUMBER_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.2"
RELATION_WORDS = {
    "C": "pårørende", "N": "pårørende", "DAUC": "datter", "DAU": "datter", "SONC": "sønn", "SON": "sønn",
    "SPS": "ektefelle", "HUSB": "ektemann", "WIFE": "kone", "SIB": "søsken", "MTH": "mor", "FTH": "far",
    "PRN": "forelder", "CHILD": "barn", "FRND": "venn", "NBOR": "nabo", "DOMPART": "samboer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Who the patient is, in words."""

    id: str
    family: str
    given: str
    gender: str
    age: str
    born: str
    national_id: str
    address: str
    phone: str
    dead: str
    """`Død 03.11.2026`, or ""."""

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.family, self.given) if part) or "Uten navn"

    @property
    def spoken_name(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part) or "Uten navn"


@dataclass(frozen=True, slots=True)
class Alert:
    """One mark in the banner. `grave` marks are red and come first."""

    text: str
    grave: bool
    colour: str
    """`danger`, `warning` or `neutral`; the word and the icon say the same."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    path: str
    text: str
    here: bool
    note: str = ""
    key: str = ""
    """The letter that leads there after G."""


@dataclass(frozen=True, slots=True)
class Chart:
    person: Person
    gp: str
    next_of_kin: str
    alerts: tuple[Alert, ...]
    allergy_words: str
    """What is said in place of allergies: none known is not the same as not asked. "" when there are some."""
    basis: str
    """Why this reader may look: `aktiv tjeneste – helsetjenester i hjemmet`."""
    admitted: str
    """`Innlagt på Havnes sykehus HF i dag kl. 07:30`; "" when she is not in hospital."""
    clinical: bool
    """Whether the reader's role sees health data at all. What is not shown must never read as «there is none»."""
    menu: tuple[MenuEntry, ...]
    writes: bool = False
    """Whether the reader's role writes measurements and notes."""


def _official(names: list[Resource]) -> Resource:
    by_use = {n.get("use"): n for n in reversed(names)}
    return by_use.get("official") or by_use.get("usual") or (names[0] if names else {})


def _address(addresses: list[Resource]) -> str:
    home = next((a for a in addresses if a.get("use") == "home"), addresses[0] if addresses else {})
    city = " ".join(part for part in (home.get("postalCode"), home.get("city")) if part)
    return home.get("text") or ", ".join([*home.get("line", []), *([city] if city else [])])


def _identifier(identifiers: list[Resource]) -> str:
    by_system = {i.get("system"): str(i.get("value", "")) for i in identifiers}
    return by_system.get(FNR_SYSTEM) or by_system.get(D_NUMBER_SYSTEM) or ""


def _dead(patient: Resource) -> str:
    if patient.get("deceasedDateTime"):
        return f"Død {words.birth_day(patient['deceasedDateTime'][:10])}"
    return "Død" if patient.get("deceasedBoolean") else ""


def person(patient: Resource, today: date) -> Person:
    """The words of a Patient resource."""
    name = _official(patient.get("name") or [])
    telecoms = patient.get("telecom") or []
    return Person(
        id=str(patient.get("id", "")),
        family=str(name.get("family") or name.get("text") or ""),
        given=" ".join(name.get("given") or []),
        gender=words.GENDER_WORDS.get(patient.get("gender", ""), ""),
        age=words.age(patient.get("birthDate", ""), today),
        born=words.birth_day(patient.get("birthDate", "")),
        national_id=words.national_id(_identifier(patient.get("identifier") or [])),
        address=_address(patient.get("address") or []),
        phone=words.phone(next((t.get("value", "") for t in telecoms if t.get("system") == "phone"), "")),
        dead=_dead(patient),
    )


def _relation(relationships: list[Resource]) -> str:
    for concept in relationships:
        codes = [c.get("code", "") for c in concept.get("coding") or []]
        word = concept.get("text") or next((RELATION_WORDS[c] for c in codes if c in RELATION_WORDS), "")
        if word:
            return str(word)
    return ""


def _contact_words(contact: Resource) -> str:
    name = contact.get("name") or {}
    name = _official(name) if isinstance(name, list) else name
    full = name.get("text") or " ".join(
        [*name.get("given", []), *([name["family"]] if "family" in name else [])]
    )
    relation = _relation(contact.get("relationship") or [])
    phone = next((t.get("value", "") for t in contact.get("telecom") or [] if t.get("system") == "phone"), "")
    return " ".join(part for part in (full, f"({relation})" if relation else "", words.phone(phone)) if part)


def _next_of_kin(patient: Resource, related: list[Resource]) -> str:
    contacts = [*(patient.get("contact") or []), *related]
    return next((text for text in map(_contact_words, contacts) if text), "")


def _gp(patient: Resource, named: dict[str, Resource]) -> str:
    for entry in patient.get("generalPractitioner") or []:
        target = named.get(reference(entry), {})
        name = target.get("name")
        found = display(entry) or (name if isinstance(name, str) else _contact_words({"name": name or {}}))
        if found:
            return found
    return ""


def _allergy(allergy: Resource) -> Alert:
    reactions = [concept_text(m) for r in allergy.get("reaction") or [] for m in r.get("manifestation") or []]
    what = concept_text(allergy.get("code")).lower()
    text = f"Allergi: {what}" + (f" – {reactions[0].lower()}" if reactions else "")
    grave = allergy.get("criticality") == "high"
    return Alert(text, grave, "danger" if grave else "warning")


def _valid(allergy: Resource) -> bool:
    return not any_code([allergy.get("clinicalStatus") or {}], "inactive", "resolved") and not any_code(
        [allergy.get("verificationStatus") or {}], "refuted", "entered-in-error"
    )


def _says_none(allergy: Resource) -> bool:
    """SNOMED CT 716186003 (no known allergy) and its kin: it was asked, and there is none."""
    return any_code([allergy.get("code") or {}], "716186003", "409137002")


def _alerts(allergies: list[Resource], flags: list[Resource], thinners: list[str]) -> tuple[Alert, ...]:
    found = [_allergy(a) for a in allergies if _valid(a) and not _says_none(a)]
    if thinners:
        found.append(Alert(f"Blodfortynnende: {', '.join(thinners)}", False, "warning"))
    found += [
        Alert(concept_text(f.get("code")), False, "neutral") for f in flags if f.get("status") == "active"
    ]
    return tuple(sorted(found, key=lambda a: (not a.grave, a.colour == "neutral")))


def _allergy_words(allergies: list[Resource]) -> str:
    valid = [a for a in allergies if _valid(a)]
    if not valid:
        return "Allergier: ikke registrert her"
    return "Ingen kjente allergier" if all(_says_none(a) for a in valid) else ""


def _basis(decision: Decision) -> str:
    permits = [r.words for r in decision.reasons if r.effect == "permit" and r.words]
    return permits[0].rstrip(".") if permits else ""


def _menu(patient: str, here: str) -> tuple[MenuEntry, ...]:
    """What belongs together stands together. G and the letter leads there: d, i and s are the main menu's."""
    entries = (
        ("", "Forside", "f"),
        ("/tidslinje", "Tidslinje", "t"),
        ("/plan", "Tiltaksplan", "p"),
        ("/delt-plan", "Delt plan", "b"),
        ("/legemidler/samstemming", "Legemidler", "l"),
        ("/utdeling", "Utdeling", "u"),
        ("/maalinger", "Målinger", "m"),
        ("/provesvar", "Prøvesvar", "r"),
        ("/notater", "Notater", "n"),
        ("/meldinger", "Meldinger", "e"),
        ("/dokumenter", "Dokumenter", "o"),
        ("/sammendrag", "Sammendrag", "k"),
        ("/forlop", "I sykehus", "h"),
        ("/sak", "Sak og vedtak", "v"),
        ("/flytting", "Flytting", "y"),
        ("/raad", "Råd", "å"),
        ("/tilgangslogg", "Tilgangslogg", "a"),
    )
    return tuple(
        MenuEntry(f"/pasient/{patient}{path}", text, text == here, key=key) for path, text, key in entries
    )


def around(patient: str) -> tuple[Query, Query]:
    """What the banner needs beside the Patient: whom and what refers to her, and her stays in hospital."""
    return _surroundings(patient), stays_of(patient)


def _surroundings(patient: str) -> Query:
    return Query(
        "Patient",
        terms=(Term("_id", "id", None, (TokenValue(None, patient),)),),
        includes=(Include("Patient", "general-practitioner"),),
        revincludes=tuple(
            Include(type, "patient")
            for type in ("AllergyIntolerance", "Flag", "MedicationStatement", "RelatedPerson")
        ),
        count=1,
    )


def stays_of(patient: str) -> Query:
    """Stays in hospital that have begun and not ended."""
    query = of_patient("Encounter", patient, token("status", *UNDER_WAY), token("class", *INPATIENT_CLASSES))
    return replace(query, includes=(Include("Encounter", "service-provider"),))


def admitted_words(found: SearchResult, now: datetime) -> str:
    """Where she is admitted and since when, from the answer to `stays_of`; "" when she is not."""
    known = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    stay = current_stay(resources(found.matches), known)
    if stay is None:
        return ""
    where = f"Innlagt på {stay.where}" if stay.where else "Innlagt på sykehus"
    return f"{where} {words.spoken_moment(stay.since, now)}" if stay.since else where


async def load_chart(session: RecordSession, patient: str, here: str, now: datetime) -> Chart:
    """The frame around screen `here`.

    Raises: Problem(NOT_FOUND) when the patient is missing or hidden; the record logs the refusal.
    """
    body = await opened(session, patient)
    found, decision = await asyncio.gather(
        search_all(session, around(patient)), session.why("Patient", patient)
    )
    return chart_of(session, body, found, decision, here, now)


async def opened(session: RecordSession, patient: str) -> Resource:
    """The Patient: what the record permits or refuses, before anything else is asked of her."""
    return resource(await session.read("Patient", patient))


def chart_of(
    session: RecordSession,
    body: Resource,
    answers: Sequence[SearchResult],
    decision: Decision,
    here: str,
    now: datetime,
) -> Chart:
    """The frame, from the answers to `around`."""
    patient = str(body["id"])
    refers, stays = answers
    near: dict[str, list[Any]] = {}
    for found in resources(refers.included):
        near.setdefault(found["resourceType"], []).append(found)
    allergies = near.get("AllergyIntolerance", [])
    thinners = anticoagulants(medication_lines(near.get("MedicationStatement", [])))
    named = {f"{r['resourceType']}/{r['id']}": r for group in near.values() for r in group}
    return Chart(
        person=person(body, words.local(now).date()),
        gp=_gp(body, named),
        next_of_kin=_next_of_kin(body, near.get("RelatedPerson", [])),
        alerts=_alerts(allergies, near.get("Flag", []), thinners),
        allergy_words=_allergy_words(allergies) if may_see(session, "AllergyIntolerance") else "",
        basis=_basis(decision),
        admitted=admitted_words(stays, now),
        clinical=may_see(session, "AllergyIntolerance"),
        menu=_menu(patient, here),
        writes=session.may("create", "Observation") and may_see(session, "Observation"),
    )
