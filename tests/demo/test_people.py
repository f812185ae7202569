"""Storvik's people: the same for the same seed, valid FHIR, whole, believable, and nobody's real number among them."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from akson.app.cast import CAST
from akson.app.demo import CITIZENS, Scene, astrid_admission_arguments, bundles, charts, stage
from akson.app.demo.ailments import AILMENTS
from akson.app.demo.chance import Chance
from akson.app.demo.chart import Chart
from akson.app.demo.citizen import EAST, WARD, WEST
from akson.app.demo.elements import ATC, FNR, ICD_10, ICPC_2, Resource
from akson.app.demo.medicines import BLOOD_THINNERS, DRUGS
from akson.app.demo.national_ids import NationalIds, completed
from akson.app.demo.special import TURNS_TWELVE_IN
from akson.care.homefollowup.news2 import score
from akson.care.homefollowup.readings import readings, weights
from akson.care.medication.list import medication_lines
from akson.fhir.codec.json import encode
from akson.fhir.validation import validate
from akson.terminology.sources.demo_extract.source import DemoExtract

DAY = date(2026, 11, 24)
SCENE = Scene.on(DAY)


@pytest.fixture(scope="module")
def people() -> list[Chart]:
    return list(charts(SCENE))


@pytest.fixture(scope="module")
def everything(people: list[Chart]) -> list[Resource]:
    return [*stage(), *(r for chart in people for r in chart.resources)]


def of(chart: Chart, type: str) -> list[Resource]:
    return [r for r in chart.resources if r["resourceType"] == type]


def named(people: list[Chart], id: str) -> Chart:
    return next(c for c in people if c.person.id == id)


def units(chart: Chart) -> set[str]:
    running = (e for e in of(chart, "EpisodeOfCare") if e["status"] == "active")
    return {e["managingOrganization"]["reference"].removeprefix("Organization/") for e in running}


def walk(node: Any, key: str) -> Iterator[Any]:
    """Every value under `key`, at any depth."""
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for value in node.values():
            yield from walk(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, key)


def digest(scene: Scene, **more: int) -> str:
    return hashlib.sha256(b"".join(encode(b) for b in bundles(scene, **more))).hexdigest()


def test_the_same_seed_and_day_give_the_same_bytes_in_any_process() -> None:
    code = (
        "import hashlib; from datetime import date; from akson.app.demo import *; from akson.fhir.codec.json import "
        "encode; print(hashlib.sha256(b''.join(encode(b) for b in bundles(Scene.on(date(2026, 11, 24))))).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": n},
            capture_output=True,
            check=True,
        ).stdout.strip()
        for n in ("1", "2")
    }
    assert told == {digest(SCENE).encode()}


def test_another_seed_or_day_gives_others() -> None:
    assert digest(SCENE, citizens=20) != digest(SCENE, citizens=20, seed=7)
    assert digest(SCENE, citizens=20) != digest(Scene.on(DAY + timedelta(days=1)), citizens=20)


def test_a_larger_stage_begins_with_the_same_people(people: list[Chart]) -> None:
    few = [c.resources for c in charts(SCENE, citizens=60)]
    assert few == [c.resources for c in people[:60]]


def test_everything_is_valid_fhir(everything: list[Resource]) -> None:
    faults = [f"{r['resourceType']}/{r['id']}: {issue}" for r in everything for issue in validate(r)]
    assert not faults, "\n".join(faults[:20])


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 12, 31), date(2027, 3, 28)])
def test_valid_on_days_that_are_odd(day: date) -> None:
    """Leap day, the last day of a year, the night the clocks move."""
    for chart in charts(Scene.on(day), citizens=60):
        assert not [issue for r in chart.resources for issue in validate(r)], chart.person.id


def test_every_reference_has_its_target(everything: list[Resource]) -> None:
    here = {f"{r['resourceType']}/{r['id']}" for r in everything}
    assert len(here) == len(everything), "two resources with one id"
    refs = [r for r in walk(everything, "reference") if isinstance(r, str)]
    assert len(refs) > 5_000
    for ref in refs:
        assert ref.startswith("#") or ref in here, ref


def test_the_bundles_say_the_same(everything: list[Resource]) -> None:
    entries = [e for b in bundles(SCENE) for e in b["entry"]]
    assert [e["resource"] for e in entries] == everything
    for entry in entries:
        place = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        assert entry["request"] == {"method": "PUT", "url": place}
        assert entry["fullUrl"].endswith(place)


def control_digits_hold(number: str) -> bool:
    """Written anew from the rule: each weighted sum is divisible by eleven."""
    d = [int(c) for c in number]
    first = sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), d, strict=False))
    second = sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), d, strict=True))
    return first % 11 == 0 and second % 11 == 0


def test_national_ids_are_synthetic_and_tell_birth_and_sex(everything: list[Resource]) -> None:
    patients = [r for r in everything if r["resourceType"] == "Patient"]
    numbers = [i["value"] for p in patients for i in p["identifier"]]
    assert len(set(numbers)) == len(numbers) == CITIZENS + 2
    for p in patients:
        (identifier,) = p["identifier"]
        number, born = identifier["value"], date.fromisoformat(p["birthDate"])
        assert control_digits_hold(number), p["id"]
        assert int(number[2:4]) == born.month + 80
        assert int(number[:2]) == born.day + (0 if identifier["system"] == FNR else 40)
        assert int(number[4:6]) == born.year % 100
        assert (int(number[6:9]) >= 500) == (born.year >= 2000)
        assert (int(number[8]) % 2 == 0) == (p["gender"] == "female")


def test_a_day_gives_each_number_once_until_it_is_used_up() -> None:
    ids, chance = NationalIds(), Chance.of(3, 1)
    given = []
    with pytest.raises(ValueError, match="used up"):
        while True:
            given.append(ids.draw(chance, date(1942, 5, 12), female=True))
    assert len(set(given)) == len(given) > 180
    assert completed("128542000") != completed("128542002")


def test_how_many_are_helped_by_whom(people: list[Chart]) -> None:
    assert len(people) == CITIZENS
    helped = Counter(unit for chart in people for unit in units(chart))
    assert 55 <= helped[EAST] <= 65 and 55 <= helped[WEST] <= 65 and 35 <= helped[WARD] <= 45
    assert all(len(units(chart)) <= 1 for chart in people)
    gps = {p["generalPractitioner"][0]["reference"] for c in people for p in of(c, "Patient")}
    assert gps == {"Practitioner/grete"}


def test_a_large_stage_has_more_general_practitioners() -> None:
    gps = Counter(c.person.gp for c in charts(SCENE, citizens=2_400))
    assert gps["grete"] <= 1_110 and len(gps) == 3


def test_ages_fit(people: list[Chart]) -> None:
    for chart in people:
        assert 0 <= chart.age <= 104, chart.person.id
        for condition in of(chart, "Condition"):
            ailment = AILMENTS.get(condition["code"]["text"])
            if ailment:
                assert ailment.ages[0] <= chart.age <= ailment.ages[1], (chart.person.id, ailment.name)
            assert condition["onsetDateTime"] >= chart.person.born.isoformat(), chart.person.id
    ages = [c.age for c in people]
    assert sum(a < 18 for a in ages) > 15 and sum(a > 80 for a in ages) > 60
    children = [c for c in people if c.age < 12]
    healthy = [c for c in children if not of(c, "Condition")]
    assert len(healthy) > len(children) / 2
    assert all(not units(c) for c in children)


def test_a_medicine_has_its_ailment_and_does_not_stand_double(people: list[Chart]) -> None:
    for chart in people:
        if chart.person.id == "dmytro":
            continue
        names = {c["code"]["text"] for c in of(chart, "Condition")}
        active = [m for m in of(chart, "MedicationStatement") if m["status"] == "active"]
        codes = [m["contained"][0]["code"]["coding"][0]["code"] for m in active]
        assert {m["reasonCode"][0]["text"] for m in active} <= names, chart.person.id
        assert len({code[:5] for code in codes}) == len(codes), chart.person.id
        assert sum(code in BLOOD_THINNERS for code in codes) <= 1, chart.person.id
        for m in active:
            assert m["contained"][0]["ingredient"][0]["strength"]["numerator"]["value"] > 0
            assert m["effectivePeriod"]["start"] <= SCENE.day(0) and m["dosage"][0]["text"]


def test_nobody_gets_what_she_is_allergic_to(people: list[Chart]) -> None:
    allergic = 0
    for chart in people:
        for allergy in of(chart, "AllergyIntolerance"):
            for code in (c["code"] for c in allergy["code"].get("coding", []) if c["system"] == ATC):
                allergic += 1
                given = list(walk(of(chart, "MedicationStatement"), "code"))
                assert not [g for g in given if isinstance(g, str) and g.startswith(code)], chart.person.id
    assert allergic > 5


def test_nothing_was_measured_or_written_in_the_future(people: list[Chart]) -> None:
    today = SCENE.day(0)
    for chart in people:
        for r in chart.resources:
            for key in (
                "effectiveDateTime",
                "date",
                "sent",
                "received",
                "recordedDate",
                "dateAsserted",
                "issued",
            ):
                if key in r:
                    assert r[key][:10] < today or (r[key] == today and key == "dateAsserted"), (r["id"], key)


def test_visits_that_are_over_are_done() -> None:
    evening = Scene(datetime(2026, 11, 24, 20, 30, tzinfo=UTC))
    visits = [
        a
        for c in charts(evening, citizens=60)
        for a in of(c, "Appointment")
        if a["start"][:10] == "2026-11-24"
    ]
    assert visits
    for visit in visits:
        over = datetime.fromisoformat(visit["end"]) <= evening.now
        if "Patient/astrid" not in str(visit["participant"]):
            assert visit["status"] == ("fulfilled" if over else "booked"), visit["id"]


def test_heart_failure_at_home_is_weighed(people: list[Chart]) -> None:
    found = 0
    for chart in people:
        names = {c["code"]["text"] for c in of(chart, "Condition")}
        if units(chart) & {EAST, WEST} and "Hjertesvikt" in names and chart.person.id.startswith("c"):
            found += 1
            kilograms = [float(w.kilograms) for w in weights(of(chart, "Observation"))]
            assert len(kilograms) == 6 and max(kilograms) - min(kilograms) < 3, chart.person.id
    assert found > 5


def test_notes_vary(people: list[Chart]) -> None:
    texts = [n["summary"] for c in people for n in of(c, "ClinicalImpression")]
    assert len(texts) > 400
    assert len(set(texts)) > 0.9 * len(texts)


def test_the_extract_holds_what_the_demo_uses_and_nothing_else(everything: list[Resource]) -> None:
    table = {(s, c) for a in AILMENTS.values() for s, c in ((ICPC_2, a.icpc2), (ICD_10, a.icd10)) if c}
    table |= {(ATC, drug.atc) for drug in DRUGS.values()}
    written = {
        (c["system"], c["code"]) for coding in walk(everything, "coding") for c in coding
        if c["system"] in (ATC, ICPC_2, ICD_10)
    }  # fmt: skip
    held = {(held.system, code) for held in DemoExtract().lists() for code in held.words}
    assert written | table == held
    spoken = [c for coding in walk(everything, "coding") for c in coding if (c["system"], c["code"]) in held]
    assert spoken and all(c.get("display") for c in spoken)


# The special ones.


def test_astrid_carries_the_main_story(people: list[Chart]) -> None:
    astrid = named(people, "astrid")
    assert (astrid.person.name, astrid.age, astrid.person.born.year) == ("Astrid Bakken", 84, 1942)
    codes = {c["code"] for r in of(astrid, "Condition") for c in r["code"].get("coding", [])}
    assert {"K77", "K78"} <= codes
    assert units(astrid) == {EAST}
    assert {e["type"][0]["coding"][0]["code"] for e in of(astrid, "EpisodeOfCare")} == {"15", "1", "6"}
    lines = medication_lines(of(astrid, "MedicationStatement"))
    assert len(lines) == 10
    assert ("Apiksaban", "2,5 mg tablett", "1 + 0 + 1 + 0") in [
        (m.name, m.strength_and_form, m.dose) for m in lines
    ]
    assert ("Kalsium/vitamin D", "500 mg/800 IE tyggetablett") in [
        (m.name, m.strength_and_form) for m in lines
    ]
    (allergy,) = of(astrid, "AllergyIntolerance")
    assert (allergy["code"]["text"], allergy["criticality"]) == ("Penicillin", "high")
    today = [a for a in of(astrid, "Appointment") if a["start"][:10] == SCENE.day(0)]
    assert len(today) == 3


def test_astrid_gets_worse_as_told(people: list[Chart]) -> None:
    observations = of(named(people, "astrid"), "Observation")
    results = [score(reading.measured()) for reading in readings(observations)]
    scored = [r.total for r in results if not r.missing]
    assert scored == [1, 1, 0, 0, 1, 4, 5]
    kilograms = [w.kilograms for w in weights(observations)]
    assert str(kilograms[-1] - kilograms[2]) == "2.2"


def test_marit_may_act_for_astrid(people: list[Chart]) -> None:
    (marit,) = of(named(people, "astrid"), "RelatedPerson")
    assert f"RelatedPerson/{marit['id']}" == CAST["marit"].reference
    assert marit["patient"]["reference"] == CAST["marit"].on_behalf_of[0]
    (consent,) = of(named(people, "astrid"), "Consent")
    assert consent["provision"]["actor"][0]["reference"]["reference"] == "RelatedPerson/marit"


def test_the_blocked_neighbour(people: list[Chart]) -> None:
    bjarne = named(people, "bjarne")
    (consent,) = of(bjarne, "Consent")
    assert consent["provision"]["type"] == "deny"
    assert consent["provision"]["actor"][0]["reference"]["reference"] == "Practitioner/siri"
    assert units(bjarne) == {EAST} == {CAST["siri"].organisations[0].removeprefix("Organization/")}
    written_by = {n["assessor"]["reference"] for n in of(bjarne, "ClinicalImpression")}
    assert "Practitioner/siri" not in written_by


def test_a_strictly_confidential_address_is_not_in_the_record(people: list[Chart]) -> None:
    ellen = named(people, "ellen")
    assert ellen.patient["address"] == [{"use": "home", "text": "Strengt fortrolig adresse"}]
    assert "telecom" not in ellen.patient and "contact" not in ellen.patient
    assert ellen.patient["meta"]["security"][0]["code"] == "V"
    assert ellen.person.street.encode() not in b"".join(encode(r) for r in ellen.resources)


def test_the_dead_man_is_cared_for_no_more(people: list[Chart]) -> None:
    johannes = named(people, "johannes")
    assert johannes.patient["deceasedDateTime"] < SCENE.day(0)
    assert units(johannes) == set() and of(johannes, "EpisodeOfCare")
    assert {t["status"] for t in of(johannes, "CareTeam")} == {"inactive"}
    assert not [m for m in of(johannes, "MedicationStatement") if m["status"] == "active"]
    last = max(n["date"] for n in of(johannes, "ClinicalImpression"))
    assert last < johannes.patient["deceasedDateTime"]


def test_one_man_with_two_identities(people: list[Chart]) -> None:
    one, two = of(named(people, "dmytro"), "Patient")
    assert one["name"] == two["name"] and one["birthDate"] == two["birthDate"]
    assert one["identifier"][0]["system"] != two["identifier"][0]["system"]
    assert one["link"][0]["other"]["reference"] == "Patient/dmytro-2"
    assert two["link"][0]["other"]["reference"] == "Patient/dmytro"


def test_two_records_that_were_merged_say_so(people: list[Chart]) -> None:
    new, old = of(named(people, "gunvor"), "Patient")
    assert (new["link"][0]["type"], old["link"][0]["type"]) == ("replaces", "replaced-by")
    assert new["link"][0]["other"]["reference"] == f"Patient/{old['id']}" and not old["active"]


def test_siri_is_a_patient_of_her_own_unit(people: list[Chart]) -> None:
    siri = named(people, "siri-dahl")
    assert CAST["siri"].own_patient == siri.person.reference and units(siri) == {EAST}


def test_an_answer_is_held_back_from_astrid_for_a_while(people: list[Chart]) -> None:
    held = [o for o in of(named(people, "astrid"), "Observation") if "meta" in o]
    assert [o["meta"]["security"][0]["code"] for o in held] == ["NORU"]


def test_emil_is_eleven_and_soon_twelve(people: list[Chart]) -> None:
    emil = named(people, "emil").person
    assert emil.age(DAY) == 11
    assert emil.age(DAY + timedelta(days=TURNS_TWELVE_IN - 1)) == 11
    assert emil.age(DAY + timedelta(days=TURNS_TWELVE_IN)) == 12


def test_the_probe_nurse_has_one_patient(everything: list[Resource]) -> None:
    teams = [r for r in everything if r["resourceType"] == "CareTeam"]
    hers = [t for t in teams if "Practitioner/probe-nurse" in walk(t, "reference")]
    assert [t["subject"]["reference"] for t in hers] == ["Patient/solveig"]
    others = [r for r in everything if r["resourceType"] in ("EpisodeOfCare", "Task")]
    assert "Organization/storvik-legevakt" not in {ref for r in others for ref in walk(r, "reference")}


def test_the_cast_works_here(everything: list[Resource]) -> None:
    here = {f"{r['resourceType']}/{r['id']}": r for r in everything}
    for actor in CAST.values():
        if actor.reference:
            assert actor.reference in here, actor.id
        for organisation in actor.organisations:
            assert organisation in here
        if actor.hpr:
            assert here[actor.reference]["identifier"][0]["value"] == actor.hpr


def test_the_admission_speaks_of_astrid(people: list[Chart]) -> None:
    now = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    told = astrid_admission_arguments(now)
    patient = named(people, "astrid").patient
    assert told.national_id == patient["identifier"][0]["value"]
    assert (told.given, told.family, told.born.isoformat()) == ("Astrid", "Bakken", patient["birthDate"])
    assert (told.sender.organisation_her, told.sender.service_her) == ("990201", "990202")
    assert (told.receiver.organisation_her, told.receiver.service_her) == ("990001", "990002")
    assert told.found_at < told.admitted_at < told.sent_at < now
