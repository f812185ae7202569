"""Searches against a real PostgreSQL: every kind of parameter, order, pages, chains, includes."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from stage import LOINC, UCUM, Stage, nothing_hidden, observation, patient, query, write

from akson.access.decision import Everything
from akson.fhir.extraction import extract
from akson.fhir.problem import Problem
from akson.fhir.search.query import DateValue, NumberValue, Query


def quantity(value: float, code: str = "mm[Hg]") -> dict:
    return {"value": value, "unit": code, "system": UCUM, "code": code}


def component(loinc: str, value: float) -> dict:
    return {"code": {"coding": [{"system": LOINC, "code": loinc}]}, "valueQuantity": quantity(value)}


@pytest.fixture
async def people(stage: Stage) -> Stage:
    await stage.put(
        patient(
            "aa",
            "Aasen",
            gender="female",
            birthDate="1942-03-01",
            identifier=[{"system": "urn:x", "value": "1"}],
        ),
        patient("ås", "Åsen", gender="male", birthDate="1942-03") | {"id": "aas"},
        patient("oo", "Østby Bråten", gender="female", birthDate="1960-12-31", active=True),
        patient("xx", "X", identifier=[{"value": "1"}]),
    )
    return stage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gender=female", {"aa", "oo"}),
        ("gender=female,male", {"aa", "aas", "oo"}),
        ("gender:not=female", {"aas", "xx"}),
        ("gender:missing=true", {"xx"}),
        ("gender:missing=false", {"aa", "aas", "oo"}),
        ("identifier=urn:x|1", {"aa"}),
        ("identifier=1", {"aa", "xx"}),
        ("identifier=|1", {"xx"}),
        ("identifier=urn:x|", {"aa"}),
        ("identifier=urn:y|1", set()),
        ("active=true", {"oo"}),
        ("family=ås", {"aas"}),
        ("family=AA", {"aa"}),
        ("family=a", {"aa"}),
        ("family=østby br", {"oo"}),
        ("family=østby", {"oo"}),
        ("family=bråten", set()),
        ("family:contains=bråten", {"oo"}),
        ("family:exact=X", {"xx"}),
        ("family:exact=x", set()),
        ("family=østbyx", set()),
        ("name=x,aasen", {"aa", "xx"}),
        ("family=%00", set()),
        ("birthdate=1942", {"aa", "aas"}),
        ("birthdate=1942-03", {"aa", "aas"}),
        ("birthdate=1942-03-01", {"aa"}),
        ("birthdate=ne1942-03-01", {"aas", "oo"}),
        ("birthdate=gt1942-03", {"oo"}),
        ("birthdate=ge1942-03-01&gender=female", {"aa", "oo"}),
        ("birthdate=lt1942-03-02", {"aa", "aas"}),
        ("birthdate=sa1942-03-31", {"oo"}),
        ("birthdate=eb1942-04", {"aa", "aas"}),
        ("birthdate:missing=true", {"xx"}),
        ("_id=aa,xx,nobody", {"aa", "xx"}),
        ("_id=nobody", set()),
        ("_lastUpdated=gt2026", set()),
        ("_lastUpdated=2026-11-24", {"aa", "aas", "oo", "xx"}),
        ("_lastUpdated=ne2026-11-24", set()),
        ("_lastUpdated=ap2026-11-24", {"aa", "aas", "oo", "xx"}),
    ],
)
async def test_people(people: Stage, text: str, found: set[str]) -> None:
    if text == "family=%00":
        assert await people.ids("Patient?family=\0x") == [], (
            "a sign PostgreSQL lacks stands in no stored text"
        )
        return
    assert set(await people.ids(f"Patient?{text}")) == found
    counted = await people.search(f"Patient?{text}&_summary=count")
    assert counted.total == len(found) and counted.matches == ()


@pytest.fixture
async def pressures(stage: Stage) -> Stage:
    await stage.put(
        patient("astrid", "Bakken"),
        patient("bjarne", "Dal"),
        {"resourceType": "Organization", "id": "ost", "name": "Øst"},
        {
            "resourceType": "Encounter",
            "id": "e1",
            "status": "finished",
            "class": {"system": "urn:class", "code": "IMP"},
            "subject": {"reference": "Patient/astrid"},
            "serviceProvider": {"reference": "Organization/ost"},
        },
        observation(
            "high",
            component=[component("8480-6", 160), component("8462-4", 95)],
            effectiveDateTime="2026-11-01",
        ),
        observation(
            "low",
            component=[component("8480-6", 95), component("8462-4", 60)],
            effectivePeriod={"start": "2026-11-02"},
            encounter={"reference": "Encounter/e1"},
        ),
        observation(
            "weight",
            "bjarne",
            valueQuantity=quantity(80.5, "kg"),
            performer=[{"reference": "Organization/ost"}],
        ),
        observation("words", None, valueString="Alt vel", derivedFrom=[{"reference": "Observation/weight"}]),
    )
    return stage


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("component-code-value-quantity=8480-6$gt120", {"high"}),
        ("component-code-value-quantity=http://loinc.org|8462-4$gt120", set()),
        ("component-code-value-quantity=8462-4$60|http://unitsofmeasure.org|mm[Hg]", {"low"}),
        ("component-code-value-quantity=8462-4$60||mm[Hg]", {"low"}),
        ("component-code-value-quantity=8462-4$60||kPa", set()),
        ("code-value-quantity=8867-4$80.5", {"weight"}),
        ("code-value-string=8867-4$alt", {"words"}),
        ("value-quantity=80.5", {"weight"}),
        ("value-quantity=81", {"weight"}),
        ("value-quantity=80.6", set()),
        ("value-quantity=gt80", {"weight"}),
        ("value-quantity=lt80", set()),
        ("value-quantity=ap79||kg", {"weight"}),
        ("value-quantity=gt80|http://unitsofmeasure.org|g", {"weight"}),
        ("combo-value-quantity=gt90|http://unitsofmeasure.org|mm[Hg]", {"high", "low"}),
        ("subject=Patient/astrid", {"high", "low"}),
        ("subject=astrid", {"high", "low"}),
        ("subject:Patient=astrid", {"high", "low"}),
        ("patient=astrid,bjarne", {"high", "low", "weight"}),
        ("patient=Patient/astrid&code=8867-4", {"high", "low"}),
        ("patient=Patient/astrid&code=0", set()),
        ("subject:missing=true", {"words"}),
        ("performer=Organization/ost", {"weight"}),
        ("derived-from=Observation/weight", {"words"}),
        ("date=ge2026-11-02", {"low"}),
        ("date=2026-11", {"high"}),
        ("date=gt2030", {"low"}),
        ("patient.family=bakken", {"high", "low"}),
        ("patient.family=bakken,dal", {"high", "low", "weight"}),
        ("subject:Patient.name=dal", {"weight"}),
        ("encounter.class=IMP", {"low"}),
        ("encounter.service-provider.name=øst", {"low"}),
        ("patient=Patient/astrid&encounter.class=IMP", {"low"}),
        ("performer:Organization.name=øst", {"weight"}),
        ("derived-from:Observation.value-quantity=gt80", {"words"}),
        ("encounter.patient.family=bakken", {"low"}),
        ("_has:Observation:derived-from:value-string=alt", {"weight"}),
        ("_id=weight&_has:Observation:derived-from:status=final", {"weight"}),
        ("_id=high&_has:Observation:derived-from:status=final", set()),
    ],
)
async def test_observations(pressures: Stage, text: str, found: set[str]) -> None:
    assert set(await pressures.ids(f"Observation?{text}")) == found


async def test_reverse_chains_from_patients(pressures: Stage) -> None:
    assert await pressures.ids("Patient?_has:Observation:patient:component-code=8480-6") == ["astrid"]
    assert await pressures.ids("Patient?_has:Encounter:patient:service-provider=Organization/ost") == [
        "astrid"
    ]
    assert await pressures.ids("Organization?_has:Encounter:service-provider:patient.family=bakken") == [
        "ost"
    ]
    assert await pressures.ids("Patient?_has:Condition:patient:code=x") == [], "no such table yet"


async def test_includes_forward_backward_and_again(pressures: Stage) -> None:
    async def names(text: str) -> set[str]:
        return {f"{v.type}/{v.id}" for v in (await pressures.search(text)).included}

    assert await names("Observation?_id=low&_include=Observation:encounter") == {"Encounter/e1"}
    assert await names("Observation?_id=low&_include=Observation:subject:Group") == set()
    again = "Observation?_id=low&_include=Observation:encounter&_include:iterate=Encounter:service-provider"
    assert await names(again) == {"Encounter/e1", "Organization/ost"}
    assert await names("Observation?_id=low&_include=Observation:*") == {"Encounter/e1", "Patient/astrid"}
    assert await names("Encounter?_revinclude=Observation:encounter") == {"Observation/low"}
    assert await names("Patient?_id=astrid&_revinclude=Observation:*") == {
        "Observation/low",
        "Observation/high",
    }


async def test_a_page_never_repeats_what_matched_as_included(pressures: Stage) -> None:
    page = await pressures.search("Observation?_include=Observation:derived-from")
    assert len(page.matches) == 4 and page.included == ()


@pytest.mark.parametrize(
    "sort",
    [
        "birthdate",
        "-birthdate",
        "family",
        "-family",
        "_id",
        "-_lastUpdated",
        "-birthdate,family",
        "death-date",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_pages_are_stable_over_ties_and_missing_values(stage: Stage, sort: str, size: int) -> None:
    rng = random.Random(3)
    for n in range(4):
        batch = []
        for m in range(5):
            more = {"birthDate": rng.choice(["1942", "1950-01-01", "1960"])} if rng.random() < 0.7 else {}
            batch.append(patient(f"p{n}{m}", rng.choice(["Åsen", "Aasen", "Zahl", "Bø"]), **more))
        await stage.put(*batch)
    whole = await stage.ids(f"Patient?_sort={sort}&_count=100")
    assert sorted(whole) == sorted(f"p{n}{m}" for n in range(4) for m in range(5))
    seen, cursor = [], None
    for _ in itertools.count():
        page = await stage.search(f"Patient?_sort={sort}&_count={size}", cursor=cursor)
        seen += [m.id for m in page.matches]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == whole


async def test_norwegian_names_sort_as_norwegians_expect_and_the_empty_last(stage: Stage) -> None:
    await stage.put(
        *[patient(f"p{n}", name) for n, name in enumerate(["Åsen", "Zahl", "Østby", "Aasen", "Ærlig"])]
    )
    await stage.put({"resourceType": "Patient", "id": "none"})
    assert await stage.ids("Patient?_sort=family") == ["p3", "p1", "p4", "p2", "p0", "none"]
    assert await stage.ids("Patient?_sort=-family") == ["p0", "p2", "p4", "p1", "p3", "none"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "bnVsbA", "WyJhIiwgImIiLCAiYyJd"])
async def test_a_foreign_cursor_is_refused(people: Stage, cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        await people.search("Patient?_sort=birthdate", cursor=cursor)
    assert caught.value.id == "AKS-STORE-022"


PREFIXES = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]


def date_holds(prefix: str, l: datetime, h: datetime, lo: datetime, hi: datetime) -> bool:  # noqa: E741
    """The specification's words, written once more and without SQL."""
    inside = lo <= l and h <= hi
    return {
        "eq": inside,
        "ne": not inside,
        "gt": h > hi,
        "lt": l < lo,
        "ge": h > hi or inside,
        "le": l < lo or inside,
        "sa": l >= hi,
        "eb": h <= lo,
    }[prefix]


@pytest.mark.parametrize("param", ["date", "issued-like"], ids=["principal", "array"])
async def test_every_date_prefix_agrees_with_the_specification(stage: Stage, param: str) -> None:
    rng = random.Random(11)
    spans = ["2026", "2026-03", "2026-03-15", "2026-03-15T12:00:00Z", "2025-12-31", "2027"]
    resources = []
    for n in range(60):
        if param == "date":
            when = {"effectiveDateTime": rng.choice(spans)}
            if rng.random() < 0.4:
                a, b = sorted(rng.sample(["2025-06", "2026-02", "2026-03-15", "2026-08", "2027-02"], 2))
                when = {"effectivePeriod": {"start": a, "end": b}}
            resources.append(observation(f"o{n}", **when))
        else:
            resources.append(patient(f"o{n}") | {"deceasedDateTime": rng.choice(spans)})
    await stage.put(*resources)
    type, code = ("Observation", "date") if param == "date" else ("Patient", "death-date")
    dates = {r["id"]: next((lo, hi) for p, lo, hi in extract(r).dates if p == code) for r in resources}
    for prefix, text in itertools.product(PREFIXES, spans):
        asked = query(f"{type}?{code}={prefix}{text}&_count=100")
        value = asked.terms[0].values[0]
        assert isinstance(value, DateValue)
        expected = {id for id, (lo, hi) in dates.items() if date_holds(prefix, lo, hi, value.lo, value.hi)}
        assert set(await stage.ids(f"{type}?{code}={prefix}{text}&_count=100")) == expected, (prefix, text)


def _fits(prefix: str, x: float, lo: float, hi: float, exact: float) -> bool:
    match prefix:
        case "eq":
            return lo <= x < hi
        case "ne":
            return not lo <= x < hi
        case "gt" | "sa":
            return x > exact
        case "lt" | "eb":
            return x < exact
        case "ge":
            return x >= exact
        case _:
            return x <= exact


async def test_every_number_prefix_agrees_with_the_specification(stage: Stage) -> None:
    numbers = ["0.05", "0.1", "0.10", "0.9", "0.95", "1", "0.5", "0.4999"]
    resources = [
        {
            "resourceType": "RiskAssessment",
            "id": f"r{n}",
            "status": "final",
            "subject": {"reference": "Patient/astrid"},
            "prediction": [{"probabilityDecimal": float(text)}],
        }
        for n, text in enumerate(numbers)
    ]
    await stage.put(*resources)
    for prefix, text in itertools.product(PREFIXES, numbers):
        value = query(f"RiskAssessment?probability={prefix}{text}").terms[0].values[0]
        assert isinstance(value, NumberValue)
        lo, hi, exact = float(value.lo), float(value.hi), float(text)
        expected = {
            f"r{n}" for n, number in enumerate(numbers) if _fits(prefix, float(number), lo, hi, exact)
        }
        assert set(await stage.ids(f"RiskAssessment?probability={prefix}{text}")) == expected, (prefix, text)


async def test_explain_shows_the_statement_that_runs(people: Stage) -> None:
    asked = query("Patient?gender=female&family=aas&_sort=-birthdate")
    sql = people.store.explain(1, asked, restriction=lambda _t: Everything(), redactions=nothing_hidden)
    assert 'from record."patient"' in sql.text and "order by t1.date_lo desc" in sql.text
    assert len(sql.arguments) >= sql.text.count("$1")
    assert "aasen" not in sql.text, "values are arguments, never text"


async def test_hostile_text_is_a_value_and_never_sql(people: Stage) -> None:
    for hostile in ["'; drop table record.patient; --", "$1", "\\", "%", "{0}", "a' or '1'='1"]:
        assert await people.ids(f"Patient?family={hostile.replace('%', '%25').replace(';', '%3B')}") == []
        assert (
            await people.ids("Patient?family:contains=" + hostile.replace("%", "%25").replace(";", "%3B"))
            == []
        )
    assert len(await people.ids("Patient")) == 4


async def test_count_zero_asks_for_the_number_alone(people: Stage) -> None:
    page = await people.store.search(
        1, Query("Patient", count=0), restriction=lambda _t: Everything(), redactions=nothing_hidden
    )
    assert page.total == 4 and page.matches == ()


async def test_a_search_sees_commits_at_once(stage: Stage) -> None:
    for n in range(30):
        await stage.put(write(patient(f"p{n}", gender="female")))
        assert len(await stage.ids("Patient?gender=female")) == n + 1


async def test_updated_between(stage: Stage) -> None:
    await stage.put(patient("early"))
    border = stage.clock.now() + timedelta(milliseconds=500)
    await stage.put(patient("late"))
    text = border.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert await stage.ids(f"Patient?_lastUpdated=gt{text}") == ["late"]
    assert await stage.ids(f"Patient?_lastUpdated=le{text}") == ["early"]
