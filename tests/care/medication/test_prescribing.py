"""A doctor's orders, to what one signature writes."""

from datetime import UTC, date, datetime

import pytest
from tests.care.medication.told import drug, line, working

from akson.care.decisionsupport import rules
from akson.care.decisionsupport.advice import advice
from akson.care.decisionsupport.facts import facts_of
from akson.care.fhir_json import Resource
from akson.care.medication.current import current_list
from akson.care.medication.lines import Use
from akson.care.medication.prescribing.catalogue import found, often_used
from akson.care.medication.prescribing.orders import Change, Order, Renew, Start, Stop, wrong
from akson.care.medication.prescribing.writing import Ordered, proposed, written
from akson.care.medication.reconciled.signing import Signer, Standing
from akson.care.medication.sources import sources
from akson.fhir.validation import validate

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
NADIA = {"reference": "Practitioner/nadia", "display": "Nadia Berg"}
OLD_PLACE = "MedicationRequest/gammel"
OLD: Resource = {
    "resourceType": "MedicationRequest", "id": "gammel", "status": "active", "intent": "order",
    "subject": {"reference": "Patient/p"}, "medicationCodeableConcept": {"text": "Furosemid"},
}  # fmt: skip
ROWS = [
    *working(
        "l1", "2026-11-20T10:00:00+01:00",
        line("m1", drug("furosemid", "40 mg", atc="C03CA01"), "1+0+0+0", basedOn=[{"reference": OLD_PLACE}]),
        line("m2", drug("warfarin", "2,5 mg", atc="B01AA03"), "etter INR"),
    ),
    OLD,
]  # fmt: skip
OWN = next(s for s in sources(ROWS, AT) if s.reference == "List/l1")
VERSIONS = {
    "List/l1": 3,
    "MedicationStatement/m1": 2,
    "MedicationStatement/m2": 1,
    "MedicationRequest/gammel": 1,
}
STANDING = Standing("p", ROWS[0], VERSIONS)
APIXABAN = Start(
    "Apiksaban", "B01AF02", "tablett", "5 mg", "1 tablett morgen og kveld", indication="Atrieflimmer"
)


def write(*orders: Order, signature: str = "s1") -> Ordered:
    assert not any(wrong(order, OWN.lines, AT.date()) for order in orders)
    signer = Signer(NADIA, NADIA, AT, signature)
    return written(orders, OWN.lines, {"MedicationRequest/gammel": OLD}, STANDING, signer)


def after(made: Ordered) -> dict[str, Resource]:
    """The record as it then stands."""
    rows = {f"{r['resourceType']}/{r['id']}": r for r in ROWS}
    return rows | {f"{w.type}/{w.id}": w.resource for w in made.writes}


def of_type(made: Ordered, type: str) -> list[Resource]:
    return [w.resource for w in made.writes if w.type == type]


@pytest.mark.parametrize(
    "order",
    [Renew("MedicationStatement/m1"), Change("MedicationStatement/m1", "2+0+0+0", reason="Ødem"),
     Change("MedicationStatement/m1", "", "80 mg"), Stop("MedicationStatement/m1", "Svimmel"), APIXABAN],
    ids=lambda order: type(order).__name__,
)  # fmt: skip
def test_all_of_it_is_valid_and_says_who(order: Order) -> None:
    made = write(order)
    for one in made.writes:
        assert not [str(issue) for issue in validate(one.resource)], one.type
    (told,) = of_type(made, "Provenance")
    assert told["agent"][0]["who"] == NADIA and {"reference": "Patient/p"} in told["target"]
    assert len(made.sentences) == 1


def test_a_renewal_is_a_new_order_after_the_old_one() -> None:
    made = write(Renew("MedicationStatement/m1"))
    new, old = sorted(of_type(made, "MedicationRequest"), key=lambda r: r["status"])
    assert (old["id"], old["status"]) == ("gammel", "completed")
    assert new["priorPrescription"] == {"reference": "MedicationRequest/gammel"}
    assert new["dispenseRequest"]["validityPeriod"] == {"start": "2026-11-27", "end": "2027-11-27"}
    assert new["dosageInstruction"] == [{"text": "1+0+0+0"}]
    (statement,) = of_type(made, "MedicationStatement")
    assert statement["basedOn"] == [{"reference": f"MedicationRequest/{new['id']}"}]
    rows = after(made)
    assert {one.name for one in current_list(rows.values(), AT).in_use} == {"Furosemid", "Warfarin"}


def test_a_change_keeps_what_it_was_and_a_stop_takes_it_off() -> None:
    made = write(
        Change("MedicationStatement/m1", "2+0+0+0", "80 mg", "Ødem"),
        Stop("MedicationStatement/m2", "Blødning"),
    )
    now = current_list(after(made).values(), AT)
    (furosemide,) = now.in_use
    assert (furosemide.strength, furosemide.dose.text, furosemide.atc) == ("80 mg", "2+0+0+0", "C03CA01")
    assert "fra 40 mg 1+0+0+0 til 80 mg 2+0+0+0. Ødem." in furosemide.note
    gone = after(made)["MedicationStatement/m2"]
    assert gone["status"] == "stopped" and gone["statusReason"] == [{"text": "Blødning"}]
    assert [e["item"]["reference"] for e in after(made)["List/l1"]["entry"]] == ["MedicationStatement/m1"]


def test_a_renewal_does_not_begin_what_is_paused() -> None:
    paused = line("m3", drug("ramipril", "5 mg", atc="C09AA05"), "1+0+0+0", status="on-hold")
    own = next(
        s for s in sources(working("l2", "2026-11-20T10:00:00+01:00", paused), AT) if s.reference == "List/l2"
    )
    made = written([Renew("MedicationStatement/m3")], own.lines, {}, STANDING, Signer(NADIA, NADIA, AT, "s3"))
    assert [one["status"] for one in of_type(made, "MedicationStatement")] == ["on-hold"]


def test_what_is_begun_stands_on_the_list() -> None:
    made = write(APIXABAN)
    now = current_list(after(made).values(), AT)
    begun = next(one for one in now.in_use if one.name == "Apiksaban")
    assert (begun.strength, begun.form, begun.atc, begun.use) == ("5 mg", "tablett", "B01AF02", Use.ACTIVE)
    assert begun.start == AT.date() and begun.indication == "Atrieflimmer"


def test_a_form_sent_twice_is_one() -> None:
    orders = (Renew("MedicationStatement/m1"), APIXABAN)
    first, second = ({(w.type, w.id) for w in write(*orders).writes} for _ in range(2))
    assert first == second
    assert first != {(w.type, w.id) for w in write(*orders, signature="s2").writes}


def test_advice_is_asked_of_what_is_proposed_before_it_is_written() -> None:
    ibuprofen = Start("Ibuprofen", "M01AE01", "tablett", "400 mg", "1 tablett 3 ganger daglig")
    draft = proposed([ibuprofen], OWN.lines, "p")
    told = advice(facts_of(None, ROWS[1:3], AT, proposed=draft), rules.load().at(AT.date()))
    assert [one.rule for one in told] == ["nsaid-anticoagulant"] and told[0].proposed
    stronger = proposed([Change("MedicationStatement/m1", "", "80 mg")], OWN.lines, "p")
    assert [one["id"] for one in stronger] == ["endret-m1"]


@pytest.mark.parametrize(
    ("order", "why"),
    [(Stop("MedicationStatement/m1", ""), "hvorfor"), (Change("MedicationStatement/m1", "1+0+0+0"), "ny styrke"),
     (Renew("MedicationStatement/borte"), "Lista er endret"), (Start("", dose="1"), "Velg"),
     (Start("Apiksaban"), "dosering"), (Start("Apiksaban", dose="1", until=date(2026, 11, 1)), "passert")],
)  # fmt: skip
def test_what_cannot_be_written_says_why(order: Order, why: str) -> None:
    assert why in wrong(order, OWN.lines, AT.date())


def test_a_drug_is_found_by_substance_and_by_product() -> None:
    assert found("selo-z")[0].name == "Metoprolol" and found("selo-z")[0].product
    assert found("paracet")[0] == often_used()[0], "what is often used comes first, with its strength"
    assert not found("p") and not found("finnesikke")
    assert all(hit.atc and hit.strength for hit in often_used())
