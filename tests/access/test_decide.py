"""The truth table of `scope`: who may ask what, for which purpose, and of which resources."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.data_classes import CLASS_OF, DataClass, data_class
from akson.access.decision import (
    AllOf,
    Everything,
    Matching,
    NoPatient,
    Not,
    Nothing,
    PatientIs,
    PatientRelation,
    Question,
    Restriction,
)
from akson.access.facts import Facts
from akson.access.policies import Policy, current
from akson.access.policy import decide, rulings, scope
from akson.app.cast import CAST
from akson.fhir.definitions import load

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOSPITAL = Actor(ActorKind.ORGANISATION, "990202", "Havnes sykehus HF", tenant=1)
PEOPLE = CAST | {
    "hospital": HOSPITAL,
    "ida-level-3": replace(CAST["ida"], level=3),
    "arne-level-3": replace(CAST["arne"], level=3),
    "aide": replace(CAST["ida"], role="health-worker"),
    "registrar": replace(CAST["ida"], role="record-officer"),
    "porter": replace(CAST["ida"], role="porter"),
    "astrid-level-3": replace(CAST["astrid"], level=3),
    "nobody's citizen": replace(CAST["astrid"], reference=""),
}
TREATMENT, EMERGENCY, COORDINATION, ADMINISTRATION, REQUEST, RESEARCH, OPERATIONS = PurposeOfUse
NONE = Nothing()
ALL = Everything()
OPEN = NoPatient()
OWN = PatientIs(("astrid",))


POLICY = current()
HEALTH = ("service-decision", "care-team", "worklist", "visit", "ward", "referral", "message", "gp-list")
KINDS = {
    "grete": ("gp-list", "care-team", "worklist", "visit", "referral", "message"),
    "aide": ("service-decision", "care-team", "worklist", "visit", "ward"),
    "kari": ("service-decision", "care-team", "worklist", "referral", "message"),
    "registrar": ("worklist",),
}


SOMEBODYS = Not(NoPatient())


def related(who: str) -> PatientRelation:
    return PatientRelation(PEOPLE[who].grantees, NOW, KINDS.get(who, HEALTH))


def lasting(who: str) -> PatientRelation:
    """What lasts, and so may be passed on."""
    hers = {"grete": ("gp-list", "care-team", "worklist")}
    kinds = hers.get(who, ("service-decision", "care-team", "worklist", "ward", "gp-list"))
    return PatientRelation(PEOPLE[who].grantees, NOW, kinds)


def owned(who: str) -> Restriction:
    owners = "%2C".join(PEOPLE[who].grantees)
    return AllOf((OPEN, Matching("Task", f"owner={owners}")))


def opened_by(who: str, kind: str) -> PatientRelation:
    """Opened to the person herself, never to her unit."""
    return PatientRelation((f"Practitioner/{who}",), NOW, (kind,))


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
    ("ida", EMERGENCY, "read", "Observation", opened_by("ida", "emergency"), "AKS-RULE-EMERGENCY"),
    ("nadia", EMERGENCY, "create", "Observation", opened_by("nadia", "emergency"), "AKS-RULE-EMERGENCY"),
    ("nadia", EMERGENCY, "create", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("nadia", EMERGENCY, "update", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("nadia", EMERGENCY, "read", "EpisodeOfCare", NONE, "AKS-RULE-DEFAULT"),
    ("kari", EMERGENCY, "read", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "identify", "Patient", SOMEBODYS, "AKS-RULE-IDENTIFY"),
    ("nadia", EMERGENCY, "identify", "Patient", SOMEBODYS, "AKS-RULE-IDENTIFY"),
    ("nadia", EMERGENCY, "identify", "RelatedPerson", NONE, "AKS-RULE-DEFAULT"),
    ("kari", ADMINISTRATION, "identify", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("arne", TREATMENT, "identify", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("aide", TREATMENT, "read", "Observation", related("aide"), "AKS-RULE-CARE-RELATION"),
    ("aide", TREATMENT, "delete", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("aide", COORDINATION, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    # Reference data: read by all who work here, written by none of them.
    ("ida", TREATMENT, "read", "Organization", OPEN, "AKS-RULE-REFERENCE"),
    ("kari", ADMINISTRATION, "search", "Practitioner", OPEN, "AKS-RULE-REFERENCE"),
    ("arne", OPERATIONS, "history", "HealthcareService", OPEN, "AKS-RULE-REFERENCE"),
    ("porter", TREATMENT, "read", "Medication", OPEN, "AKS-RULE-REFERENCE"),
    ("ida", TREATMENT, "create", "Organization", NONE, "AKS-RULE-DEFAULT"),
    ("arne", OPERATIONS, "update", "Practitioner", NONE, "AKS-RULE-DEFAULT"),
    # Who gives access, and to whom not by the same pen: tests/record/test_giving.py.
    ("ida", TREATMENT, "give-worklist", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "give-referral", "ServiceRequest", lasting("ida"), "AKS-RULE-ASSIGN"),
    ("grete", TREATMENT, "give-referral", "ServiceRequest", lasting("grete"), "AKS-RULE-ASSIGN"),
    ("aide", TREATMENT, "give-visit", "Encounter", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "close", "Consent", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "represent", "Consent", NONE, "AKS-RULE-DEFAULT"),
    ("registrar", ADMINISTRATION, "read", "Observation", NONE, "AKS-RULE-DEFAULT"),
    ("registrar", ADMINISTRATION, "create", "Consent", related("registrar"), "AKS-RULE-REGISTER"),
    ("registrar", ADMINISTRATION, "person", "Patient", related("registrar"), "AKS-RULE-REGISTER"),
    ("registrar", ADMINISTRATION, "update", "Patient", related("registrar"), "AKS-RULE-REGISTER"),
    ("kari", ADMINISTRATION, "person", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("ida", TREATMENT, "person", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("registrar", ADMINISTRATION, "close", "Observation", related("registrar"), "AKS-RULE-REGISTER"),
    ("kari", ADMINISTRATION, "give-worklist", "Task", related("kari"), "AKS-RULE-ASSIGN"),
    ("kari", ADMINISTRATION, "give-gp-list", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("kari", ADMINISTRATION, "represent", "Consent", NONE, "AKS-RULE-DEFAULT"),
    ("astrid", REQUEST, "close", "Consent", OWN, "AKS-RULE-OWN-WILL"),
    ("hospital", COORDINATION, "give-message", "Communication", ALL, "AKS-RULE-MESSAGE"),
    ("per", OPERATIONS, "close", "Consent", NONE, "AKS-RULE-NO-DUTY"),
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
    # And of those who were given one: what is theirs, and nothing else of the kind.
    ("registrar", ADMINISTRATION, "update", "Task", owned("registrar"), "AKS-RULE-OWNED-ITEM"),
    ("aide", COORDINATION, "search", "Task", owned("aide"), "AKS-RULE-OWNED-ITEM"),
    ("aide", COORDINATION, "delete", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("porter", TREATMENT, "search", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("ida", EMERGENCY, "update", "Task", NONE, "AKS-RULE-DEFAULT"),
    # A bed's holds, and nothing else of it; by those who answer hospitals.
    ("kari", COORDINATION, "hold-bed", "Location", OPEN, "AKS-RULE-HOLD-BED"),
    ("kari", COORDINATION, "update", "Location", NONE, "AKS-RULE-DEFAULT"),
    ("kari", COORDINATION, "hold-bed", "Organization", NONE, "AKS-RULE-DEFAULT"),
    ("ida", COORDINATION, "hold-bed", "Location", NONE, "AKS-RULE-DEFAULT"),
    ("mats", OPERATIONS, "read", "Communication", NONE, "AKS-RULE-NO-DUTY"),
    ("mats", OPERATIONS, "log", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("mats", COORDINATION, "open-message", "Communication", ALL, "AKS-RULE-OPEN-MESSAGE"),
    ("mats", OPERATIONS, "open-message", "Communication", NONE, "AKS-RULE-NO-DUTY"),
    ("mats", COORDINATION, "open-message", "Observation", NONE, "AKS-RULE-NO-DUTY"),
    ("mats", COORDINATION, "match-message", "Communication", SOMEBODYS, "AKS-RULE-MATCH-MESSAGE"),
    ("mats", COORDINATION, "identify", "Patient", SOMEBODYS, "AKS-RULE-FIND-FOR-MESSAGE"),
    ("mats", COORDINATION, "read", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("mats", COORDINATION, "read", "Communication", NONE, "AKS-RULE-NO-DUTY"),
    ("ida", COORDINATION, "open-message", "Communication", NONE, "AKS-RULE-DEFAULT"),
    ("arne", COORDINATION, "open-message", "Communication", NONE, "AKS-RULE-NO-DUTY"),
    ("per", OPERATIONS, "log", "Patient", ALL, "AKS-RULE-PRIVACY-OFFICER"),
    ("per", OPERATIONS, "read", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("per", OPERATIONS, "search", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("arne", OPERATIONS, "read", "Patient", NONE, "AKS-RULE-NO-DUTY"),
    ("arne", TREATMENT, "search", "Observation", NONE, "AKS-RULE-NO-DUTY"),
    ("arne-level-3", OPERATIONS, "read", "Location", NONE, "AKS-RULE-LEVEL"),
    # Citizens: their own, and only to read. Who represents them: test_proxies.
    ("astrid", REQUEST, "read", "Observation", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid", REQUEST, "log", "Patient", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid", REQUEST, "read", "Organization", OWN, "AKS-RULE-OWN-RECORD"),
    ("astrid-level-3", REQUEST, "read", "Observation", NONE, "AKS-RULE-LEVEL"),
    ("astrid", REQUEST, "update", "Patient", NONE, "AKS-RULE-DEFAULT"),
    ("nobody's citizen", REQUEST, "read", "Patient", NONE, "AKS-RULE-DEFAULT"),
    # Another enterprise adds what its message says. It reads, changes and deletes nothing.
    ("hospital", COORDINATION, "create", "Communication", ALL, "AKS-RULE-MESSAGE"),
    ("hospital", COORDINATION, "create", "Encounter", ALL, "AKS-RULE-MESSAGE"),
    ("hospital", COORDINATION, "create", "Observation", ALL, "AKS-RULE-MESSAGE"),
    ("hospital", COORDINATION, "create", "MedicationStatement", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "update", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "delete", "Task", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "read", "Communication", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", COORDINATION, "read", "Organization", NONE, "AKS-RULE-DEFAULT"),
    ("hospital", TREATMENT, "create", "Communication", NONE, "AKS-RULE-DEFAULT"),
    # The municipality's own service.
    ("system", OPERATIONS, "erase", "Observation", ALL, "AKS-RULE-SYSTEM"),
    ("system", TREATMENT, "create", "Organization", ALL, "AKS-RULE-SYSTEM"),
)


def opened(
    who: str, purpose: PurposeOfUse, action: str, type: str, *, policy: Policy = POLICY
) -> tuple[Restriction, str]:
    """The first rule that speaks and how much it opens; closed when a rule denies all."""
    spoken = rulings(PEOPLE[who], purpose, Question(action, type, NOW), policy)
    closed = [r for r in spoken.denials if r.restriction == ALL]
    decided = closed or list(spoken.permits)
    if not decided:
        return NONE, "AKS-RULE-DEFAULT"
    return (NONE if closed else decided[0].restriction), decided[0].reason.rule


@pytest.mark.parametrize("row", TABLE, ids=lambda row: " ".join(map(str, row[:4])))
def test_truth_table(row: tuple[str, PurposeOfUse, str, str, Restriction, str]) -> None:
    who, purpose, action, type, restriction, rule = row
    assert opened(who, purpose, action, type) == (restriction, rule)
    total = scope(PEOPLE[who], purpose, Question(action, type, NOW), POLICY).restriction
    assert (total == NONE) is (restriction == NONE)


def test_only_the_own_service_sees_clinical_content_that_belongs_to_nobody() -> None:
    """An Observation without a patient: hidden from every person, whatever the purpose."""
    for who, actor in PEOPLE.items():
        for purpose in PurposeOfUse:
            for action in ("read", "search", "history", "update", "delete"):
                found = decide(Facts(), actor, purpose, Question(action, "Observation", NOW), POLICY)
                assert found.permit == (who == "system"), (who, purpose, action)


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
