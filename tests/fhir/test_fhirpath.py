"""FHIRPath: what the suites do not ask, above all that no expression can hurt."""

import time
from datetime import UTC, datetime

import pytest

from akson.fhir.fhirpath import Context, Environment, Item, check, compile, compile_items
from akson.fhir.fhirpath.patterns import compile as pattern
from akson.fhir.problem import Problem

PATIENT = {
    "resourceType": "Patient",
    "id": "astrid",
    "name": [{"use": "official", "given": ["Astrid", "M"]}, {"given": ["Ada"]}],
    "birthDate": "1942-02-28",
    "managingOrganization": {"reference": "#o"},
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Storvik"}],
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("Patient.name.where(use = 'official').given", ["Astrid", "M"]),
        ("name.given.count()", [3]),
        ("managingOrganization.resolve().name", ["Storvik"]),
        ("managingOrganization.resolve() is Organization", [True]),
        ("contained.ofType(Organization).name", ["Storvik"]),
        ("birthDate < today()", [True]),
        ("birthDate + 84 years", ["2026-02-28"]),
        ("%resource.id | %context.id", ["astrid"]),
        ("name.given.defineVariable('g').select(%g.count())", [3, 3, 3]),
        ("'a1b22'.replaceMatches('[0-9]+', '<$0>')", ["a<1>b<22>"]),
        ("'æøå'.upper()", ["ÆØÅ"]),
    ],
)
def test_values(expression, found):
    now = Environment(now=datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert compile(expression, "Patient")(PATIENT, now) == found


def test_what_the_caller_gives_is_asked():
    world = Environment(
        resolve=lambda text: {"resourceType": "Practitioner", "id": text.partition("/")[2]},
        member_of=lambda value, type, url: value == "male",
        variables={"limit": 2},
    )
    assert compile("generalPractitioner.resolve().id", "Patient")(
        {"resourceType": "Patient", "generalPractitioner": [{"reference": "Practitioner/7"}]}, world
    ) == ["7"]
    assert compile("gender.memberOf('x')", "Patient")(
        {"resourceType": "Patient", "gender": "male"}, world
    ) == [True]
    assert compile("1 < %limit")({}, world) == [True]


@pytest.mark.parametrize(
    "expression",
    [
        "Patient.name.given1",
        "Patient.descendants().first()",
        "Patient.name.select(given1)",
        "Observation.valueQuantity",
        "Patient.name.startsWith('a')",
    ],
)
def test_static_checks(expression):
    with pytest.raises(Problem) as refused:
        check(expression, expression.partition(".")[0])
    assert refused.value.id == "AKS-FHIR-203"


@pytest.mark.parametrize("text", ["(a+)+$", "(a|aa)*b", "(.*)*x", "(a*)*b", "([a-z]+)*[0-9]"])
def test_patterns_that_explode_elsewhere(text):
    start = time.thread_time()
    assert not pattern(text).matches_whole("a" * 20_000 + "!")
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("text", ["(a", "a)", "[a", "a{2,1}", "(?=a)b", r"(a)\1", "a{1,5000}{1,5000}", "*a"])
def test_patterns_that_are_not_read(text):
    with pytest.raises(Problem) as refused:
        pattern(text)
    assert refused.value.id == "AKS-FHIR-213"


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        (r"^[A-Z]\w{0,3}$", ["Abc", "A"], ["abc", "Abcde", ""]),
        (r"a|b|", ["", "a"], []),
        (r"^(?:\d{3}-){2}\d$", ["123-456-7"], ["123-4567"]),
        (r"\bord\b", ["et ord her"], ["etordher"]),
        (r"^[^\s.]{1,4}(\.[a-z]+)*$", ["ab.cd.e"], ["ab..c"]),
        (r"^\p{Lu}\p{L}*$", ["Ærlig"], ["ærlig"]),
        (r"^[\-\]a]+$", ["-]a"], ["b"]),
    ],
)
def test_patterns(text, good, bad):
    assert all(pattern(text).found_in(value) for value in good)
    assert not any(pattern(text).found_in(value) for value in bad)


def test_expressions_that_never_end_are_stopped():
    wide = {"resourceType": "Patient", "name": [{"given": ["x"] * 2_000}]}
    many = compile("name.given.select(%context.name.given.select(%context.name.given)).count()", "Patient")
    with pytest.raises(Problem) as refused:
        many(wide)
    assert refused.value.id == "AKS-FHIR-210"


@pytest.mark.parametrize(
    "expression",
    ["Patient.name.given", "name", "birthDate", "Patient.contained.name", "managingOrganization.reference"],
)
def test_plain_paths_find_what_the_engine_finds(expression):
    start = Item(PATIENT, "Patient")
    found = compile_items(expression)([start], Context(start))
    assert compile(expression, "Patient")(PATIENT) == [item.value for item in found]


@pytest.mark.parametrize(
    "expression",
    [
        "('a').repeatAll($this & $this)",
        "('a').repeatAll($this + 'x')",
        "('ab').repeatAll($this.replaceMatches('a', '$0$0$0$0'))",
        "('a').repeatAll($this.replace('a', 'aaaa'))",
        "('a' | 'b').repeatAll($this)",
        "(1|2|3|4|5|6|7|8|9).aggregate($total * $total * $total * $total, 99.9)",
        "'a'.matches('(a{1,100}){1,300}')",
    ],
)
def test_expressions_that_grow_are_stopped(expression):
    start = time.thread_time()
    with pytest.raises(Problem):
        compile(expression)({})
    assert time.thread_time() - start < 3
