"""Nursing notes in bokmål: short, factual, in the order a visit goes, some sentences repeated from day to day.

Spec: https://hl7.org/fhir/R4/clinicalimpression.html. Sentences name no one and fit any gender.
"""

from akson.app.demo.ailments import AILMENTS
from akson.app.demo.chart import Chart
from akson.app.demo.elements import Resource, reference
from akson.app.demo.staff import Employee

HOME_OPENINGS = (
    "Besøk etter plan.", "Åpnet døren selv.", "Satt ved kjøkkenbordet ved ankomst.", "Var oppe og påkledd ved ankomst.",
    "Lå fortsatt i sengen ved ankomst, men ville opp.", "Ventet på besøket.",
)  # fmt: skip
WARD_OPENINGS = (
    "Rolig vakt.", "Oppe til frokost.", "Deltok på fellesstuen.", "Hvilte på rommet etter middag.",
    "Var med på sangstund.", "Hatt besøk av familien.",
)  # fmt: skip
CARE = (
    "Hjelp til morgenstell, klarte overkroppen selv.", "Dusjet med tilsyn.", "Stell utført etter plan.",
    "Smurt bein og føtter. Huden er hel.", "Fikk hjelp med støttestrømper.", "Munnstell utført.",
)  # fmt: skip
FOOD = (
    "Spiste to brødskiver og drakk godt.", "Spiste lite, men drakk et glass saft.", "God matlyst.",
    "Fikk varm middag og spiste opp.", "Minnet om å drikke.",
)  # fmt: skip
HOME_FOOD = (*FOOD, "Kjøleskapet er fullt, ingen utgått mat.", "Handlelisten er sendt til butikken.")
MEDICINE = ("Legemidler gitt etter liste.", "Legemidler gitt, svelget uten problemer.")
HOME_MEDICINE = (*MEDICINE, "Tok legemidlene selv fra dosetten.", "Morgendosen var tatt ved ankomst.")
MOOD = (
    "Godt humør.", "Virker sliten i dag.", "Pratsom og blid.", "Rolig og tilfreds.", "Gledet seg til helgen.",
    "Syntes dagene blir lange.", "Ønsker å komme seg mer ut.",
)  # fmt: skip
CLOSINGS = ("Ingen endring ellers.", "Ikke behov for tiltak nå.", "Pårørende er informert.")
HOME_CLOSINGS = (*CLOSINGS, "Neste besøk etter plan.", "Følges opp ved neste besøk.")


def _sentences(chart: Chart, findings: list[str], *, ward: bool) -> str:
    """A note of four to eight sentences, at most one of each kind; what was found stands in the middle."""
    chance = chart.chance
    sentences = [chance.one(WARD_OPENINGS if ward else HOME_OPENINGS), chance.one(CARE), *findings]
    if chance.happens(60):
        sentences.append(chance.one(FOOD if ward else HOME_FOOD))
    if chance.happens(70):
        sentences.append(chance.one(MEDICINE if ward else HOME_MEDICINE))
    sentences.append(chance.one(MOOD))
    if chance.happens(50):
        sentences.append(chance.one(CLOSINGS if ward else HOME_CLOSINGS))
    return " ".join(sentences)


def _findings(chart: Chart, ailments: frozenset[str], before: dict[str, str]) -> dict[str, str]:
    """Ailment -> what was seen of it today; half the time the same as last time, word for word."""
    chance = chart.chance
    seen: dict[str, str] = {}
    for name in sorted(ailments):
        if AILMENTS[name].notes and chance.happens(55):
            same = name in before and chance.happens(50)
            seen[name] = before[name] if same else chance.one(AILMENTS[name].notes)
    return seen


def add_note(chart: Chart, text: str, at: str, by: Employee, *problems: str) -> str:
    """`problems` are references of the Conditions the note is about."""
    written: Resource = {
        "resourceType": "ClinicalImpression",
        "status": "completed",
        "description": "Sykepleienotat" if by.role == "nurse" else "Notat",
        "subject": chart.subject,
        "effectiveDateTime": at,
        "date": at,
        "assessor": reference(by.reference, by.name),
        **({"problem": [reference(p) for p in problems]} if problems else {}),
        "summary": text,
    }
    return chart.add(written)


def add_notes(
    chart: Chart,
    ailments: frozenset[str],
    by: tuple[Employee, ...],
    days: tuple[int, ...],
    *,
    ward: bool = False,
) -> None:
    """A note for each of the days, oldest first. What is found may be said as the day before."""
    before: dict[str, str] = {}
    for day in days:
        findings = _findings(chart, ailments, before)
        text = _sentences(chart, list(findings.values()), ward=ward)
        add_note(chart, text, chart.scene.at(day, _hour(chart)), chart.chance.one(by))
        before = {**before, **findings}


def _hour(chart: Chart) -> str:
    return f"{chart.chance.one((8, 9, 11, 14, 20)):02d}:{chart.chance.between(0, 59):02d}"
