"""Records that hypothesis makes up, whole or in pieces: what is built is valid, and says the same after FHIR and back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from akson.exchange import mirror
from akson.exchange.building.build import build
from akson.exchange.building.fields import CODE, Field
from akson.exchange.building.recipes import RECIPES
from akson.exchange.mirror import Around
from akson.exchange.opening import open_message
from akson.exchange.sameness import difference
from tests.exchange.building.conftest import MSG_ID, TYPED, facts, received, words

AROUND = Around({"display": "Avsender"}, ({"display": "Mottaker"},), "2000-01-01T00:00:00Z")
FHIR_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SAID = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=30).filter(str.strip)
DATES = st.dates().map(str)
ATC = "http://www.whocc.no/atc"
OID = "urn:oid:2.16.578.1.12.4.1.1."
KIN = st.sampled_from(["DAUC", "SONC", "MTH", "FRND", "XYZ", ""])


def concept(*systems: str) -> st.SearchStrategy[dict[str, Any]]:
    coding = st.fixed_dictionaries(
        {"system": st.sampled_from(systems), "code": st.sampled_from(["K77", "1", "15", "J01C"])},
        optional={"display": FHIR_TEXT},
    )
    return st.fixed_dictionaries({}, optional={"text": FHIR_TEXT, "coding": st.lists(coding, max_size=2)})


def status(*codes: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(codes).map(lambda code: {"coding": [{"code": code}]})


NAME = st.fixed_dictionaries({}, optional={"family": FHIR_TEXT, "given": st.lists(FHIR_TEXT, max_size=3)})
PHONE = st.fixed_dictionaries(
    {
        "system": st.sampled_from(["phone", "email"]),
        "value": st.sampled_from(["05501187", "+47 05 50 11 87", "ring meg"]),
    },
    optional={"use": st.sampled_from(["mobile", "work", "old"])},
)
ADDRESS = st.fixed_dictionaries(
    {}, optional={"line": st.lists(FHIR_TEXT, max_size=2), "postalCode": FHIR_TEXT, "city": FHIR_TEXT}
)
PARTS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Condition": st.fixed_dictionaries(
        {}, optional={"code": concept(f"{OID}7170", f"{OID}7110", "x"), "clinicalStatus": status("active", "resolved")}
    ),
    "AllergyIntolerance": st.fixed_dictionaries(
        {},
        optional={
            "code": concept(ATC, "http://snomed.info/sct"),
            "category": st.lists(st.sampled_from(["food", "medication"]), max_size=2, unique=True),
            "reaction": st.lists(st.fixed_dictionaries({"manifestation": st.lists(concept("x"), max_size=2)}), max_size=2),
            "verificationStatus": status("confirmed", "refuted"),
        },
    ),
    "MedicationStatement": st.fixed_dictionaries(
        {"status": st.sampled_from(["active", "stopped", "completed"])},
        optional={
            "medicationCodeableConcept": concept(ATC),
            "effectivePeriod": st.fixed_dictionaries({}, optional={"start": DATES, "end": DATES}),
            "dosage": st.lists(
                st.fixed_dictionaries({}, optional={"text": FHIR_TEXT, "asNeededBoolean": st.booleans()}), max_size=2
            ),
            "reasonCode": st.lists(concept("x"), max_size=2),
            "note": st.lists(st.fixed_dictionaries({"text": FHIR_TEXT}), max_size=2),
        },
    ),
    "EpisodeOfCare": st.fixed_dictionaries(
        {"status": st.sampled_from(["active", "finished"])},
        optional={
            "type": st.lists(concept(f"{OID}9151"), max_size=2),
            "period": st.fixed_dictionaries({}, optional={"start": DATES, "end": DATES}),
            "managingOrganization": st.fixed_dictionaries({"display": FHIR_TEXT}),
        },
    ),
    "Observation": st.fixed_dictionaries(
        {
            "status": st.just("final"),
            "code": st.integers(1, 18).map(lambda n: {"coding": [{"system": f"{OID}9111", "code": str(n)}]}),
        },
        optional={"valueInteger": st.integers(1, 9), "effectiveDateTime": DATES},
    ),
    "RelatedPerson": st.fixed_dictionaries(
        {"relationship": st.lists(KIN.map(lambda c: {"coding": [{"code": c}]}), max_size=1)},
        optional={
            "name": st.lists(NAME, max_size=2),
            "telecom": st.lists(PHONE, max_size=2),
            "address": st.lists(ADDRESS, max_size=1),
        },
    ),
    "Flag": st.fixed_dictionaries({"status": st.just("active"), "code": concept("x")}),
    "CarePlan": st.fixed_dictionaries(
        {
            "status": st.just("active"),
            "activity": st.lists(FHIR_TEXT.map(lambda t: {"detail": {"description": t}}), max_size=2),
        }
    ),
    "Goal": st.fixed_dictionaries({"lifecycleStatus": st.just("active"), "description": concept("x")}),
}  # fmt: skip
PATIENT = st.fixed_dictionaries(
    {
        "identifier": st.just([{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "12854200281"}]),
        "name": st.tuples(SAID, SAID).map(lambda n: [{"family": n[0], "given": [n[1]]}]),
    },
    optional={
        "gender": st.sampled_from(["male", "female", "other", "unknown"]),
        "birthDate": DATES,
        "telecom": st.lists(PHONE, max_size=2),
        "address": st.lists(ADDRESS, max_size=1),
        "maritalStatus": concept("x"),
        "deceasedDateTime": st.sampled_from(["2026", "2026-11", "2026-11-20", "2026-11-20T10:00:00+01:00"]),
        "contact": st.lists(
            st.fixed_dictionaries({}, optional={"name": NAME, "telecom": st.lists(PHONE, max_size=1)}),
            max_size=1,
        ),
    },
)


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = [{"resourceType": "Patient", "id": "p", **draw(PATIENT)}]
    for type, part in PARTS.items():
        drawn = draw(st.lists(part, max_size=2))
        made += [{"resourceType": type, "id": f"{type}-{n}", **one} for n, one in enumerate(drawn)]
    return made


def typed(field: Field, said: str) -> str:
    return field.choices[-1] if field.kind == CODE else TYPED.get(field.kind, said)


@pytest.mark.parametrize("type", sorted(RECIPES))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(record=records(), said=FHIR_TEXT, status=st.sampled_from("NM"))
def test_what_is_built_is_valid_and_the_same(
    type: str, record: list[dict[str, Any]], said: str, status: str, official_schema: etree.XMLSchema
) -> None:
    about = {"about": received()} if RECIPES[type].about else {}
    built = build(
        type, facts(record, **about), words(type, lambda f: typed(f, said)), msg_id=MSG_ID, status=status
    )
    if built.message is None:
        assert built.lacks
        return
    official_schema.assertValid(etree.fromstring(built.document))
    assert open_message(built.document).faults == ()
    again = mirror.write(mirror.from_fhir(mirror.to_fhir(built.message, AROUND)))
    assert difference(built.document, again) == ""
