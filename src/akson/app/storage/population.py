"""Citizens whose data lies at several nodes, made from a seed: the same in every process, and nobody who lives.

Person 7 has the id `p7` at each node that knows her; `holders` says which do. With her come whatever the judgement rests on:
decisions, visits, tasks, referrals, a GP, blocks, restrictions, a representative, a protected address, withheld findings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from akson.record.facts.patients import ADDRESS_METADATA
from akson.sharing.storage.choices import CHOICE_SYSTEM, Choice

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
LOINC = "http://loinc.org"
_7608 = "urn:oid:2.16.578.1.12.4.1.1.7608"
_7611 = "urn:oid:2.16.578.1.12.4.1.1.7611"
_9603 = "urn:oid:2.16.578.1.12.4.1.1.9603"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_MEDICINES = ("Metoprolol", "Levaxin", "Eliquis", "Paracet", "Furix", "Atorvastatin")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    home: int
    """Number of the node that answers for most of hers."""
    holders: tuple[int, ...]
    """All that hold something of hers, her home first."""
    choice: Choice
    blocks: bool
    restricts: bool
    protected: bool
    represented: bool
    referred: bool
    """The hospital is asked to see her."""
    east: bool
    """Which of the two home-nursing units has her case."""

    @property
    def id(self) -> str:
        return f"p{self.number}"

    @property
    def national_id(self) -> str:
        """Eleven digits of the right look; the month is over 80, as in the synthetic register."""
        return f"{1 + self.number % 28:02d}81{40 + self.number % 50:02d}{self.number:05d}"


def people(seed: int, count: int, nodes: int) -> list[Person]:
    """One in ten has said no in one of three ways, one in ten has closed her record to somebody."""
    random = Random(f"people {seed}")  # noqa: S311 - made-up people, not secrets
    found = []
    for number in range(count):
        home = number % nodes
        others = random.sample([n for n in range(nodes) if n != home], min(nodes - 1, random.randint(0, 3)))
        says_no = random.random() < 0.1
        found.append(
            Person(
                number,
                home,
                (home, *others),
                random.choice((Choice.NO_CENTRAL, Choice.NO_INDEX, Choice.NO_SHARING))
                if says_no
                else Choice.ALL,
                *(random.random() < share for share in (0.1, 0.05, 0.08, 0.15, 0.3, 0.5)),
            )
        )
    return found


def resources(person: Person, node: int, seed: int) -> Iterator[Json]:
    """All that one node holds of her, Consents and decisions too."""
    random = Random(f"{seed} {person.number} {node}")  # noqa: S311
    whose = {"reference": f"Patient/{person.id}"}
    yield _patient(person)
    unit = f"Organization/hjemmetjenesten-{'ost' if person.east else 'vest'}"
    yield _of(
        "EpisodeOfCare", person, "e", status="active", patient=whose, managingOrganization={"reference": unit},
        period={"start": "2026-01-03"},
    )  # fmt: skip
    yield from _meetings(person, whose)
    yield from _will(person, whose)
    for n in range(3):
        name = random.choice(_MEDICINES)
        yield _of(
            "MedicationStatement", person, f"m{n}", status="active" if n else "stopped", subject=whose,
            medicationCodeableConcept={"text": name}, effectiveDateTime=f"2026-0{n + 1}-11",
        )  # fmt: skip
    for n in range(4):
        yield _observation(person, whose, n, random)
    yield _of("CarePlan", person, "cp", status="active", intent="plan", subject=whose, title="Plan for uka")
    yield _of(
        "Condition", person, "c", subject=whose, code={"text": "Hjertesvikt"}, recordedDate="2026-02-01"
    )
    if random.random() < 0.5:
        status = {"coding": [{"system": _ALLERGY, "code": "active"}]}
        yield _of(
            "AllergyIntolerance",
            person,
            "a",
            patient=whose,
            clinicalStatus=status,
            code={"text": "Penicillin"},
        )
    yield _of(
        "ClinicalImpression", person, "n", status="completed", subject=whose, summary="Spiser og sover godt."
    )
    attachment = {"contentType": "text/plain", "data": "RXBpa3Jpc2U=", "title": "Epikrise"}
    yield _of(
        "DocumentReference",
        person,
        "d",
        status="current",
        subject=whose,
        content=[{"attachment": attachment}],
    )


def workplaces() -> Iterator[Json]:
    """Who works where, at every node alike."""
    for id in ("hjemmetjenesten-ost", "hjemmetjenesten-vest", "legevakt", "havnes"):
        yield {"resourceType": "Organization", "id": id, "name": id}
    for id in ("ida", "vera", "omar", "grete", "tim", "nadia", "kari"):
        yield {"resourceType": "Practitioner", "id": id, "name": [{"family": id.title()}]}


def _patient(person: Person) -> Json:
    address: Json = {
        "use": "home",
        "line": [f"Strandveien {person.number}"],
        "postalCode": "0123",
        "city": "Storvik",
    }
    if person.protected:
        grade = {"url": "confidentiality", "valueCode": "fortrolig"}
        address["extension"] = [{"url": ADDRESS_METADATA, "extension": [grade]}]
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{"system": FNR, "value": person.national_id}],
        "name": [{"family": "Prøve", "given": [f"Person {person.number}"]}],
        "birthDate": f"19{40 + person.number % 50}-03-05",
        "address": [address],
        "telecom": [{"system": "phone", "value": f"9000{person.number:04d}"}],
        "generalPractitioner": [{"reference": "Practitioner/grete"}],
    }


def _meetings(person: Person, whose: Json) -> Iterator[Json]:
    n = person.number
    if n % 4 == 0:
        there = [
            {"actor": whose, "status": "accepted"},
            {"actor": {"reference": "Practitioner/vera"}, "status": "accepted"},
        ]
        yield _of(
            "Appointment", person, "v", status="booked", participant=there, start="2026-11-27T09:00:00Z",
            end="2026-11-27T09:30:00Z", comment="Husk nøkkel",
        )  # fmt: skip
    if n % 5 == 0:
        yield _of(
            "Task", person, "t", status="requested", intent="order", **{"for": whose},
            owner={"reference": "Practitioner/tim"}, description="Ring om sår",
        )  # fmt: skip
    if person.referred:
        yield _of(
            "ServiceRequest", person, "r", status="active", intent="order", subject=whose,
            performer=[{"reference": "Organization/havnes"}], note=[{"text": "Vurder innleggelse"}],
        )  # fmt: skip
    if person.represented:
        yield _of("RelatedPerson", person, "rp", active=True, patient=whose, name=[{"family": "Datter"}])


def _will(person: Person, whose: Json) -> Iterator[Json]:
    scope = {"text": "Innbyggerens valg"}
    if person.blocks or person.restricts:
        kind = "BL" if person.blocks else "SP"
        to = [] if person.restricts and not person.blocks else ["Practitioner/omar", "Practitioner/grete"]
        actors = [{"role": {"text": "Sperret"}, "reference": {"reference": reference}} for reference in to]
        yield _of(
            "Consent", person, "bl", status="active", scope=scope, patient=whose, policyRule={"text": "Egen vilje"},
            category=[{"coding": [{"system": _7608, "code": kind}]}],
            provision={"type": "deny"} | ({"actor": actors} if actors else {}),
        )  # fmt: skip
    if person.represented:
        actor = {"role": {"text": "Fullmektig"}, "reference": {"reference": f"RelatedPerson/{person.id}-rp"}}
        yield _of(
            "Consent", person, "fu", status="active", scope=scope, patient=whose, policyRule={"text": "Egen vilje"},
            category=[{"coding": [{"system": _7611, "code": "FU"}]}], provision={"type": "permit", "actor": [actor]},
        )  # fmt: skip
    if person.choice is not Choice.ALL:
        yield _of(
            "Consent", person, "va", status="active", scope=scope, patient=whose, policyRule={"text": "Egen vilje"},
            category=[{"coding": [{"system": CHOICE_SYSTEM, "code": person.choice.value}]}],
        )  # fmt: skip


def _observation(person: Person, whose: Json, n: int, random: Random) -> Json:
    laboratory = n % 2 == 0
    made = _of(
        "Observation", person, f"o{n}", status="final", subject=whose, effectiveDateTime=f"2026-11-{10 + n}",
        category=[{"coding": [{"system": _CATEGORY, "code": "laboratory" if laboratory else "vital-signs"}]}],
        code={"coding": [{"system": LOINC, "code": "1988-5" if laboratory else "8867-4"}]},
        valueQuantity={"value": random.randint(40, 120), "unit": "mg/L" if laboratory else "/min"},
    )  # fmt: skip
    if random.random() < 0.1:
        made["meta"] = {"security": [{"system": _9603, "code": random.choice(("NORN", "NORS"))}]}
    return made


def _of(type: str, person: Person, id: str, **elements: Any) -> Json:
    return {"resourceType": type, "id": f"{person.id}-{id}", **elements}
