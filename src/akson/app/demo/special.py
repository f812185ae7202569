"""The citizens who are there for one reason each: something that a record must get right.

| id | what must be got right |
| --- | --- |
| `bjarne` | has blocked Siri, who is his neighbour and works in the unit that helps him; a power of attorney of his waits
  for Rolf to enter it |
| `ellen` | lives at a strictly confidential address (code 6): no street, no telephone, no next of kin in the record; has a
  note marked as psychiatry |
| `johannes` | is dead; his services have ended |
| `dmytro`, `dmytro-2` | one man with two records: by D-number, and by the national id he got later |
| `emil` | is 11 and turns 12 in five days, when his mother Hanne, who lives with him, sees less |
| `gunvor`, `gunvor-gammel` | one woman whose two records have been merged: the old one is replaced by the new |
| `siri-dahl` | is Siri, the nurse, and gets help from the unit she works in; she must not look as a nurse |
| `solveig` | the one patient of `probe-nurse`, who is named in her CareTeam |
"""

from datetime import date, timedelta

from akson.app.demo.ailments import AILMENTS, add_condition
from akson.app.demo.chance import Chance
from akson.app.demo.chart import Chart, Scene
from akson.app.demo.citizen import EAST, WARD, WEST, add_problems
from akson.app.demo.contacts import add_consultation, add_no_known_allergy
from akson.app.demo.elements import HL7, coding, concept, hl7, reference
from akson.app.demo.follow_up import Item, add_item, add_visits
from akson.app.demo.medicines import DRUGS, Course, add_medicine
from akson.app.demo.names import phone, street_address
from akson.app.demo.national_ids import NationalIds
from akson.app.demo.notes import add_note, add_notes
from akson.app.demo.people import Kin, Person, kin_element
from akson.app.demo.services import ALARM, HOME_NURSING, LONG_STAY, Grant, add_flag, add_service, add_team
from akson.app.demo.staff import EMPLOYEES, at_the_bedside
from akson.app.demo.vitals import add_sitting, ordinary
from akson.terminology.systems import NORWEGIAN_LISTS

ADDRESS_GRADES = "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality"
"""Grades of an address in the national person register."""
PLACE = 900_000
"""Special citizens draw from streams far from the ordinary ones."""
TURNS_TWELVE_IN = 5
DIED_DAYS_AGO = 19


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 28."""
    if (day.month, day.day) == (2, 29):
        day -= timedelta(days=1)
    return day.replace(year=day.year - years)


def _person(
    chance: Chance, ids: NationalIds, id: str, name: str, born: date, *, female: bool, kin: Kin | None = None
) -> Person:
    given, _, family = name.rpartition(" ")
    return Person(
        id=id,
        given=given,
        family=family,
        female=female,
        born=born,
        national_id=ids.draw(chance, born, female=female),
        phone=phone(chance),
        street=street_address(chance),
        gp="grete",
        kin=kin,
    )


def _add_help(chart: Chart, unit: str, services: tuple[str, ...]) -> None:
    by = at_the_bedside(unit)
    team = add_team(chart, [by[0].reference, f"Organization/{unit}"], -200, name="Team rundt pasienten")
    for service in services:
        add_service(chart, Grant(service, unit, -200), team, primary=by[0])


def bjarne(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    chance = Chance.of(seed, PLACE + 2)
    kin = Kin(("Tone", "Solli"), "DAUC", phone(chance))
    born = _years_before(scene.today, 79) - timedelta(days=64)
    chart = Chart.of(
        _person(chance, ids, "bjarne", "Bjarne Solli", born, female=False, kin=kin), scene, chance
    )
    conditions = add_problems(chart, [AILMENTS["Diabetes type 2"], AILMENTS["Leggsår"]], "")
    _add_help(chart, EAST, (HOME_NURSING, ALARM))
    others = tuple(e for e in at_the_bedside(EAST) if e.id != "siri")
    add_notes(chart, frozenset(conditions), others, (-6, -3, -1))
    add_visits(chart, 1, others, shift=20)
    siri = EMPLOYEES["siri"]
    chart.add(
        {
            "resourceType": "Consent",
            "status": "active",
            "scope": hl7("consentscope", "patient-privacy"),
            "category": [concept("Blokkering av navngitt person", coding(f"{NORWEGIAN_LISTS}7608", "BL"))],
            "patient": chart.subject,
            "dateTime": scene.day(-150),
            "performer": [chart.subject],
            "policyRule": {
                "text": "Pasientjournalloven § 17 og helsepersonelloven § 25: rett til å motsette seg innsyn"
            },
            "provision": {
                "type": "deny",
                "period": {"start": scene.day(-150)},
                "actor": [
                    {
                        "role": concept("Mottaker", coding(f"{HL7}v3-ParticipationType", "IRCP")),
                        "reference": reference(siri.reference, siri.name),
                    }
                ],
            },
        },
        id="bjarne-sperring",
    )
    # The one case of the record officer: he enters it, and then his work with the record is done.
    form = "Føre inn fullmakten til datteren Tone fra skjemaet Bjarne leverte"
    add_item(chart, Item("follow-up", form, "Practitioner/rolf", 4, -1), id="bjarne-fullmakt")
    return chart


def ellen(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    chance = Chance.of(seed, PLACE + 3)
    born = _years_before(scene.today, 46) - timedelta(days=201)
    chart = Chart.of(_person(chance, ids, "ellen", "Ellen Haug", born, female=True), scene, chance)
    # The register gives no address for code 6, so there is none to leak.
    chart.patient["address"] = [{"use": "home", "text": "Strengt fortrolig adresse"}]
    del chart.patient["telecom"]
    chart.patient["meta"] = {
        "security": [
            coding(f"{HL7}v3-Confidentiality", "V", "very restricted"),
            coding(ADDRESS_GRADES, "strengtFortrolig", "Strengt fortrolig"),
        ]
    }
    add_flag(chart, "Strengt fortrolig adresse (kode 6)")
    conditions = add_problems(chart, [AILMENTS["Multippel sklerose"], AILMENTS["Depresjon"]], "")
    _add_help(chart, WEST, (HOME_NURSING,))
    add_notes(chart, frozenset(conditions), at_the_bedside(WEST), (-5, -2))
    add_note(
        chart,
        "Samtale om søvn og uro. Ønsker fortsatt kontakt med psykisk helsetjeneste.",
        scene.at(-40, "13:15"),
        at_the_bedside(WEST)[0],
    )
    chart.resources[-1]["meta"] = {"security": [coding(f"{HL7}v3-ActCode", "PSY", "psykisk helse")]}
    return chart


def johannes(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    chance = Chance.of(seed, PLACE + 4)
    kin = Kin(("Kari", "Berg"), "SPS", phone(chance))
    born = _years_before(scene.today, 91) - timedelta(days=17)
    chart = Chart.of(
        _person(chance, ids, "johannes", "Johannes Berg", born, female=False, kin=kin), scene, chance
    )
    chart.patient["deceasedDateTime"] = scene.at(-DIED_DAYS_AGO, "04:25")
    add_condition(chart, AILMENTS["Hjertesvikt"], 2900)
    for name, reason in (("furosemid", "Hjertesvikt"), ("metoprolol", "Hjertesvikt")):
        course = Course(
            DRUGS[name].doses[0], reason, -900, -DIED_DAYS_AGO, stopped=True, asserted=-DIED_DAYS_AGO
        )
        add_medicine(chart, DRUGS[name], course)
    by = at_the_bedside(WARD)
    members = [by[0].reference, f"Organization/{WARD}"]
    team = add_team(chart, members, -640, name="Team på sykehjemmet", until=-DIED_DAYS_AGO)
    add_service(chart, Grant(LONG_STAY, WARD, -640, until=-DIED_DAYS_AGO), team, primary=by[0])
    add_notes(chart, frozenset({"Hjertesvikt"}), by, (-DIED_DAYS_AGO - 3, -DIED_DAYS_AGO - 1), ward=True)
    return chart


def dmytro(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    """Two Patients that are one man; each says so, and neither has swallowed the other."""
    chance = Chance.of(seed, PLACE + 5)
    born = _years_before(scene.today, 72) - timedelta(days=122)
    later = _person(chance, ids, "dmytro-2", "Dmytro Kovalenko", born, female=False)
    number = ids.draw(chance, born, female=False, d_number=True)
    first = Person(
        id="dmytro", given=later.given, family=later.family, female=False, born=born, national_id=number,
        phone=later.phone, street=later.street, gp="grete", d_number=True,
    )  # fmt: skip
    chart = Chart.of(first, scene, chance)
    conditions = add_problems(chart, [AILMENTS["Høyt blodtrykk"], AILMENTS["Diabetes type 2"]], "")
    add_consultation(chart, -420, "10:20", "Første kontroll")
    second = Chart.of(later, scene, chance)
    _add_help(second, WEST, (HOME_NURSING,))
    add_notes(second, frozenset(conditions), at_the_bedside(WEST), (-4, -1))
    for one, other in ((chart, later), (second, first)):
        one.patient["link"] = [{"other": reference(other.reference), "type": "seealso"}]
    chart.resources += second.resources
    return chart


def emil(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    chance = Chance.of(seed, PLACE + 6)
    mother = Kin(("Hanne", "Strand"), "MTH", phone(chance))
    born = _years_before(scene.today + timedelta(days=TURNS_TWELVE_IN), 12)
    chart = Chart.of(
        _person(chance, ids, "emil", "Emil Strand", born, female=False, kin=mother), scene, chance
    )
    add_problems(chart, [AILMENTS["Astma"]], "")
    add_no_known_allergy(chart, -900)
    add_consultation(chart, -40, "12:00", "Astmakontroll")
    element = kin_element(mother)
    element["name"] = [element["name"]]
    # That she lives where he does is what lets her see (7611 FO).
    home = {"address": chart.patient["address"]}
    chart.add(
        {"resourceType": "RelatedPerson", "active": True, "patient": chart.subject, **element, **home},
        id="emil-mor",
    )
    return chart


def gunvor(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    """A D-number record that has been merged into the one by national id."""
    chance = Chance.of(seed, PLACE + 8)
    born = _years_before(scene.today, 69) - timedelta(days=45)
    chart = Chart.of(_person(chance, ids, "gunvor", "Gunvor Eide", born, female=True), scene, chance)
    conditions = add_problems(chart, [AILMENTS["Høyt blodtrykk"]], "")
    _add_help(chart, WEST, (HOME_NURSING,))
    add_notes(chart, frozenset(conditions), at_the_bedside(WEST), (-3,))
    now = chart.person
    old = Person(
        id="gunvor-gammel", given=now.given, family=now.family, female=True, born=born,
        national_id=ids.draw(chance, born, female=True, d_number=True), phone=now.phone, street=now.street,
        gp="grete", d_number=True,
    )  # fmt: skip
    before = Chart.of(old, scene, chance)
    add_consultation(before, -900, "09:20", "Blodtrykkskontroll")
    before.patient["active"] = False
    before.patient["link"] = [{"other": reference(now.reference), "type": "replaced-by"}]
    chart.patient["link"] = [{"other": reference(old.reference), "type": "replaces"}]
    chart.resources += before.resources
    return chart


def siri_dahl(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    """Who works in a unit may need its help."""
    chance = Chance.of(seed, PLACE + 9)
    born = _years_before(scene.today, 38) - timedelta(days=150)
    chart = Chart.of(_person(chance, ids, "siri-dahl", "Siri Dahl", born, female=True), scene, chance)
    conditions = add_problems(chart, [AILMENTS["Astma"]], "")
    _add_help(chart, EAST, (HOME_NURSING,))
    others = tuple(e for e in at_the_bedside(EAST) if e.id != "siri")
    add_notes(chart, frozenset(conditions), others, (-2,))
    return chart


def solveig(scene: Scene, seed: int, ids: NationalIds) -> Chart:
    chance = Chance.of(seed, PLACE + 7)
    kin = Kin(("Per", "Testnes"), "SONC", phone(chance))
    born = _years_before(scene.today, 77) - timedelta(days=250)
    person = _person(chance, ids, "solveig", "Solveig Testnes", born, female=True, kin=kin)
    chart = Chart.of(person, scene, chance)
    conditions = add_problems(chart, [AILMENTS["Kols"], AILMENTS["Osteoporose"]], "")
    probe = EMPLOYEES["probe-nurse"]
    add_team(chart, [probe.reference], -30, name="Navngitt sykepleier")
    for day in (-2, -1):
        add_sitting(chart, ordinary(chart, frozenset(conditions)), scene.at(day, "10:00"), probe)
    add_notes(chart, frozenset(conditions), (probe,), (-2, -1))
    return chart


SPECIAL = (bjarne, ellen, johannes, dmytro, emil, solveig, gunvor, siri_dahl)
