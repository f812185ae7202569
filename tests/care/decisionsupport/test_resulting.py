"""The list that a reconciliation is about to make, and what is said of it beside which answer."""

from datetime import UTC, datetime
from typing import Any

from tests.care.decisionsupport.test_advice import allergy, measured
from tests.care.medication.told import drug, line, snapshot, twelve, working

from akson.care.decisionsupport.facts import facts_of
from akson.care.decisionsupport.resulting import Resulting, resulting
from akson.care.decisionsupport.rules import Severity, load
from akson.care.medication.question import case_of
from akson.care.medication.reconciled.agenda import Act, Agenda, agenda
from akson.care.medication.reconciled.choices import Choice
from akson.care.medication.reconciled.outcome import lines_after
from akson.care.medication.reconciled.signing import tally
from akson.care.medication.sources import sources

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
Resource = dict[str, Any]


def lists(own: list[Resource], theirs: list[Resource]) -> list[Resource]:
    return [
        *working("liste", "2026-11-20T10:00:00+01:00", *own),
        snapshot("epikrise", "hospital", "Epikrise", "2026-11-21T10:00:00+01:00", *theirs),
    ]


def chosen(found: Agenda, **acts: Act) -> dict[str, Choice]:
    rows = {row.name.casefold(): row for row in found.rows}
    told = {}
    for name, act in acts.items():
        row = rows[name]
        told[row.key] = Choice(row.key, next(o.key for o in row.options if o.act is act))
    return told


def told(
    rows: list[Resource], *more: Resource, **acts: Act
) -> tuple[dict[str, list[str]], list[str], Resulting]:
    """By the row's name: rules; the others' rules; the whole."""
    every = sources(rows, AT)
    found = agenda(every, case_of(every, [r for r in more if r["resourceType"] == "AllergyIntolerance"], AT))
    her = {"resourceType": "Patient", "birthDate": "1942-03-14", "gender": "female"}
    said = resulting(facts_of(her, more, AT), found, chosen(found, **acts), load().at(AT.date()))
    names = {row.key: row.name.casefold() for row in found.rows}
    return (
        {names[key]: [one.rule for one in pieces] for key, pieces in said.rows.items()},
        [one.rule for one in said.others],
        said,
    )


def test_nothing_chosen_brings_nothing() -> None:
    rows, others, _ = told(twelve())
    assert rows == {} and others == []


def test_what_is_begun_is_warned_of_where_it_is_begun() -> None:
    rows, _, said = told(twelve(), ibuprofen=Act.TAKE)
    assert rows == {"ibuprofen": ["nsaid-anticoagulant"]}
    assert [one.rule for one in said.grave] == ["nsaid-anticoagulant"]
    assert told(twelve(), ibuprofen=Act.LEAVE)[0] == {} == told(twelve(), ibuprofen=Act.CLARIFY)[0]


def test_of_two_answers_it_stands_beside_the_later() -> None:
    own = [line("a", drug("Losartan", "50 mg", atc="C09CA01"), "1+0+0+0")]
    theirs = [
        line("x", drug("Losartan", "100 mg", atc="C09CA01"), "1+0+0+0"),
        line("x", drug("Enalapril", "10 mg", atc="C09AA02"), "1+0+0+0"),
    ]
    assert told(lists(own, theirs), enalapril=Act.TAKE)[0] == {"enalapril": ["ras-double"]}
    both = told(lists(own, theirs), enalapril=Act.TAKE, losartan=Act.TAKE)[0]
    assert both == {"losartan": ["ras-double"]}
    assert told(lists(own, theirs), enalapril=Act.LEAVE, losartan=Act.TAKE)[0] == {}


def test_what_stands_whatever_is_answered_is_told_apart() -> None:
    own = [
        line("a", drug("Ibuprofen", "400 mg", atc="M01AE01"), "1+0+0+0"),
        line("b", drug("Warfarin", "2,5 mg", atc="B01AA03"), "etter INR"),
        line("c", drug("Furosemid", "40 mg", atc="C03CA01"), "1+0+0+0"),
    ]
    theirs = [*own[:2], line("c", drug("Furosemid", "80 mg", atc="C03CA01"), "1+0+0+0")]
    egfr = measured("62238-1", 20, AT)
    rows, others, said = told(lists(own, theirs), egfr, furosemid=Act.TAKE)
    assert rows == {} and others == ["nsaid-anticoagulant", "nsaid-kidney"]
    assert said.grave == ()
    gone = said.without([said.others[0]])
    assert [one.rule for one in gone.others] == ["nsaid-kidney"]


def test_a_line_without_a_code_is_judged_by_the_code_of_its_row() -> None:
    own = [line("a", drug("Ibuprofen", "200 mg", atc="M01AE01"), "1+0+0+0")]
    theirs = [line("x", drug("Ibuprofen", "400 mg"), "1+1+1+0")]
    egfr = measured("62238-1", 20, AT)
    assert told(lists(own, theirs), egfr, ibuprofen=Act.TAKE)[0] == {"ibuprofen": ["nsaid-kidney"]}


def test_at_most_one_interrupts_and_the_gravest_stands_first() -> None:
    theirs = [
        line("x", drug("Fenoksymetylpenicillin", "660 mg", atc="J01CE02"), "1+1+1+1"),
        line("x", drug("Amoksicillin", "500 mg", atc="J01CA04"), "1+1+1+0"),
    ]
    own = [line("a", drug("Metotreksat", "2,5 mg", atc="L04AX03"), "1+0+0+0")]
    serious = allergy(1, "Penicillin", "J01C", "high")
    rows, _, said = told(lists(own, theirs), serious, fenoksymetylpenicillin=Act.TAKE, amoksicillin=Act.TAKE)
    pieces = [one for beside in said.rows.values() for one in beside]
    assert sum(one.interrupts for one in pieces) == 1
    assert all(beside[0].severity is Severity.CRITICAL for beside in said.rows.values())
    assert set(rows) == {"amoksicillin", "fenoksymetylpenicillin"}


def test_the_lines_after_are_those_that_are_counted() -> None:
    every = sources(twelve(), AT)
    found = agenda(every, case_of(every, [], AT))
    for act in Act:
        choices = {
            row.key: Choice(row.key, option.key)
            for row in found.rows
            if (option := next((o for o in row.options if o.act is act), None))
        }
        options = {key: choice.option for key, choice in choices.items()}
        lines = [x for row in found.rows for x in lines_after(row, row.option(options.get(row.key, "")))]
        assert len(lines) == tally(found, choices).after, act
