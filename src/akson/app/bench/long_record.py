"""One patient of two thousand events: ill for years, measured twice a day, visited and written about.

600 sittings of seven measurements · 700 notes · 500 visits · 120 messages · 80 contacts = 2,000 events, 5,600 resources;
    beside them what ails her and what she takes
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from akson.app.demo.ailments import AILMENTS, add_ailment
from akson.app.demo.chance import Chance
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.citizen import DAYS_OF_YEAR, EAST
from akson.app.demo.contacts import add_consultation, add_dialogue, add_no_known_allergy
from akson.app.demo.elements import clock
from akson.app.demo.follow_up import add_visit
from akson.app.demo.medicines import Drug
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.notes import add_note
from akson.app.demo.people import draw
from akson.app.demo.services import HOME_NURSING, Grant, add_goals, add_service, add_team
from akson.app.demo.staff import at_the_bedside
from akson.app.demo.vitals import add_sitting, ordinary

LONG = "d0-c9999"
PLACE = 9_999
SITTINGS, NOTES, VISITS, MESSAGES, CONTACTS = 600, 700, 500, 120, 80
EVENTS = SITTINGS + NOTES + VISITS + MESSAGES + CONTACTS
YEARS_OLD = 84
AILS = ("Hjertesvikt", "Atrieflimmer", "Kols", "Diabetes type 2", "Osteoporose")
_NOTES = (
    "Besøk etter plan. Hjelp til morgenstell, klarte overkroppen selv. Spiste to brødskiver og drakk godt. Godt humør.",
    "Var oppe og påkledd ved ankomst. Litt tungpusten i trappen. Legemidler gitt etter liste. Følges opp ved neste besøk.",
    "Lå fortsatt i sengen ved ankomst, men ville opp. Hoven rundt anklene. Vekt tatt. Fastlegen er informert.",
    "Ventet på besøket. Virker sliten i dag. Spiste lite, men drakk et glass saft. Pårørende er informert.",
)


def long_record(scene: Scene, seed: int) -> Iterator[dict[str, Any]]:
    """Her resources, the same for the same seed and day, under ids of a citizen `c9999`."""
    chance = Chance.of(seed, PLACE)
    born = scene.today - timedelta(days=YEARS_OLD * DAYS_OF_YEAR)
    person = draw(chance, NationalIds(), PLACE, f"c{PLACE}", born, scene.today)
    chart, by = Chart.of(person, scene, chance), at_the_bedside(EAST)
    add_no_known_allergy(chart, -900)
    chosen: list[Drug] = []
    conditions = {name: add_ailment(chart, AILMENTS[name], chosen, allergic_to="") for name in AILS}
    add_goals(chart, conditions)
    team = add_team(chart, [by[0].reference, f"Organization/{EAST}"], -1_000, name="Team rundt pasienten")
    add_service(chart, Grant(HOME_NURSING, EAST, -1_000), team, primary=by[0])
    for n in range(SITTINGS):
        at = scene.at(-1 - n // 2, ("08:12", "20:04")[n % 2])
        add_sitting(chart, ordinary(chart, frozenset({"Kols"})), at, chance.one(by))
    for n in range(NOTES):
        add_note(
            chart, _NOTES[n % len(_NOTES)], scene.at(-1 - n // 2, ("11:20", "21:40")[n % 2]), chance.one(by)
        )
    for n in range(VISITS):
        start = clock(scene.today - timedelta(days=n // 2 - 2), ("08:15", "19:30")[n % 2])
        add_visit(chart, start, 40, "Stell og legemidler", chance.one(by), done=start < scene.now)
    for n in range(MESSAGES):
        add_dialogue(chart, -3 - 8 * n, "13:40", "Ber om vekt hver morgen, og tilbakemelding.", EAST)
    for n in range(CONTACTS):
        add_consultation(chart, -10 - 12 * n, "10:20", "Kontroll")
    yield from chart.resources
