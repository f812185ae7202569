"""Each search parameter type by its case file: query text to value, element to index values."""

import json
from pathlib import Path

import pytest

from akson.fhir.definitions import shape
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem
from akson.fhir.search.query import DateValue
from akson.fhir.search.values import PARAMETER_TYPES
from akson.fhir.search.values.string import fold

CASES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in Path(__file__).parent.glob("cases/search_values/*")
}


def spoken(value):
    return (
        f"{value.prefix} {value.lo.isoformat()} {value.hi.isoformat()}"
        if isinstance(value, DateValue)
        else repr(value)
    )


def test_every_type_has_cases():
    assert CASES.keys() == PARAMETER_TYPES.keys()


@pytest.mark.parametrize(("kind", "case"), [(k, c) for k, f in CASES.items() for c in f["parse"]])
def test_query_text(kind, case):
    if "problem" in case:
        with pytest.raises(Problem) as refused:
            PARAMETER_TYPES[kind].parse("x", case["text"])
        assert refused.value.id == case["problem"]
        assert (
            not case["text"].strip() or len(case["text"]) < 4 or case["text"] not in refused.value.sentence()
        )
    else:
        assert spoken(PARAMETER_TYPES[kind].parse("x", case["text"])) == case["value"]


@pytest.mark.parametrize(("kind", "case"), [(k, c) for k, f in CASES.items() for c in f["index"]])
def test_element(kind, case):
    holder, key = case["at"]
    writer = PARAMETER_TYPES[kind].writer(("x",), shape(holder).properties[key])
    assert (writer is not None) is case.get("writes", True)
    if writer is None:
        return
    out = IndexValues()
    writer(case["element"], out)
    for name in ("tokens", "references", "strings", "numbers", "quantities", "uris"):
        assert sorted(map(repr, getattr(out, name))) == sorted(case.get(name, [])), name
    assert [f"{lo.isoformat()} {hi.isoformat()}" for _, lo, hi in out.dates] == case.get("dates", [])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Åse  ÉRIKA\tØst ", "}se erika |st"),
        ("A\u030ase", "}se"),
        ("Aas", "aas"),
        ("Müller", "muller"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ærlig", "{rlig"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


def test_fold_sorts_as_norwegians_do():
    names = ["Åse", "Zakarias", "Ærlig", "Øst", "Anne", "Østby"]
    assert sorted(names, key=fold) == ["Anne", "Zakarias", "Ærlig", "Øst", "Østby", "Åse"]
