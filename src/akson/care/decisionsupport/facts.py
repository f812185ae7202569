"""What the rules ask of a patient, read from FHIR resources: age, kidney function, drugs in use, allergies, NEWS2.

Spec: https://hl7.org/fhir/R4/medicationstatement.html, medicationrequest.html, allergyintolerance.html, observation.html.
eGFR from creatinine: CKD-EPI 2009 without race (Levey AS et al., Ann Intern Med 2009;150:604–12).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from akson.care.fhir_json import Resource, any_code, code_in, concept_text, instant
from akson.care.homefollowup.news2 import Score, score
from akson.care.homefollowup.readings import LOINC, readings
from akson.care.medication import medicine
from akson.care.medication.lines import SourceKind, SourceLine, Use, line_of
from akson.care.medication.reconciliation.case import Allergy, Line

EGFR_CODES = (
    "62238-1",
    "33914-3",
    "98979-8",
    "98980-6",
    "48642-3",
    "48643-1",
    "69405-9",
    "77147-7",
    "50210-4",
)
CREATININE_CODES = ("14682-9", "2160-0")
KIDNEY_FOR = timedelta(days=365)
"""An older measurement says nothing of today."""
NEWS2_FOR = timedelta(hours=24)
_MICROMOL_IN_MG_PER_DL = 88.4
_GONE = ("inactive", "resolved", "refuted", "entered-in-error")
_UNSURE = ("unconfirmed", "presumed")
_USED = (Use.ACTIVE, Use.UNSURE)


@dataclass(frozen=True, slots=True)
class Drug:
    """A line that is in use, or is about to be."""

    line: Line
    """As the reconciliation engine reads it: one reading of doses and names for all."""
    name: str
    reference: str
    """`MedicationStatement/m1`."""
    proposed: bool

    @property
    def atc(self) -> str:
        return self.line.atc


@dataclass(frozen=True, slots=True)
class KnownAllergy:
    stated: Allergy
    words: str
    serious: bool
    """Confirmed, and of high criticality."""
    reference: str


@dataclass(frozen=True, slots=True)
class Facts:
    drugs: tuple[Drug, ...]
    allergies: tuple[KnownAllergy, ...] = ()
    age: int | None = None
    egfr: int | None = None
    """ml/min/1.73 m², the newest of the last year."""
    egfr_on: date | None = None
    news2: Score | None = None
    news2_at: datetime | None = None
    """When its set was measured."""
    asof: date | None = None

    @property
    def unread(self) -> tuple[Drug, ...]:
        """Those that no rule can judge."""
        return tuple(drug for drug in self.drugs if not drug.atc)

    @property
    def asked(self) -> bool:
        """Whether something is proposed: then only that is spoken of."""
        return any(drug.proposed for drug in self.drugs)


def facts_of(
    patient: Resource | None, rows: Iterable[Resource], at: datetime, *, proposed: Iterable[Resource] = ()
) -> Facts:
    """`rows`: MedicationStatement, Medication, AllergyIntolerance and Observation of the patient, in any order.

    `proposed`: MedicationRequest or MedicationStatement that are not in the record yet.
    """
    told = list(rows)
    known = {
        f"Medication/{r['id']}": r for r in told if r.get("resourceType") == "Medication" and r.get("id")
    }
    standing = [r for r in told if r.get("resourceType") in ("MedicationStatement", "MedicationRequest")]
    observations = [r for r in told if r.get("resourceType") == "Observation"]
    born = _day((patient or {}).get("birthDate"))
    age = _age(born, at.date()) if born else None
    kidney = _kidney(observations, at, age, str((patient or {}).get("gender") or ""))
    news2, news2_at = _news2(observations, at)
    return Facts(
        drugs=(*_drugs(standing, known, at, proposed=False), *_drugs(proposed, known, at, proposed=True)),
        allergies=tuple(
            _allergy(r) for r in told if r.get("resourceType") == "AllergyIntolerance" and _holds(r)
        ),
        age=age,
        egfr=kidney[0] if kidney else None,
        egfr_on=kidney[1] if kidney else None,
        news2=news2,
        news2_at=news2_at,
        asof=at.date(),
    )


def _drugs(
    rows: Iterable[Resource], known: Mapping[str, Resource], at: datetime, *, proposed: bool
) -> Iterable[Drug]:
    for number, row in enumerate(rows):
        reference = f"{row.get('resourceType')}/{row.get('id') or f'proposed-{number}'}"
        line = line_of(_as_statement(row), reference, SourceKind.MUNICIPALITY, known)
        if line is not None and (proposed or line.use in _USED) and not _over(line, at.date()):
            yield Drug(_line(line), line.name, reference, proposed)


def with_lines(facts: Facts, lines: Iterable[tuple[SourceLine, bool]]) -> Facts:
    """The same patient with another list: (line, whether it is proposed). A line's id is what advice says it concerns."""
    return replace(
        facts,
        drugs=tuple(
            Drug(_line(line), line.name, line.id, proposed)
            for line, proposed in lines
            if line.use in _USED and not (facts.asof and _over(line, facts.asof))
        ),
    )


def _over(line: SourceLine, today: date) -> bool:
    return line.stop is not None and line.stop < today


def _as_statement(row: Resource) -> Resource:
    """A request has its doses under another name, and `draft` is what is about to be in use."""
    if row.get("resourceType") != "MedicationRequest":
        return row
    status = {"active": "active", "draft": "active", "on-hold": "on-hold"}.get(
        str(row.get("status")), "stopped"
    )
    return {**row, "dosage": row.get("dosageInstruction") or [], "status": status}


def _line(line: SourceLine) -> Line:
    return Line(
        id=line.id,
        name=line.product or line.name,
        atc=line.atc,
        substance=line.name if line.product else "",
        strength=line.strength,
        form=line.form,
        dose=line.dose.text or line.dose.amount,
        route=line.dose.route,
        status="active",
        asneeded=line.dose.as_needed,
        start=line.start,
        stop=line.stop,
    )


def _holds(allergy: Resource) -> bool:
    return not any_code(
        [allergy.get("clinicalStatus") or {}, allergy.get("verificationStatus") or {}], *_GONE
    )


def _allergy(allergy: Resource) -> KnownAllergy:
    unsure = any_code([allergy.get("verificationStatus") or {}], *_UNSURE)
    words = concept_text(allergy.get("code"))
    return KnownAllergy(
        Allergy(words, code_in(allergy.get("code"), medicine.ATC)),
        words,
        allergy.get("criticality") == "high" and not unsure,
        f"AllergyIntolerance/{allergy.get('id', '')}",
    )


def _kidney(
    observations: Iterable[Resource], at: datetime, age: int | None, gender: str
) -> tuple[int, date] | None:
    """The newest eGFR of the last year, measured or from creatinine."""
    newest: tuple[datetime, float] | None = None
    for row in observations:
        when = instant(row.get("effectiveDateTime"))
        if (
            when is None
            or not at - KIDNEY_FOR <= when <= at
            or row.get("status") in ("cancelled", "entered-in-error")
        ):
            continue
        value = _egfr_in(row, age, gender)
        if value is not None and (newest is None or when > newest[0]):
            newest = when, value
    return (int(newest[1]), newest[0].date()) if newest else None


def _egfr_in(row: Resource, age: int | None, gender: str) -> float | None:
    quantity = row.get("valueQuantity") or {}
    # «> 60»: a comparator above is no number to be below with.
    if quantity.get("value") is None or quantity.get("comparator") in (">", ">="):
        return None
    code, value = code_in(row.get("code"), LOINC), float(quantity["value"])
    if code in EGFR_CODES:
        return value
    if code in CREATININE_CODES and age is not None and age >= 18 and value > 0:
        return ckd_epi_2009(value, age, gender) if code == CREATININE_CODES[0] else None
    return None


def ckd_epi_2009(creatinine: float, age: int, gender: str) -> float | None:
    """eGFR in ml/min/1.73 m² from serum creatinine in µmol/L; None where sex is not known to be one of the formula's two."""
    if gender not in ("female", "male"):
        return None
    kappa, alpha, factor = (0.7, -0.329, 1.018) if gender == "female" else (0.9, -0.411, 1.0)
    share = creatinine / _MICROMOL_IN_MG_PER_DL / kappa
    return 141 * min(share, 1) ** alpha * max(share, 1) ** -1.209 * 0.993**age * factor


def _news2(observations: Iterable[Resource], at: datetime) -> tuple[Score | None, datetime | None]:
    """Of the newest set of the last day, and when; None when there is none, or no part of it was scored."""
    sets = [r for r in readings(observations) if at - NEWS2_FOR <= r.at <= at]
    if not sets:
        return None, None
    newest = max(sets, key=lambda r: r.at)
    found = score(newest.measured())
    return (found, newest.at) if found.points else (None, None)


def _day(text: str | None) -> date | None:
    at = instant(text)
    return at.date() if at else None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
