"""What is typed, and what of it the record held already: counted without keeping a word of it."""

import re
from pathlib import Path

from akson.web.shell import typed

WEB = Path(typed.__file__).parents[1]


def test_what_the_record_held_is_counted_as_retyped() -> None:
    known = ["Innlagt etter fall i hjemmet.", "Astrid Bakken"]
    given = {"token": "x", "sak": "Astrid Bakken", "text": "innlagt etter  fall i hjemmet"}
    assert typed.traced("casework.assess", given, known) == {"akson-typed": "1", "akson-retyped": "1"}
    assert (
        typed.traced("casework.assess", {**given, "text": "Faller ofte om natten."}, known)["akson-retyped"]
        == "0"
    )


def test_what_stood_in_the_field_is_not_typed() -> None:
    given = {"felt-reason": "Innlagt etter fall."}
    assert typed.traced("write", given, ["Innlagt etter fall."], given) == {
        "akson-typed": "0",
        "akson-retyped": "0",
    }


def test_a_field_that_nobody_declared_is_typed() -> None:
    assert typed.source("pathway.answer", "noe-nytt") == typed.TYPED
    assert typed.source("pathway.answer", "fra") == "plassen"


def test_a_run_is_the_sum_of_its_answers() -> None:
    one = {"akson-typed": "2", "akson-retyped": "0"}
    assert typed.tally([one, {}, one]) == typed.Tally(4, 0)
    assert typed.Tally(4, 0).words() == "4 felt skrevet av en person, 0 av dem sto i journalen fra før"


def test_every_field_of_the_flows_is_declared() -> None:
    """A box for free text without a declaration would be counted as typed: these are all there are."""
    for template, forms in (
        ("pathway/answer", ("pathway.answer",)),
        ("casework/cases", ("casework.apply", "casework.assess", "casework.end")),
        ("casework/decide", ("casework.decide",)),
    ):
        text = (WEB / "workspace" / f"{template}.html").read_text("utf-8")
        declared = {name for form in forms for name in typed.SOURCES[form]} | {"id", "gjor", "bekreft"}
        fields = set(re.findall(r'\bname="(\w+)"', text))
        assert fields and fields <= declared, template
