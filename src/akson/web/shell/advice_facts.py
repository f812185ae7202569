"""The facts advice rests on, asked for at once, and what has been set aside: for «Råd», and where medicines are chosen."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.care.decisionsupport.advice import Advice
from akson.care.decisionsupport.facts import CREATININE_CODES, EGFR_CODES, Facts, facts_of
from akson.care.fhir_json import Resource, instant
from akson.record.session import RecordSession
from akson.web.shell.reading import of_patient, resources, search_all, token, with_medications

RULES = "https://akson.no/fhir/CodeSystem/advice-rule"
KEY = "https://akson.no/fhir/NamingSystem/advice"
OBSERVED_MAX = 60
ASIDE_FOR = timedelta(days=180)
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/advice")


@dataclass(frozen=True, slots=True)
class Loaded:
    facts: Facts
    rows: tuple[Resource, ...]
    """What the facts were read from, the patient first."""
    aside: dict[str, Resource]
    """`aside_id` → the DetectedIssue that set that advice aside."""


async def load(session: RecordSession, patient: str, now: datetime, *, drugs: bool = True) -> Loaded:
    """Without `drugs` where the lines are known already."""
    asked = (
        *([with_medications(of_patient("MedicationStatement", patient))] if drugs else []),
        of_patient("AllergyIntolerance", patient),
        of_patient(
            "Observation",
            patient,
            token("code", *EGFR_CODES, *CREATININE_CODES),
            sort="date",
            count=OBSERVED_MAX,
        ),
        of_patient("Observation", patient, token("category", "vital-signs"), sort="date", count=OBSERVED_MAX),
        of_patient("DetectedIssue", patient),
    )
    *found, issues = await search_all(session, asked)
    read = await session.read("Patient", patient)
    rows = [r for one in found for r in resources((*one.matches, *one.included))]
    who = resources([read])[0]
    aside = {_key(issue): issue for issue in resources(issues.matches) if _holds(issue, now)}
    return Loaded(facts_of(who, rows, now), (who, *rows), aside)


def _holds(issue: Resource, now: datetime) -> bool:
    """Not withdrawn, and not so long ago that it is to be thought of again."""
    at = instant(issue.get("identifiedDateTime"))
    return issue.get("status") == "final" and at is not None and at > now - ASIDE_FOR


def aside_id(patient: str, said: Advice) -> str:
    """The same for the same advice about the same things of the same patient."""
    return str(uuid.uuid5(_IDS, f"{patient}|{said.key}"))


def _key(issue: Resource) -> str:
    return next((str(i["value"]) for i in issue.get("identifier") or [] if i.get("system") == KEY), "")
