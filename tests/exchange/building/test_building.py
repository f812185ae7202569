"""Each type a municipality sends, built from the demo's records: valid by the official schema and by ours, whole, read back
the same, and with nothing typed that the record knows.
"""

from dataclasses import replace

import pytest
from lxml import etree

from akson.exchange import mirror
from akson.exchange.building.build import build, cancel
from akson.exchange.building.earlier_words import earlier_words
from akson.exchange.building.placing import bare
from akson.exchange.building.recipes import ENTER, RECIPES
from akson.exchange.judgement import faults_of
from akson.exchange.messages import BY_CODE
from akson.exchange.mirror import Around
from akson.exchange.opening import open_message
from akson.exchange.profile import DEMANDS, missing_content
from akson.exchange.sameness import difference
from akson.fhir.problem import Problem
from tests.exchange.building.conftest import MSG_ID, of, people, ready, received, words

TYPES = sorted(RECIPES)
AROUND = Around({"display": "Avsender"}, ({"display": "Mottaker"},), "2000-01-01T00:00:00Z")


def about_of(type: str):  # type: ignore[no-untyped-def]
    """What the type needs to be whole: a message that it is about, medicines in the roll."""
    about = {"about": received(), "about_reference": "Communication/x"} if RECIPES[type].about else {}
    return {**about, "roll": type == "ERM252"}


@pytest.mark.parametrize("type", TYPES)
def test_astrids_is_whole_and_ours(type: str) -> None:
    built = build(type, of("astrid", **about_of(type)), words(type), msg_id=MSG_ID)
    assert built.lacks == () and built.message is not None and not built.empty
    assert missing_content(built.message) == ()
    opened = open_message(built.document)
    assert faults_of(opened) == () and opened.faults == ()
    written = mirror.write(mirror.from_fhir(mirror.to_fhir(built.message, AROUND)))
    assert difference(built.document, written) == ""


@pytest.mark.parametrize("type", TYPES)
@pytest.mark.parametrize(("status", "version"), [("N", ""), ("M", ""), ("N", "1.5"), ("N", "1.1")])
def test_everybodys_is_valid_by_the_official_schema(
    type: str, status: str, version: str, official_schema: etree.XMLSchema
) -> None:
    if version and version not in {v.number for v in BY_CODE[type].versions}:
        pytest.skip("The type has no such version.")
    written = 0
    for id in people():
        facts = of(id, **about_of(type))
        built = build(type, facts, words(type), msg_id=MSG_ID, status=status, version=version)
        if built.document:
            written += 1
            official_schema.assertValid(etree.fromstring(built.document))
        else:
            assert built.lacks, id
    # An application of 1.5 has elements that a municipality has nothing to say in.
    assert written >= 5 or (type, version) == ("HELSEOPPL_SOKNAD", "1.5")


@pytest.mark.parametrize("type", TYPES)
def test_nothing_is_typed_that_the_record_knows(type: str) -> None:
    """Each field has a place of its own; none of them stands where a row of the record has said the same thing."""
    recipe = RECIPES[type]
    assert len({field.name for field in recipe.fields}) == len(recipe.fields)
    assert len([field for field in recipe.fields if field.main]) <= 1
    built = build(type, of("astrid", **about_of(type)), words(type), msg_id=MSG_ID)
    typed = [told.said for told in built.told if told.typed]
    known = [told.said for told in built.told if not told.typed]
    assert sum(said in known for said in typed) == 0, "retyped"
    assert all(
        told.origins
        for told in built.told
        if not told.typed and told.record not in ("i dag", "meldingstypen")
    )


def test_what_the_record_does_not_have_is_left_out_and_named() -> None:
    bare_facts = of("astrid")
    empty = replace(bare_facts, resources={}, author={}, house=bare_facts.house[1:])
    built = build("INNLEGGELSESRAPPORT", empty, {}, msg_id=MSG_ID)
    assert {lack.what for lack in built.lacks} >= {
        "Årsak til innleggelse", "Sykepleiesammenfatning", "Funksjonsnivå (IPLOS)", "Tjenester pasienten mottar",
    }  # fmt: skip
    assert all(lack.enter for lack in built.lacks) and built.empty


def test_every_demand_says_where_to_enter_it() -> None:
    for type, recipe in RECIPES.items():
        for demand in (*DEMANDS.get(type, ()), *recipe.demands):
            assert demand.what in ENTER, (type, demand.what)


def test_a_protected_address_is_not_passed_on() -> None:
    built = build("INNLEGGELSESRAPPORT", of("ellen"), words("INNLEGGELSESRAPPORT"), msg_id=MSG_ID)
    text = built.document.decode()
    assert "adresse" not in text.casefold().replace("adressering", "") and "kode 6" not in text


def test_an_answer_to_ready_for_discharge_has_its_purpose_and_its_place() -> None:
    facts = of("astrid", about=ready(), about_reference="Communication/x")
    for type in ("DIALOG_NOTAT", "DIALOG_HELSEFAGLIG"):
        built = build(type, facts, {"receives": "2026-11-26", "text": "Plass på Solbakken."}, msg_id=MSG_ID)
        assert built.purpose == "ready-for-discharge-answer" and built.lacks == ()
        assert built.message is not None
        note = built.message.content["Notat"][0]
        assert (
            note["TekstNotatInnhold"] in ("Kommunen kan ta imot pasienten 26.11.2026.\nPlass på Solbakken.",)
            or "26.11.2026" in note["TekstNotatInnhold"].words
        )
        assert built.message.envelope.parent == facts.about.envelope.msg_id  # type: ignore[union-attr]


def test_a_change_shows_what_is_new_and_a_cancellation_says_all_again() -> None:
    first = build("INNLEGGELSESRAPPORT", of("astrid"), words("INNLEGGELSESRAPPORT"), msg_id=MSG_ID)
    facts = of("astrid", about=first.message, about_reference="Communication/own")
    later = {**words("INNLEGGELSESRAPPORT"), "summary": "Verre i dag."}
    changed = build(
        "INNLEGGELSESRAPPORT", facts, later, msg_id="4d9879ed-90ab-415e-b9d1-809714973147", status="M"
    )
    assert changed.message is not None and changed.message.status == "M"
    assert changed.message.envelope.conversation == MSG_ID
    assert any("Verre i dag." in words for words in changed.changes) and len(changed.changes) == 1
    assert "Endret siden forrige melding" in changed.document.decode()
    gone = cancel(facts, msg_id="4d9879ed-90ab-415e-b9d1-809714973148")
    assert gone.message is not None and gone.message.status == "C"
    assert gone.message.envelope.parent == MSG_ID
    assert bare(gone.message.content["EksisterendeTjeneste"]) == bare(
        first.message.content["EksisterendeTjeneste"]  # type: ignore[union-attr]
    )


@pytest.mark.parametrize("type", TYPES)
def test_what_was_typed_is_found_again(type: str) -> None:
    """For a change: each field's words, out of the message that was sent. Dialogues are never changed."""
    facts = of("astrid", **about_of(type))
    built = build(type, facts, words(type), msg_id=MSG_ID)
    if built.message is None or "InformasjonOmForsendelsen" not in built.message.content:
        return
    fields = RECIPES[type].fields
    told = {name: said.replace("T21:40", "T21:40:00") for name, said in words(type).items()}
    assert earlier_words(fields, built.message.content) == told


def test_a_dialogue_is_not_cancelled() -> None:
    note = build("DIALOG_NOTAT", of("astrid"), {"text": "Hei"}, msg_id=MSG_ID)
    with pytest.raises(Problem, match="cannot be cancelled"):
        cancel(of("astrid", about=note.message), msg_id=MSG_ID)


def test_odd_words_are_refused() -> None:
    for type, typed in (
        ("DIALOG_NOTAT", {"nonsense": "x"}),
        ("DIALOG_FORESPORSEL", {"kind": "77"}),
        ("HELSEOPPL_SOKNAD", {"expected": "i morgen"}),
    ):
        with pytest.raises(Problem) as refused:
            build(type, of("astrid"), typed, msg_id=MSG_ID)
        assert refused.value.id == "AKS-EXCHANGE-040"
    with pytest.raises(Problem) as unknown:
        build("LOG_INNLAGT", of("astrid"), {}, msg_id=MSG_ID)
    assert unknown.value.id == "AKS-EXCHANGE-041"


def test_a_case_officer_without_a_number_in_the_register_sends_for_her_unit() -> None:
    facts = of("astrid", who="kari", to="torget-legesenter")
    built = build("ORIENTERING_TJENESTETILBUD", facts, {}, msg_id=MSG_ID)
    assert built.lacks == () and built.message is not None
    assert "AnsvarForRapport" not in built.message.content
    assert [
        s["BetegnelseTjeneste"]
        for s in built.message.content["EksisterendeTjeneste"]
        if "BetegnelseTjeneste" in s
    ] == []


def test_an_order_that_a_line_rests_on_is_no_medicine_more() -> None:
    facts = of("astrid")
    (first, *others) = facts.of("MedicationStatement")
    order = {
        "resourceType": "MedicationRequest", "id": "ny", "status": "active", "intent": "order",
        "medicationCodeableConcept": {"text": "Furosemid"}, "priorPrescription": {"reference": "MedicationRequest/gammel"},
    }  # fmt: skip
    old = {**order, "id": "gammel", "status": "stopped"}
    resting = {**first, "basedOn": [{"reference": "MedicationRequest/ny"}]}
    told = {**facts.resources, "MedicationStatement": (resting, *others), "MedicationRequest": (order, old)}
    for type in ("EPJ-EKSTRAKT", "INNLEGGELSESRAPPORT"):
        (before,) = [
            t.origins for t in build(type, facts, words(type), msg_id=MSG_ID).told if "Legemidler" in t.label
        ]
        built = build(type, replace(facts, resources=told), words(type), msg_id=MSG_ID)
        assert [t.origins for t in built.told if "Legemidler" in t.label] == [before]
