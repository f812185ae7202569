"""From findings and choices to what is written: nothing is chosen by the machine, nothing of the record is lost."""

import copy
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.care.medication.told import drug, line, snapshot, twelve, working

from akson.care.medication.question import case_of
from akson.care.medication.reconciled.agenda import Act, Agenda, Row, RowKind, agenda
from akson.care.medication.reconciled.choices import Choice, draft, drafted, unchosen, valid
from akson.care.medication.reconciled.signing import (
    CLARIFY_CODE,
    Signed,
    Signer,
    Standing,
    settled,
    sign,
    tally,
    working_list_id,
)
from akson.care.medication.sources import sources
from akson.fhir.problem import Problem
from akson.fhir.validation import validate

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDA = {"reference": "Practitioner/ida", "display": "Ida Nilsen"}
UNIT = {"reference": "Organization/ost", "display": "Hjemmetjenesten Øst"}
Resource = dict[str, Any]


def agenda_of(rows: list[Resource], allergies: tuple[Resource, ...] = ()) -> Agenda:
    told = sources(rows, AT)
    return agenda(told, case_of(told, allergies, AT))


def signed(rows: list[Resource], chosen: dict[str, Choice], allergies: tuple[Resource, ...] = ()) -> Signed:
    found = agenda_of(rows, allergies)
    own = next((r for r in rows if r["resourceType"] == "List" and r["mode"] == "working"), None)
    versions = {f"{r['resourceType']}/{r['id']}": 3 for r in rows}
    number = itertools.count()
    signer = Signer(IDA, UNIT, AT, "signature-1")
    return sign(found, chosen, Standing("p", own, versions), signer, lambda: f"new-{next(number)}")


def choose(found: Agenda, *acts: tuple[str, Act], reason: str = "") -> dict[str, Choice]:
    """`("Furosemid", Act.TAKE)`: the first answer of that kind in the row of that name."""
    chosen = {}
    for name, act in acts:
        row = row_of(found, name)
        chosen[row.key] = Choice(row.key, next(o.key for o in row.options if o.act is act), reason)
    return chosen


def row_of(found: Agenda, name: str) -> Row:
    return next(row for row in found.rows if row.name.casefold() == name.casefold())


def written(outcome: Signed, type: str, id: str = "") -> list[Resource]:
    return [w.resource for w in outcome.writes if w.type == type and id in ("", w.id)]


EVERY = (
    ("Furosemid", Act.TAKE), ("Ramipril", Act.STOP), ("Metoprolol", Act.KEEP), ("Spironolakton", Act.TAKE),
    ("Ibuprofen", Act.LEAVE),
)  # fmt: skip


def test_disagreements_stand_first_and_equal_ones_are_counted() -> None:
    found = agenda_of(twelve())
    kinds = [row.kind for row in found.rows]
    assert kinds == sorted(kinds, key=list(RowKind).index)
    assert [len(found.of(kind)) for kind in RowKind] == [5, 0, 7]
    assert {t.label for row in found.of(RowKind.DISAGREEMENT) for t in row.told} == {
        "Ulik dose",
        "Seponert, men i bruk",
        "Ulik styrke",
        "Nytt fra sykehuset",
    }


def test_every_row_explains_itself_without_ids_and_offers_at_most_three_answers_to_two_sides() -> None:
    for row in agenda_of(twelve()).of(RowKind.DISAGREEMENT):
        assert 2 <= len(row.options) <= 3 and row.options[-1].act is Act.CLARIFY
        assert all(t.why and "MedicationStatement/" not in t.why and "List/" not in t.why for t in row.told)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("Furosemid", ["Behold 40 mg", "Endre til 80 mg", "Avklar"]),
        ("Ramipril", ["Behold", "Seponer", "Avklar"]),
        (
            "Metoprolol",
            ["Behold 50 mg 1+0+0+0", "Endre til 100 mg ½+0+0+0", "Avklar"],
        ),
        ("Spironolakton", ["Legg til 25 mg 1+0+0+0", "Ikke legg til", "Avklar"]),
    ],
)
def test_answers_say_what_they_do(name: str, labels: list[str]) -> None:
    assert [o.label for o in row_of(agenda_of(twelve()), name).options] == labels


def test_nothing_is_signed_while_one_disagreement_is_not_judged() -> None:
    found = agenda_of(twelve())
    chosen = choose(found, *EVERY[:4])
    with pytest.raises(Problem) as raised:
        signed(twelve(), chosen)
    assert raised.value.id == "AKS-MED-020"
    assert "furosemid" not in str(raised.value).lower() and "ibuprofen" not in str(raised.value).lower()
    assert [row.name.casefold() for row in unchosen(found, chosen)] == ["ibuprofen"]


def test_one_signature_writes_the_list_the_statements_and_who_chose_what() -> None:
    rows = twelve()
    outcome = signed(rows, choose(agenda_of(rows), *EVERY))
    (new,) = written(outcome, "List")
    stands = {e["item"]["reference"] for e in new["entry"]}
    assert new["mode"] == "working" and settled(new) == {"List/epikrise"}
    assert len(stands) == 10 and "MedicationStatement/s8" not in stands
    (furosemide,) = written(outcome, "MedicationStatement", "s7")
    assert furosemide["contained"][0]["ingredient"][0]["strength"]["numerator"]["value"] == 80
    assert furosemide["effectivePeriod"]["start"] == "2025-03-14"
    assert furosemide["derivedFrom"] == [
        {"reference": "List/epikrise", "display": "Epikrise fra Havnes sykehus"}
    ]
    (ramipril,) = written(outcome, "MedicationStatement", "s8")
    assert (ramipril["status"], ramipril["statusReason"]) == (
        "stopped",
        [{"text": "Fra sykehuset: Nyresvikt"}],
    )
    assert ramipril["effectivePeriod"] == {"start": "2025-03-14", "end": "2026-11-22"}
    decided = [p for p in written(outcome, "Provenance") if "Valgt: " in p["activity"]["text"]]
    assert len(decided) == 5 and all(p["agent"][0]["who"] == IDA for p in decided)
    assert {e["what"]["reference"] for p in decided for e in p.get("entity", ())} == {"List/epikrise"}
    assert {w.if_match for w in outcome.writes if w.type != "Provenance" and not w.id.startswith("new-")} == {
        3
    }
    for write in outcome.writes:
        assert not [i for i in validate(write.resource) if i.severity in ("error", "fatal")], write.type


def test_what_was_signed_is_the_current_list_and_nothing_is_asked_again() -> None:
    rows = twelve()
    outcome = signed(rows, choose(agenda_of(rows), *EVERY))
    after = {f"{r['resourceType']}/{r['id']}": r for r in rows}
    after |= {f"{w.type}/{w.id}": w.resource for w in outcome.writes}
    told = sources(after.values(), AT)
    own = next(s for s in told if s.reference == f"List/{outcome.list}")
    assert {x.name.casefold() for x in own.lines if x.use == "active"} == {
        "apiksaban", "atorvastatin", "levotyroksin", "metformin", "pantoprazol", "mirtazapin", "donepezil", "furosemid",
        "metoprolol", "spironolakton",
    }  # fmt: skip
    left = [s for s in told if s is own or s.reference not in settled(after["List/liste"])]
    assert not agenda(left, case_of(left, (), AT)).of(RowKind.DISAGREEMENT)


def test_clarify_changes_nothing_and_leaves_one_item_with_an_owner() -> None:
    rows = twelve()
    chosen = choose(agenda_of(rows), *((name, Act.CLARIFY) for name, _ in EVERY))
    outcome = signed(rows, chosen)
    (task,) = written(outcome, "Task")
    assert task["owner"] == UNIT and task["code"]["coding"][0]["code"] == CLARIFY_CODE
    assert task["description"] == "5 legemidler skal avklares med lege."
    (furosemide,) = written(outcome, "MedicationStatement", "s7")
    assert (
        furosemide["contained"] == rows[8]["contained"] and "Skal avklares" in furosemide["note"][-1]["text"]
    )
    assert outcome.tally.after == outcome.tally.before == 10


def test_an_allergy_asks_for_a_reason_and_stands_first() -> None:
    rows = [
        *working("l", "2026-11-01", line("a", drug("paracetamol", "500 mg", atc="N02BE01"), "1 x 3")),
        snapshot(
            "h",
            "hospital",
            "Epikrise",
            "2026-11-20",
            line("x", drug("fenoksymetylpenicillin", "660 mg", atc="J01CE02"), "2 x 4"),
            line("x", drug("paracetamol", "500 mg", atc="N02BE01"), "1 x 3"),
        ),
    ]
    allergy = ({"resourceType": "AllergyIntolerance", "id": "al", "code": {"text": "penicillin"}},)
    found = agenda_of(rows, allergy)
    assert found.rows[0].grave and {t.class_ for t in found.rows[0].told} == {"added", "allergy"}
    chosen = choose(found, ("fenoksymetylpenicillin", Act.TAKE))
    with pytest.raises(Problem) as raised:
        signed(rows, chosen, allergy)
    assert raised.value.id == "AKS-MED-021"
    assert signed(rows, choose(found, ("fenoksymetylpenicillin", Act.TAKE), reason="Avkreftet 2024"), allergy)
    assert signed(rows, choose(found, ("fenoksymetylpenicillin", Act.LEAVE)), allergy)


def test_two_lines_of_one_drug_in_our_own_list_can_be_made_one() -> None:
    rows = [
        *working(
            "l",
            "2026-11-01",
            line("a", drug("paracetamol", "500 mg", atc="N02BE01"), "2 x 3"),
            line("b", drug("Pinex", "1000 mg", atc="N02BE01"), "1 x 3"),
        ),
        snapshot(
            "h",
            "hospital",
            "Epikrise",
            "2026-11-20",
            line("x", drug("paracetamol", "500 mg", atc="N02BE01"), "2 x 3"),
        ),
    ]
    found = agenda_of(rows)
    row = found.of(RowKind.DISAGREEMENT)[0]
    only = next(o for o in row.options if o.act is Act.ONLY and o.line == "MedicationStatement/a")
    outcome = signed(rows, {row.key: Choice(row.key, only.key)})
    assert [w.resource["status"] for w in outcome.writes if w.type == "MedicationStatement"] == [
        "active",
        "stopped",
    ]


def test_a_source_that_says_less_takes_nothing_away() -> None:
    """The daughter says two in the morning and no strength: strength and code stay as our list has them."""
    rows = [
        *working("l", "2026-11-01", line("a", drug("furosemid", "40 mg", atc="C03CA01"), "1+0+0+0")),
        snapshot(
            "d",
            "patient",
            "Samtale med datter",
            "2026-11-20",
            line("x", drug("Furix", "40 mg", ""), "to om morgenen"),
        ),
    ]
    found = agenda_of(rows)
    outcome = signed(rows, choose(found, ("Furosemid", Act.TAKE)))
    (new,) = written(outcome, "MedicationStatement", "a")
    assert new["contained"] == rows[1]["contained"] and new["dosage"] == [{"text": "to om morgenen"}]


def test_a_patient_without_any_list_gets_one_that_says_none() -> None:
    outcome = signed([], {})
    (new,) = written(outcome, "List")
    assert new["id"] == working_list_id("p") and new["emptyReason"]["coding"][0]["code"] == "nilknown"


def test_a_draft_comes_back_and_what_answers_other_words_falls_away() -> None:
    rows = twelve()
    found = agenda_of(rows)
    chosen = choose(found, *EVERY[:3], reason="Etter samtale med lege")
    task = draft("p", IDA, chosen.values(), AT)
    assert not validate(task) and task["status"] == "draft" and drafted(task) == chosen
    assert drafted(draft("p", IDA, chosen.values(), AT, done=True)) == {}
    changed = copy.deepcopy(rows)
    changed[8]["dosage"] = [{"text": "2+0+0+0"}]
    later = agenda_of(changed)
    assert {row_of(found, name).key for name, _ in EVERY[1:3]} == set(valid(later, chosen))


def test_the_numbers_follow_the_choices() -> None:
    rows = twelve()
    found = agenda_of(rows)
    assert (tally(found, {}).unchosen, tally(found, {}).after) == (5, 10)
    told = tally(found, choose(found, *EVERY))
    assert (told.changed, told.stopped, told.added, told.left_out, told.after) == (1, 1, 1, 1, 10)


def test_a_line_inside_our_own_list_becomes_a_statement_with_an_id_of_its_own() -> None:
    inside = snapshot(
        "l", "municipality", "Kommunens liste", "2026-11-01", line("x", drug("furosemid", "40 mg"), "1+0+0+0")
    )
    outcome = signed([{**inside, "mode": "working"}], {})
    (new,) = written(outcome, "List")
    (statement,) = written(outcome, "MedicationStatement")
    assert statement["id"] == "new-0" and "contained" not in new
    assert new["entry"] == [{"item": {"reference": "MedicationStatement/new-0"}}]
