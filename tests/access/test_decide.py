"""The truth table of `decide`: who may ask what, for which purpose, and of which resources."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.access.data_classes import CLASS_OF, DataClass, data_class
from akson.access.decision import (
    AnyOf,
    Everything,
    NoPatient,
    Nothing,
    PatientIs,
    PatientRelation,
    Question,
    Restriction,
)
from akson.access.policy import POLICY_VERSION, RULES, decide
from akson.app.cast import CAST
from akson.fhir.definitions import load

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOSPITAL = Actor(ActorKind.ORGANISATION, "990202", "Havnes sykehus HF", tenant=1)
PEOPLE = CAST | {
    "hospital": HOSPITAL,
    "ida-level-3": replace(CAST["ida"], level=3),
    "arne-level-3": replace(CAST["arne"], level=3),
    "porter": replace(CAST["ida"], role="porter"),
    "guest": Actor(
        ActorKind.PRACTITIONER,
        "guest",
        "Gjest Lege",
        tenant=1,
        role="doctor",
        attested=Attested(("astrid",), PurposeOfUse.TREATMENT, "d-1", "00"),
    ),
    "nobody's citizen": replace(CAST["astrid"], reference=""),
}
TREATMENT, EMERGENCY, COORDINATION, ADMINISTRATION, REQUEST, RESEARCH, OPERATIONS = PurposeOfUse
NONE = Nothing()
ALL = Everything()
OPEN = NoPatient()
OWN = PatientIs(("astrid",))


def related(who: str) -> PatientRelation:
    return PatientRelation(CAST[who].grantees, NOW)


# who, purpose, action, type -> what of it, the rule that spoke first
TABLE: tuple[tuple[str, PurposeOfUse, str, str, Restriction, str], ...] = (
    # Health personnel: patients they have a relation to, for care.
    ("ida", TREATMENT, "read", "Observation", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("ida", COORDINATION, "search", "Task", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("ida", TREATMENT, "history", "Patient", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("ida", TREATMENT, "create", "Observation", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("ida", TREATMENT, "delete", "Observation", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("ida", TREATMENT, "log", "Patient", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("nadia", TREATMENT, "read", "Condition", related("nadia"), "AKS-RULE-CARE-RELATION"),
    ("grete", TREATMENT, "read", "Condition", related("grete"), "AKS-RULE-CARE-RELATION"),
    ("ida", ADMINISTRATION, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("ida", RESEARCH, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("ida", OPERATIONS, "log", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "erase", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "export", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "read", "NoSuchType", related("ida"), "AKS-RULE-CARE-RELATION"),
    ("porter", TREATMENT, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("ida-level-3", TREATMENT, "read", "Observation", NONE, "AKS-RULE-LEVEL"),
    ("ida-level-3", TREATMENT, "read", "Organization", NONE, "AKS-RULE-LEVEL"),
    # Reference data: read by all who work here, written by none of them.
    ("ida", TREATMENT, "read", "Organization", OPEN, "AKS-RULE-REFERENCE"),
    ("kari", ADMINISTRATION, "search", "Practitioner", OPEN, "AKS-RULE-REFERENCE"),
    ("arne", OPERATIONS, "history", "HealthcareService", OPEN, "AKS-RULE-REFERENCE"),
    ("porter", TREATMENT, "read", "Medication", OPEN, "AKS-RULE-REFERENCE"),
    ("ida", TREATMENT, "create", "Organization", NONE, "AKS-RULE-DEFAULT"),
    ("arne", OPERATIONS, "update", "Practitioner", NONE, "AKS-RULE-DEFAULT"),
    # Caseworkers: services, demographics and correspondence; nothing clinical, not the log.
    ("kari", ADMINISTRATION, "read", "EpisodeOfCare", related("kari"), "AKS-RULE-CASEWORK"),
    ("kari", ADMINISTRATION, "create", "Task", related("kari"), "AKS-RULE-CASEWORK"),
    ("kari", TREATMENT, "read", "Patient", related("kari"), "AKS-RULE-CASEWORK"),
    ("kari", ADMINISTRATION, "read", "ClinicalImpression", NONE, "AKS-RULE-DEFAULT"),
    ("kari", TREATMENT, "search", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("kari", ADMINISTRATION, "log", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("kari", ADMINISTRATION, "erase", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("kari", RESEARCH, "read", "Patient", NONE, "AKS-RULE-DEFAULT"),
    # Clerks: their own small thing.
    ("mats", OPERATIONS, "search", "Task", OPEN, "AKS-RULE-UNMATCHED"),
    ("mats", OPERATIONS, "update", "Task", OPEN, "AKS-RULE-UNMATCHED"),
    ("mats", OPERATIONS, "delete", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("mats", OPERATIONS, "read", "Communication", NONE, "AKS-RULE-NO-DUTY"),
    ("mats", OPERATIONS, "log", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("per", OPERATIONS, "log", "Patient", ALL, "AKS-RULE-PRIVACY-OFFICER"),
    ("per", OPERATIONS, "read", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("per", OPERATIONS, "search", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("arne", OPERATIONS, "read", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("arne", TREATMENT, "search", "Observation", NONE, "AKS-RULE-NO-DUTY"),
    ("arne-level-3", OPERATIONS, "read", "Location", NONE, "AKS-RULE-LEVEL"),
    # Citizens and those who act for them: their own, and only to read.
    ("astrid", REQUEST, "read", "Observation", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid", REQUEST, "log", "Patient", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid", REQUEST, "read", "Organization", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid", REQUEST, "update", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("nobody's citizen", REQUEST, "read", "Patient", PatientIs(()), "AKS-RULE-OWN-RECORD"),
    ("marit", REQUEST, "search", "MedicationStatement", OWN, "AKS-RULE-PROXY"),
    ("marit", REQUEST, "create", "Observation", NONE, "AKS-RULE-DEFAULT"),
    # Another enterprise adds what its message says. It reads, changes and deletes nothing.
    ("hospital", COORDINATION, "create", "Communication", ALL, "AKS-RULE-MESSAGE"),
    ("hospital", COORDINATION, "create", "Encounter", ALL, "AKS-RULE-MESSAGE"),
    ("hospital", COORDINATION, "create", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "update", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "delete", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "read", "Communication", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "read", "Organization", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", TREATMENT, "create", "Communication", NONE, "AKS-RULE-DEFAULT"),
    # Health personnel of another enterprise: the patients attested, for the purpose attested, to read.
    ("guest", TREATMENT, "read", "Observation", AnyOf((OWN, PatientRelation((), NOW))), "AKS-RULE-ATTESTED"),
    ("guest", EMERGENCY, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    # The municipality's own service.
    ("system", OPERATIONS, "erase", "Observation", ALL, "AKS-RULE-SYSTEM"),
    ("system", TREATMENT, "create", "Organization", ALL, "AKS-RULE-SYSTEM"),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join(map(str, row[:4])))
def test_truth_table(row: tuple[str, PurposeOfUse, str, str, Restriction, str]) -> None:
    who, purpose, action, type, restriction, rule = row
    found = decide(PEOPLE[who], purpose, Question(action, type), at=NOW)
    assert (found.restriction, found.reasons[0].rule) == (restriction, rule)
    assert found.permit is (restriction != NONE)


def test_every_rule_is_in_the_table() -> None:
    spoken = {row[5] for row in TABLE} - {"AKS-RULE-DEFAULT"}
    assert len(spoken) == len(RULES)


def test_only_the_own_service_sees_clinical_content_that_belongs_to_nobody() -> None:
    """An Observation without a patient: hidden from every person, whatever the purpose."""

    def opens(restriction: Restriction) -> bool:
        parts = restriction.parts if isinstance(restriction, AnyOf) else (restriction,)
        return any(isinstance(part, NoPatient | Everything) for part in parts)

    for who, actor in PEOPLE.items():
        for purpose in PurposeOfUse:
            for action in ("read", "search", "history", "update", "delete"):
                found = decide(actor, purpose, Question(action, "Observation"), at=NOW)
                assert opens(found.restriction) == (who == "system"), (who, purpose, action)


def test_every_placed_type_exists_and_none_of_the_open_ones_is_a_patients() -> None:
    """A type of the Patient compartment that stood among the reference data would be an open door."""
    definitions = load()
    assert all(definitions.has(type) for type in CLASS_OF)
    for clinical in (
        "Observation",
        "DocumentReference",
        "Binary",
        "Bundle",
        "List",
        "Group",
        "AuditEvent",
        "Nonsense",
    ):
        assert data_class(clinical) is DataClass.CLINICAL
    in_compartment = {
        type
        for type in CLASS_OF
        if CLASS_OF[type] is DataClass.REFERENCE
        and any(p.code == "patient" for p in definitions.search_parameters(type).values())
    }
    assert not in_compartment


texts = st.text(max_size=20)
actors = st.builds(
    Actor,
    kind=st.sampled_from(ActorKind),
    id=texts,
    name=texts,
    tenant=st.integers(),
    role=st.sampled_from(["", "nurse", "caseworker", "message-officer", "privacy-officer", "administrator"])
    | texts,
    reference=texts,
    organisations=st.lists(texts, max_size=3).map(tuple),
    unit_name=texts,
    level=st.integers(),
    on_behalf_of=st.lists(texts | st.just("Patient/astrid"), max_size=3).map(tuple),
)
questions = st.builds(
    Question,
    action=st.sampled_from(["read", "search", "history", "create", "update", "delete", "log", "erase"])
    | texts,
    type=st.sampled_from(sorted(CLASS_OF)) | texts,
)


@given(actors, st.sampled_from(PurposeOfUse), questions, st.datetimes(timezones=st.just(UTC)))
def test_total_explained_and_narrow(
    actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime
) -> None:
    found = decide(actor, purpose, question, at=at)
    assert found.policy_version == POLICY_VERSION and "log" in found.obligations
    assert found.reasons and all(r.rule.startswith("AKS-RULE-") and r.words for r in found.reasons)
    assert {r.effect for r in found.reasons} == {"permit" if found.permit else "deny"}
    assert found.permit or found.restriction == NONE
    if found.restriction == ALL and actor.kind is not ActorKind.SYSTEM:
        assert question.action in {"create", "log"}, "nobody but the own service reads without restriction"
    assert found == decide(actor, purpose, question, at=at)
