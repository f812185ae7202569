"""Hostile values in every parameter: a refusal in words or an answer, never a failure, and never more than was there.

The control is a value that nobody has: what SQL, LIKE, regular expressions or JSON paths would make of the others must not
find anything either.
"""

import pytest
from stage import Stage, nothing_hidden, observation, patient, query

from akson.fhir.definitions import load
from akson.fhir.problem import Problem

HOSTILE = (
    "' or 1=1 --", "'; drop table record.patient; --", "%", "_", "%%%", "\\", "\\\\", "\\,", "\\|", "$1", "$$", "{0}",
    "{}", "||", "|", "|a|b|c", "a$b$c", ",", ",,", "\x00", "\x00x", "\x1f", "\u202e", "e\u0301" * 500, "NaN",
    "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "9" * 40, "0x10", "1_000", "١٢٣", "ap0001", "ap9999-12-31",
    "lt0001-01-01", "ge9999-12-31T23:59:60Z", "ap1e999", "ne0001", "2026-02-30", "2026-13", "24:00", "true", "null",
    "urn:uuid:", "http://", "Patient/", "Patient/../x", "Patient/a/_history/1", "#contained", "*", "**", ".*",
    "(?i)x", "(a+)+$", "$.**", "';select pg_sleep(9)--", '"', '""', '"a', "a:*", "!", "!!", "a & !b", "x" * 3000,
    "gt", "eq", "sa", "5|", "5||", "5|a|b|c", "5|http://unitsofmeasure.org|" + "(" * 50,
    "5|http://unitsofmeasure.org|m" + "9" * 50, "1e400|http://unitsofmeasure.org|kg", "90|180|1|km", "91|0",
    "0|0|1e9|km",
)  # fmt: skip
TYPES = ("Patient", "Observation", "Location", "Encounter", "ValueSet", "MolecularSequence")
MODIFIERS = (
    "",
    ":missing",
    ":not",
    ":exact",
    ":contains",
    ":text",
    ":in",
    ":below",
    ":above",
    ":of-type",
    ":identifier",
    ":Patient",
)


@pytest.fixture
async def stocked(stage: Stage) -> Stage:
    place = {"resourceType": "Location", "id": "l", "position": {"latitude": 59.9, "longitude": 10.7}}
    values = {"resourceType": "ValueSet", "id": "v", "status": "active", "url": "http://x/v"}
    await stage.put(
        patient("p", identifier=[{"system": "urn:s", "value": "k7k7"}]), observation("o", "p"), place, values
    )
    return stage


async def asked(stage: Stage, text: str, name: str, value: str) -> list[str] | None:
    """What is found; None when it was refused."""
    from akson.fhir.search.parsing import parse

    try:
        page = await stage.store.search(
            1, parse(text, [(name, value)]), restriction=everything, redactions=nothing_hidden
        )
    except Problem as refused:
        assert refused.kind.name not in ("INTERNAL", "OVERLOADED"), refused
        assert len(value) < 5 or value not in refused.sentence(), "the caller's value is not repeated"
        return None
    return [match.id for match in page.matches]


def everything(_type: str):
    from akson.access.decision import Everything

    return Everything()


async def test_no_value_of_any_parameter_fails(stocked: Stage) -> None:
    """Every parameter of six types with a few of the values each, so that each value meets each kind of parameter."""
    number = 0
    for type in TYPES:
        names = [
            *load().search_parameters(type),
            "_text",
            "_content",
            "_list",
            "_filter",
            "_has:Observation:patient:code",
        ]
        for name in names:
            for step in range(6):
                number += 1
                await asked(stocked, type, name, HOSTILE[(number * 7 + step * 13) % len(HOSTILE)])


async def test_every_value_in_one_parameter_of_each_kind(stocked: Stage) -> None:
    kinds = (
        ("Patient", "family"), ("Patient", "identifier"), ("Patient", "birthdate"), ("Patient", "general-practitioner"),
        ("Observation", "value-quantity"), ("Observation", "code-value-quantity"), ("ValueSet", "url"), ("Location", "near"),
        ("Patient", "_text"), ("Patient", "_content"), ("Patient", "_id"), ("Patient", "_lastUpdated"), ("Patient", "_list"),
        ("Observation", "patient.family"), ("Patient", "_filter"), ("MolecularSequence", "window-start"),
    )  # fmt: skip
    open_ends = ("lt0001-01-01", "ge9999-12-31T23:59:60Z", "ap", "ne", "90|180", "0|0")
    for type, name in kinds:
        for value in HOSTILE:
            found = await asked(stocked, type, name, value)
            if name in ("family", "identifier", "url", "_id", "patient.family"):
                assert not found, (name, value)
            assert (
                value.startswith(open_ends)
                or not found
                or name in ("_lastUpdated", "_text", "_content", "birthdate")
            ), (name, value)


async def test_every_modifier_takes_every_value(stocked: Stage) -> None:
    for number, value in enumerate(HOSTILE):
        for name in ("family", "identifier", "general-practitioner", "birthdate", "_profile"):
            await asked(stocked, "Patient", name + MODIFIERS[number % len(MODIFIERS)], value)


async def test_a_filter_of_hostile_words(stocked: Stage) -> None:
    for value in HOSTILE:
        for written in (
            f"family eq {value}",
            f'family co "{value}"',
            f"birthdate ge {value}",
            f"not({value})",
            value,
        ):
            await asked(stocked, "Patient", "_filter", written)


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    for text in (
        "Patient?" + "&".join(f"name=a{n}" for n in range(101)),
        "Patient?_id=" + ",".join("a" for _ in range(501)),
        "Patient?" + "&".join("_include=Patient:organization" for _ in range(21)),
        "Patient?_sort=" + ",".join(["name"] * 9),
        "Patient?"
        + "general-practitioner:Practitioner._has:"
        + "PractitionerRole:practitioner:practitioner." * 6
        + "name=x",
        "Patient?_filter=" + "(" * 5000,
    ):
        with pytest.raises(Problem):
            query(text)
