"""Astrid Bakken, 84, who carries the main story: weight and early warning score rise, she falls at night, and the
hospital's message arrives. Her daughter Marit has power of attorney.

Everything about her stands here word by word; nothing is drawn but who made which visit.
"""

from datetime import date, timedelta

from akson.app.cast import CAST
from akson.app.demo.ailments import AILMENTS, add_condition
from akson.app.demo.chance import Chance
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.contacts import Allergy, add_allergy, add_dialogue
from akson.app.demo.elements import HL7, coding, concept, hl7, reference
from akson.app.demo.follow_up import Item, add_item
from akson.app.demo.granted import add_decision, add_granted_visits
from akson.app.demo.medicines import BOTH, DRUGS, EVENING, MORNING, Course, add_medicine
from akson.app.demo.notes import add_note
from akson.app.demo.people import Kin, Person, kin_element
from akson.app.demo.services import (
    ALARM,
    HOME_HELP,
    HOME_NURSING,
    Grant,
    add_flag,
    add_goal,
    add_plan,
    add_service,
    add_team,
)
from akson.app.demo.staff import EMPLOYEES, UNIT_NAMES, at_the_bedside
from akson.app.demo.told_lists import LIST_DAY, add_own_list, add_told_lists
from akson.app.demo.vitals import Vitals, add_single, add_sitting
from akson.terminology.systems import NORWEGIAN_LISTS

UNIT = "hjemmetjenesten-ost"
FELL_BEFORE = timedelta(hours=3)
"""How long before now she was found: visits that ended earlier were made, later ones were not."""
MARIT = Kin(("Marit", "Bakken"), "DAUC", "05501187")
ASTRID = Person(
    id="astrid",
    given="Astrid",
    family="Bakken",
    female=True,
    born=date(1942, 5, 12),
    national_id="12854200281",
    phone="05500123",
    street="Fjordveien 12",
    gp="grete",
    kin=MARIT,
)
# Ailment -> days since it began.
_PROBLEMS = {
    "Hjertesvikt": 2470,
    "Atrieflimmer": 2130,
    "Lungebetennelse": 4,
    "Hypotyreose": 5210,
    "Høyt kolesterol": 3900,
    "Osteoporose": 1480,
    "Kneartrose": 3100,
    "Søvnvansker": 900,
}
# Medicine, dose, reason, days since it began, last day, note.
_MEDICINES: tuple[tuple[str, str, str, int, int | None, str], ...] = (
    ("apiksaban", BOTH, "Atrieflimmer", -1400, None, ""),
    ("furosemid", MORNING, "Hjertesvikt", -760, None, ""),
    ("metoprolol", MORNING, "Hjertesvikt", -2100, None, ""),
    ("ramipril", MORNING, "Hjertesvikt", -2100, None, ""),
    ("atorvastatin", EVENING, "Høyt kolesterol", -3900, None, ""),
    ("levotyroksin", MORNING, "Hypotyreose", -5200, None, ""),
    ("kalsium/vitamin d", EVENING, "Osteoporose", -1480, None, ""),
    ("doksysyklin", MORNING, "Lungebetennelse", -3, 3, "Kur, dag 4 av 7"),
    ("paracetamol", "1–2 tabletter, maks 8 daglig", "Kneartrose", -3000, None, ""),
    ("zopiklon", "1 tablett til natten", "Søvnvansker", -400, None, "Bare når det trengs"),
)
# Respiration, saturation, systolic, diastolic, pulse, temperature: scores 1, 1, 0, 0, 1, 4, 5 in NEWS2.
_SITTINGS = (
    (-4, "20:05", Vitals(19, 95, 128, 74, 84, "37.1", False)),
    (-3, "08:10", Vitals(18, 95, 130, 76, 82, "37.0", False)),
    (-3, "20:10", Vitals(17, 96, 132, 76, 80, "36.9", False)),
    (-2, "08:05", Vitals(17, 96, 130, 74, 82, "36.8", False)),
    (-2, "20:15", Vitals(18, 95, 126, 72, 86, "37.2", False)),
    (-1, "08:12", Vitals(21, 94, 120, 70, 92, "37.6", False)),
    (-1, "20:10", Vitals(22, 93, 116, 68, 96, "37.9", False)),
)
_FUNCTIONS = {
    "1": 2,
    "2": 3,
    "4": 3,
    "5": 2,
    "6": 4,
    "7": 3,
    "8": 2,
    "9": 3,
    "10": 1,
    "12": 3,
    "14": 3,
    "15": 1,
}
"""IPLOS (9111): 1 copes by herself … 5 needs full help."""
_ASSESSED = -20
_WEIGHTS = ((-11, "68.0"), (-8, "68.1"), (-6, "68.2"), (-4, "68.9"), (-2, "69.8"), (-1, "70.4"))


def _add_medicines(chart: Chart) -> None:
    ida = EMPLOYEES["ida"]
    by = reference(ida.reference, ida.name)
    lines = []
    for name, dose, reason, since, until, note in _MEDICINES:
        codings, asserted = AILMENTS[reason].codings, max(since, LIST_DAY)
        course = Course(
            dose, reason, since, until, note=note, asserted=asserted, reason_codings=codings, by=by
        )
        lines.append(add_medicine(chart, DRUGS[name], course))
    add_own_list(chart, lines, by)
    stopped = Course(
        "1 tablett, maks 3 daglig",
        "Kneartrose",
        -700,
        -54,
        stopped=True,
        note="Seponert ved legemiddelgjennomgang: blødningsfare sammen med apiksaban, og hjertesvikt.",
        asserted=-54,
        by=by,
    )
    add_medicine(chart, DRUGS["ibuprofen"], stopped)


def _add_problems(chart: Chart) -> dict[str, str]:
    found = {name: add_condition(chart, AILMENTS[name], since) for name, since in _PROBLEMS.items()}
    found["Fallrisiko"] = chart.add(
        {
            "resourceType": "Condition",
            "clinicalStatus": hl7("condition-clinical", "active"),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", "problem-list-item")],
            "code": {"text": "Fallrisiko"},
            "subject": chart.subject,
            "onsetDateTime": chart.scene.day(-130),
            "recordedDate": chart.scene.day(-130),
        }
    )
    return found


def _add_services(chart: Chart, conditions: dict[str, str]) -> None:
    ida = EMPLOYEES["ida"]
    team = add_team(
        chart,
        [ida.reference, f"Organization/{UNIT}", "RelatedPerson/marit"],
        -412,
        name="Team rundt Astrid Bakken",
    )
    for service, since in ((HOME_NURSING, -412), (HOME_HELP, -412), (ALARM, -130)):
        add_service(chart, Grant(service, UNIT, since), team, primary=ida)
    goals = [
        add_goal(chart, text, conditions[name], due)
        for name, text, due in (
            ("Hjertesvikt", "Vekt daglig. Grense: +2 kg på 5 dager → lege", 14),
            ("Atrieflimmer", "Hvilepuls under 110, ingen blødning", 42),
            ("Lungebetennelse", "Antibiotika ut kuren, NEWS2 to ganger daglig", 3),
            ("Fallrisiko", "Gåstol, trygghetsalarm, trening mandag og torsdag", 8),
        )
    ]
    activities = [
        HOME_NURSING,
        HOME_HELP,
        ALARM,
        "Vekt hver morgen",
        "NEWS2 morgen og kveld så lenge kuren varer",
    ]
    add_plan(chart, list(conditions.values()), goals, team, activities)
    granted = add_decision(chart, UNIT, HOME_NURSING, -412, per_day=3)
    add_granted_visits(chart, granted, at_the_bedside(UNIT), chart.scene.now - FELL_BEFORE)
    for owner, code, text, due in (
        (f"Organization/{UNIT}", "follow-up", "Blodprøver: kreatinin, kalium, CRP", 1),
        ("Practitioner/ida", "evaluate-plan", "Evaluere tiltak mot fall", 8),
    ):
        add_item(chart, Item(code, text, owner, due, -2))


def _add_measurements(chart: Chart) -> None:
    ida, jon = EMPLOYEES["ida"], EMPLOYEES["jon-lie"]
    for day, time, vitals in _SITTINGS:
        add_sitting(chart, vitals, chart.scene.at(day, time), ida if time < "12:00" else jon)
    for day, kilograms in _WEIGHTS:
        add_single(chart, "weight", kilograms, chart.scene.at(day, "08:00"), ida)


def _add_functions(chart: Chart) -> None:
    ida = EMPLOYEES["ida"]
    for variable, score in _FUNCTIONS.items():
        code = coding(f"{NORWEGIAN_LISTS}9111", variable)
        chart.add(
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [hl7("observation-category", "survey")],
                "code": concept(str(code["display"]), code),
                "subject": chart.subject,
                "effectiveDateTime": chart.scene.day(_ASSESSED),
                "performer": [reference(ida.reference, ida.name)],
                "valueInteger": score,
            }
        )


def _add_notes(chart: Chart, conditions: dict[str, str]) -> None:
    heart, lungs = conditions["Hjertesvikt"], conditions["Lungebetennelse"]
    for day, time, by, text, problems in (
        (-4, "20:20", "jon-lie", "Hoster mer enn før, gulgrønt slim. Våken og klar. Fastlegen har startet "
         "doksysyklin. Tok legemidler selv. Ligger med to puter.", (lungs,)),
        (-2, "20:25", "jon-lie", "Sliten, men våken og klar. Tok legemidler selv. Ligger med to puter.", (lungs,)),
        (-1, "08:20", "ida", "Tyngre pust ved stell. Ødem til midt på legg, mest høyre. Spist lite. "
         "Ønsker ikke sykehus i dag.", (heart, lungs)),
        (-1, "20:20", "jon-lie", "Fortsatt tung i pusten, verst når hun ligger. Sliten, men våken og klar. "
         "Tok legemidler selv. Marit er informert og kommer i morgen.", (heart,)),
    ):  # fmt: skip
        add_note(chart, text, chart.scene.at(day, time), EMPLOYEES[by], *problems)


def _add_daughter(chart: Chart) -> None:
    """Marit, and the power of attorney that lets her act as Astrid's proxy."""
    element = kin_element(MARIT)
    element["name"] = [element["name"]]
    marit = chart.add(
        {"resourceType": "RelatedPerson", "active": True, "patient": chart.subject, **element}, id="marit"
    )
    chart.add(
        {
            "resourceType": "Consent",
            "status": "active",
            "scope": hl7("consentscope", "patient-privacy"),
            "category": [{"text": "Fullmakt"}],
            "patient": chart.subject,
            "dateTime": chart.scene.day(-380),
            "performer": [chart.subject],
            "policyRule": {"text": "Fullmakt gitt av pasienten selv"},
            "provision": {
                "type": "permit",
                "period": {"start": chart.scene.day(-380)},
                "actor": [
                    {
                        "role": concept("Fullmektig", coding(f"{HL7}v3-RoleCode", "POWATT")),
                        "reference": reference(marit, CAST["marit"].name),
                    }
                ],
            },
        },
        id="astrid-fullmakt",
    )


def _add_delayed_answer(chart: Chart) -> None:
    """A biopsy whose requester will tell her himself first (9603 NORU): staff see it, she not yet."""
    released = chart.scene.at(2, "12:00")
    held = {
        **coding(f"{NORWEGIAN_LISTS}9603", "NORU", "Utsatt innsyn"),
        "extension": [
            {"url": "https://akson.no/fhir/StructureDefinition/released", "valueDateTime": released}
        ],
    }
    chart.add(
        {
            "resourceType": "Observation",
            "meta": {"security": [held]},
            "status": "final",
            "category": [hl7("observation-category", "laboratory")],
            "code": {"text": "Histologisk undersøkelse av hudprøve"},
            "subject": chart.subject,
            "effectiveDateTime": chart.scene.at(-6, "10:30"),
            "valueString": "Basalcellekarsinom, fritt i kantene.",
        },
        id="astrid-biopsi",
    )


def astrid(scene: Scene, seed: int) -> Chart:
    chart = Chart.of(ASTRID, scene, Chance.of(seed, 900_001))
    penicillin = Allergy("Penicillin", "medication", "Anafylaksi", severe=True, atc="J01C")
    add_allergy(chart, penicillin, -9000)
    for text in ("Nøkkelboks", "Hørselshemmet"):
        add_flag(chart, text)
    conditions = _add_problems(chart)
    _add_medicines(chart)
    _add_services(chart, conditions)
    _add_measurements(chart)
    _add_functions(chart)
    _add_notes(chart, conditions)
    add_dialogue(
        chart,
        -3,
        "14:05",
        "Har startet doksysyklin ved lungebetennelse. Ber om vekt daglig og tilbakemelding om ødem. "
        "Ring ved NEWS2 på 5 eller mer.",
        UNIT,
    )
    _add_daughter(chart)
    nurse = EMPLOYEES["ida"]
    add_told_lists(
        chart,
        clinic=reference("Organization/havnes", UNIT_NAMES["havnes"]),
        daughter=reference("RelatedPerson/marit", "Marit Bakken (datter)"),
        nurse=reference(nurse.reference, nurse.name),
    )
    _add_delayed_answer(chart)
    return chart
