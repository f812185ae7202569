"""What others say that Astrid uses: the heart clinic's letter, and a talk with Marit. Four things differ, two are only
written otherwise, six agree.

The clinic doubled furosemide, took ramipril away and added spironolactone; nobody at home has heard of it, and her weight
goes up. Shape of the lists: `akson.care.medication`. Doses are ordinary ones; nothing here is advice.
"""

from dataclasses import dataclass
from typing import Any

from akson.app.demo.chart import Chart
from akson.app.demo.elements import LOINC, Resource, coding, concept, reference
from akson.app.demo.medicines import BOTH, DRUGS, EVENING, MORNING, Drug, medication
from akson.care.medication.lines import SourceKind
from akson.care.medication.sources import MEDICATION_LIST, SOURCE

CLINIC_DAY, TALK_DAY, LIST_DAY = -2, -1, -6


@dataclass(frozen=True, slots=True)
class Told:
    """One line as somebody told it. `called` is a product's name."""

    drug: str
    dose: str
    called: str = ""
    amount: str = ""
    """Another strength than the demo's usual one, in its unit."""
    reason: str = ""
    status: str = "active"
    why: str = ""
    """Why stopped or not taken."""
    as_needed: bool = False
    note: str = ""


_CLINIC = (
    Told("apiksaban", BOTH, reason="Atrieflimmer"),
    Told(
        "furosemid", MORNING, amount="80", reason="Hjertesvikt", note="Økt fra 40 mg: forverret hjertesvikt."
    ),
    Told("metoprolol", MORNING, called="Selo-Zok", reason="Hjertesvikt"),
    Told("ramipril", MORNING, status="stopped", why="Kreatinin 168, kalium 5,4"),
    Told("spironolakton", MORNING, reason="Hjertesvikt", note="Startes i dag."),
    Told("atorvastatin", EVENING),
    Told("levotyroksin", MORNING),
    Told("kalsium/vitamin d", EVENING),
    Told("doksysyklin", MORNING, reason="Lungebetennelse"),
    Told("paracetamol", "1–2 tabl., inntil 8 pr døgn", as_needed=True),
    Told("zopiklon", "1 tablett til natten", as_needed=True),
)
_DAUGHTER = (
    Told("apiksaban", BOTH),
    Told("furosemid", MORNING, note="Har ikke fått ny pakning."),
    Told("metoprolol", "Én om morgenen", called="Selo-Zok"),
    Told("ramipril", MORNING, note="Ligger i dosetten."),
    Told("spironolakton", "", status="not-taken", why="Ikke hentet på apoteket"),
    Told("atorvastatin", EVENING),
    Told("levotyroksin", MORNING),
    Told("kalsium/vitamin d", EVENING),
    Told("doksysyklin", MORNING),
    Told("paracetamol", "1–2 tabletter, maks 8 i døgnet", as_needed=True),
    Told("zopiklon", "1 tablett til natten", as_needed=True),
    Told(
        "ibuprofen",
        "1 tablett ved behov, maks 2 daglig",
        reason="Knesmerter",
        as_needed=True,
        note="Kjøpt selv.",
    ),
)


def add_own_list(chart: Chart, lines: list[str], by: Resource) -> None:
    """The municipality's working list: the statements of the record that are in use."""
    own = _list(chart, SourceKind.MUNICIPALITY, "Kommunens liste", chart.scene.at(LIST_DAY, "13:00"), by)
    chart.add({**own, "mode": "working", "entry": [{"item": reference(line)} for line in lines]})


def add_told_lists(chart: Chart, clinic: Resource, daughter: Resource, nurse: Resource) -> None:
    """`clinic` and `daughter` are who said it, `nurse` wrote down what the daughter said."""
    letter = _list(
        chart,
        SourceKind.HOSPITAL,
        "Epikrise fra Havnes sykehus",
        chart.scene.at(CLINIC_DAY, "15:40"),
        {"display": str(clinic["display"])},
    )
    chart.add(_with_lines(chart, letter, _CLINIC, clinic, CLINIC_DAY))
    talk = _list(chart, SourceKind.PATIENT, "Samtale med datter", chart.scene.at(TALK_DAY, "18:30"), nurse)
    chart.add(_with_lines(chart, talk, _DAUGHTER, daughter, TALK_DAY))


def _list(chart: Chart, kind: SourceKind, title: str, at: str, by: Resource) -> Resource:
    return {
        "resourceType": "List",
        "extension": [{"url": SOURCE, "valueCode": kind.value}],
        "status": "current",
        "mode": "snapshot",
        "title": title,
        "code": concept(
            "Legemiddelliste", coding(LOINC, MEDICATION_LIST, "History of Medication use Narrative")
        ),
        "subject": chart.subject,
        "date": at,
        "source": by,
    }


def _with_lines(chart: Chart, told: Resource, lines: tuple[Told, ...], by: Resource, day: int) -> Resource:
    contained: list[Resource] = []
    for number, line in enumerate(lines, start=1):
        contained += [_medication(line, f"m{number}"), _statement(chart, line, number, by, day)]
    entries = [{"item": {"reference": f"#s{number}"}} for number in range(1, len(lines) + 1)]
    return {**told, "contained": contained, "entry": entries}


def _medication(line: Told, id: str) -> Resource:
    drug = DRUGS[line.drug]
    if line.amount:
        name, _, unit = drug.strengths[0]
        drug = Drug(drug.name, drug.atc, drug.form, ((name, line.amount, unit),), drug.doses)
    found = medication(drug, id)
    # Who speaks of a product by its name gives no code.
    return {**found, "code": {"text": line.called}} if line.called else found


def _statement(chart: Chart, line: Told, number: int, by: Resource, day: int) -> Resource:
    told: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "id": f"s{number}",
        "status": line.status,
        "statusReason": [{"text": line.why}] if line.why else [],
        "medicationReference": reference(f"#m{number}"),
        "subject": chart.subject,
        "dateAsserted": chart.scene.day(day),
        "informationSource": by,
        "reasonCode": [{"text": line.reason}] if line.reason else [],
        "note": [{"text": line.note}] if line.note else [],
        "dosage": [{"text": line.dose, "asNeededBoolean": line.as_needed}] if line.dose else [],
    }
    return {name: value for name, value in told.items() if value}
