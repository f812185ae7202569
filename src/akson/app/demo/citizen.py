"""An ordinary citizen of Storvik, whole: who she is, what ails her, who helps, what was measured and written.

One in five gets help from Hjemmetjenesten Øst, one in five from Vest, two in fifteen live at the nursing home; the rest
have a regular GP only. The special ones stand in `special` and `astrid`.
"""

from dataclasses import replace
from datetime import timedelta

from akson.app.demo import people
from akson.app.demo.ailments import AILMENTS, SHORT, Ailment, add_ailment, fitting
from akson.app.demo.chance import Chance
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.contacts import (
    ALLERGIES,
    add_allergy,
    add_consultation,
    add_dialogue,
    add_hospital_stay,
    add_no_known_allergy,
)
from akson.app.demo.follow_up import Item, add_item, add_visits
from akson.app.demo.medicines import Drug
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.notes import add_notes
from akson.app.demo.people import ADULT, OLD
from akson.app.demo.services import (
    ALARM,
    HOME_HELP,
    HOME_NURSING,
    LONG_STAY,
    MEALS,
    REHABILITATION,
    SHORT_STAY,
    Grant,
    add_flag,
    add_goals,
    add_plan,
    add_service,
    add_team,
)
from akson.app.demo.staff import at_the_bedside, on_the_round
from akson.app.demo.vitals import add_blood_pressure, add_single, add_sitting, add_weights, ordinary

EAST, WEST, WARD, GP_ONLY = "hjemmetjenesten-ost", "hjemmetjenesten-vest", "storvik-sykehjem", ""
_ROUND = (EAST, GP_ONLY, WEST, GP_ONLY, WARD, GP_ONLY, EAST, GP_ONLY, WEST, GP_ONLY, EAST, WARD, WEST, GP_ONLY,
          GP_ONLY)  # fmt: skip
DAYS_OF_YEAR = 365
NEVER_TOGETHER = (
    {"Angina pectoris", "Kronisk koronarsykdom"},
    {"Astma", "Kols"},
    {"Diabetes type 1", "Diabetes type 2"},
    {"Angst", "Depresjon"},
)
# One in so many hundred of those helped at home is ill enough for early warning scores twice a day.
WATCHED_PERCENT = 15
_HELPED = (
    "Hjertesvikt", "Atrieflimmer", "Høyt blodtrykk", "Angina pectoris", "Gjennomgått hjerneslag", "Diabetes type 2",
    "Hypotyreose", "Kols", "Alzheimers sykdom", "Parkinsons sykdom", "Depresjon", "Søvnvansker", "Osteoporose",
    "Kneartrose", "Hofteartrose", "Forstoppelse", "Leggsår", "Akutt blærekatarr", "Multippel sklerose", "Epilepsi",
    "Diabetes type 1",
)  # fmt: skip
_UNHELPED = tuple(
    name
    for name in AILMENTS
    if name
    not in ("Leggsår", "Alzheimers sykdom", "Parkinsons sykdom", "Multippel sklerose", "Lungebetennelse")
)
_CONSULTATION_TIMES = ("08:30", "09:10", "10:00", "11:20", "13:00", "14:30")
_DIALOGUE = (
    "Ber om blodtrykk målt tre ganger neste uke, og tilbakemelding om svimmelhet.",
    "Har økt vanndrivende i dag. Ønsker vekt hver morgen i en uke.",
    "Legemiddellisten er gjennomgått. Ingen endringer. Ber om at dosetten kontrolleres ved neste besøk.",
    "Blodprøver er fine. Neste kontroll hos oss om tre måneder.",
)


def unit_of(place: int) -> str:
    """Organization id of the unit that helps citizen number `place`, or "" for one with a GP only."""
    return _ROUND[place % len(_ROUND)]


def _age(chance: Chance, unit: str) -> int:
    if unit == WARD:
        return chance.between(76, 99)
    if unit:
        return chance.between(35, 66) if chance.happens(12) else chance.between(68, 97)
    return chance.one(
        (chance.between(0, 17), chance.between(18, 66), chance.between(18, 66), chance.between(67, 90))
    )


def _how_many(chart: Chart, unit: str) -> int:
    if unit:
        return chart.chance.between(2, 6)
    if chart.age < ADULT:
        return 1 if chart.chance.happens(18) else 0
    if chart.age < OLD:
        return chart.chance.one((0, 0, 1, 1, 2))
    return chart.chance.between(1, 4)


def pick_ailments(chart: Chart, unit: str) -> list[Ailment]:
    """What ails this citizen; a nursing home is where most have dementia."""
    candidates = fitting(chart.age, _HELPED if unit else _UNHELPED)
    picked = chart.chance.some_weighted(candidates, [a.common for a in candidates], _how_many(chart, unit))
    dementia = AILMENTS["Alzheimers sykdom"]
    if unit == WARD and dementia not in picked and chart.chance.happens(45):
        picked.append(dementia)
    for pair in NEVER_TOGETHER:
        both = [a for a in picked if a.name in pair]
        picked = [a for a in picked if a not in both[1:]]
    # What passes is added last, so that its course fits what stands on the list.
    return sorted(picked, key=lambda a: a.name in SHORT)


def add_allergies(chart: Chart) -> str:
    """Gives the ATC prefix of a medicine that must not be given, or ""."""
    chance = chart.chance
    recorded = -min(chance.between(200, 4000), max(chart.age * DAYS_OF_YEAR // 2, 1))
    if chance.happens(16):
        allergy = chance.one(ALLERGIES)
        add_allergy(chart, allergy, recorded)
        return allergy.atc
    if chance.happens(55):
        add_no_known_allergy(chart, recorded)
    return ""


def add_problems(chart: Chart, ailments: list[Ailment], allergic_to: str) -> dict[str, str]:
    """Conditions with their medicines; name -> reference."""
    chosen: list[Drug] = []
    return {a.name: add_ailment(chart, a, chosen, allergic_to=allergic_to) for a in ailments}


def _add_home_care(chart: Chart, unit: str, conditions: dict[str, str]) -> None:
    chance, names = chart.chance, frozenset(conditions)
    nearest = at_the_bedside(unit)
    primary = chance.one(nearest)
    since = -chance.between(60, 1500)
    team = add_team(chart, [primary.reference, f"Organization/{unit}"], since, name="Team rundt pasienten")
    services = [
        HOME_NURSING,
        *(s for s, percent in ((HOME_HELP, 45), (MEALS, 30), (ALARM, 60)) if chance.happens(percent)),
    ]
    for service in services:
        add_service(chart, Grant(service, unit, since + chance.between(0, 40)), team, primary=primary)
    add_plan(chart, list(conditions.values()), add_goals(chart, conditions), team, services)
    add_notes(chart, names, nearest, tuple(sorted({-chance.between(1, 9) for _ in range(4)})))
    add_visits(chart, chance.one((1, 1, 2, 2, 3, 4)), on_the_round(unit), shift=5 * chance.between(0, 9))
    _add_home_measurements(chart, names, unit)
    for text, percent in (("Nøkkelboks", 30), ("Hørselshemmet", 15), ("Fallfare", 20)):
        if chance.happens(percent):
            add_flag(chart, text)
    if chance.happens(12):
        add_dialogue(chart, -chance.between(1, 6), "13:40", chance.one(_DIALOGUE), unit)
    if chance.happens(15):
        add_hospital_stay(chart, -chance.between(30, 200), chance.between(2, 9), "Øyeblikkelig hjelp")
    _add_items(chart, unit)


def _add_home_measurements(chart: Chart, names: frozenset[str], unit: str) -> None:
    chance, by, usual = chart.chance, at_the_bedside(unit), ordinary(chart, names)
    if chance.happens(WATCHED_PERCENT):
        for day, hour in ((-3, 8), (-3, 20), (-2, 8), (-2, 20), (-1, 8), (-1, 20)):
            drawn = ordinary(chart, names)
            sitting = replace(drawn, systolic=usual.systolic, saturation=usual.saturation)
            add_sitting(
                chart, sitting, chart.scene.at(day, f"{hour:02d}:{chance.between(0, 20):02d}"), chance.one(by)
            )
    elif usual.systolic and usual.diastolic and usual.pulse:
        for day in (-35, -7):
            at = chart.scene.at(day + chance.between(-2, 2), "08:30")
            add_blood_pressure(
                chart, usual.systolic + chance.between(-6, 6), usual.diastolic, at, chance.one(by)
            )
            add_single(chart, "pulse", usual.pulse + chance.between(-4, 4), at, chance.one(by))
    if "Hjertesvikt" in names:
        add_weights(chart, chance.between(560, 880), (-11, -9, -7, -5, -3, -1), by)
    if names & {"Diabetes type 1", "Diabetes type 2"}:
        for day in (-5, -3, -1):
            value = f"{chance.between(55, 118) / 10:.1f}"
            add_single(
                chart, "glucose", value, chart.scene.at(day, "07:50"), chance.one(by), category="laboratory"
            )


def _add_items(chart: Chart, unit: str) -> None:
    chance = chart.chance
    if chance.happens(8):
        code, text = chance.one(
            (
                ("follow-up", "Ringe fastlegen om blodprøvesvar"),
                ("follow-up", "Bestille ny dosett fra apoteket"),
                ("evaluate-plan", "Evaluere tiltak mot fall"),
                ("evaluate-plan", "Gjennomgå tiltaksplanen med pårørende"),
            )
        )
        add_item(
            chart, Item(code, text, f"Organization/{unit}", chance.between(0, 10), -chance.between(1, 4))
        )
    if chance.happens(6):
        text = "Vurdere om vedtaket dekker behovet etter økt hjelp i hjemmet"
        office = "Organization/storvik-saksbehandling"
        add_item(chart, Item("reassess-service", text, office, chance.between(3, 21), -chance.between(1, 9)))


def _add_nursing_home(chart: Chart, conditions: dict[str, str]) -> None:
    chance, names, by = chart.chance, frozenset(conditions), at_the_bedside(WARD)
    primary = chance.one(by)
    long_stay = chance.happens(80)
    service = LONG_STAY if long_stay else chance.one((SHORT_STAY, REHABILITATION))
    since = -chance.between(90, 1400) if long_stay else -chance.between(4, 25)
    team = add_team(chart, [primary.reference, f"Organization/{WARD}"], since, name="Team på sykehjemmet")
    add_service(chart, Grant(service, WARD, since), team, primary=primary)
    add_plan(chart, list(conditions.values()), add_goals(chart, conditions), team, [service])
    add_notes(chart, names, by, tuple(sorted({-chance.between(1, 9) for _ in range(3)})), ward=True)
    for day in (-32, -4) if long_stay else (-3, -1):
        add_sitting(chart, ordinary(chart, names), chart.scene.at(day, "09:15"), chance.one(by))
    add_weights(chart, chance.between(480, 860), (-62, -32, -2) if long_stay else (-2,), by)


def _add_gp_contact(chart: Chart, conditions: dict[str, str]) -> None:
    chance, names = chart.chance, frozenset(conditions)
    times = 0 if chart.age < ADULT and not conditions else chance.between(0, 2)
    for n in range(times):
        day = -chance.between(20 + 150 * n, 150 + 150 * n)
        add_consultation(
            chart, day, f"{chance.between(9, 14):02d}:{chance.one((0, 20, 40)) // 2:02d}", "Kontroll"
        )
        usual = ordinary(chart, names)
        if "Høyt blodtrykk" in names and usual.systolic and usual.diastolic:
            add_blood_pressure(chart, usual.systolic, usual.diastolic, chart.scene.at(day, "10:05"), None)
        if names & {"Diabetes type 1", "Diabetes type 2"}:
            value = chance.between(42, 66)
            add_single(chart, "hba1c", value, chart.scene.at(day, "10:10"), None, category="laboratory")


def citizen(scene: Scene, seed: int, place: int, ids: NationalIds) -> Chart:
    """Citizen number `place`, from 1: `c0001`, …"""
    chance, unit = Chance.of(seed, place), unit_of(place)
    age = _age(chance, unit)
    born = scene.today - timedelta(days=age * DAYS_OF_YEAR + age // 4 + chance.between(1, DAYS_OF_YEAR - 2))
    person = people.draw(chance, ids, place, f"c{place:04d}", born, scene.today)
    chart = Chart.of(person, scene, chance)
    conditions = add_problems(chart, pick_ailments(chart, unit), add_allergies(chart))
    if unit == WARD:
        _add_nursing_home(chart, conditions)
    elif unit:
        _add_home_care(chart, unit, conditions)
    else:
        _add_gp_contact(chart, conditions)
    return chart
