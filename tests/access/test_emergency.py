"""Emergency, self-declaration, looking somebody up, and staff who are patients: what opens, to whom, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from akson.access.actor import Actor, PurposeOfUse
from akson.access.data_classes import CLASS_OF, DataClass
from akson.access.decision import Question
from akson.access.facts import ORDINARY, Facts, Relation, RelationKind, Traits
from akson.access.policies import current
from akson.access.policy import decide, scope
from akson.access.redactions import REDACTIONS
from akson.app.cast import CAST
from akson.fhir.definitions import load

POLICY = current()
NOW = datetime(2026, 11, 28, 1, 40, tzinfo=UTC)
NADIA = CAST["nadia"]
HOURS = timedelta(hours=POLICY.hours["emergency"])
FOLLOWED_UP = ("log", "notify-citizen", "review")


def opened(kind: str, grantee: str = NADIA.reference, since: datetime = NOW) -> Facts:
    return Facts(("liv",), (Relation("liv", grantee, kind, since, since + HOURS),))


def asks(
    facts: Facts,
    *,
    actor: Actor = NADIA,
    purpose: PurposeOfUse = PurposeOfUse.EMERGENCY,
    action: str = "read",
    type: str = "AllergyIntolerance",
    at: datetime = NOW,
):
    return decide(facts, actor, purpose, Question(action, type, at), POLICY)


def test_an_emergency_lasts_four_hours_is_told_and_followed_up() -> None:
    facts = opened("emergency")
    assert timedelta(hours=4) == HOURS
    moment = timedelta(microseconds=1)
    at = [NOW - moment, NOW, NOW + HOURS - moment, NOW + HOURS]
    assert [asks(facts, at=t).permit for t in at] == [False, True, True, False]
    assert asks(facts).obligations == FOLLOWED_UP
    assert asks(facts).reasons[0].rule == "AKS-RULE-EMERGENCY"


def test_it_is_opened_by_the_person_herself_and_counts_for_nothing_else() -> None:
    assert not asks(opened("emergency", NADIA.organisations[0])).permit
    assert not asks(opened("emergency", "Practitioner/ida")).permit
    assert not asks(opened("emergency"), purpose=PurposeOfUse.TREATMENT).permit
    for kind in ORDINARY | {RelationKind.LIFTED, RelationKind.ATTESTED}:
        assert not asks(opened(kind)).permit, "an emergency is opened with a ground, whatever else there is"


@pytest.mark.parametrize("type", [*CLASS_OF, "Observation", "MedicationStatement", "CarePlan", "Flag"])
def test_it_opens_what_emergency_care_needs(type: str) -> None:
    kind = CLASS_OF.get(type, DataClass.CLINICAL)
    seen = kind in (DataClass.DEMOGRAPHIC, DataClass.MESSAGE, DataClass.CLINICAL)
    for action in ("read", "search", "history"):
        assert asks(opened("emergency"), type=type, action=action).permit is seen
    written = kind in (DataClass.MESSAGE, DataClass.CLINICAL)
    assert asks(opened("emergency"), type=type, action="create").permit is written
    for action in ("update", "delete", "log", "erase"):
        assert not asks(opened("emergency"), type=type, action=action).permit


@pytest.mark.parametrize("who", ["kari", "mats", "per", "arne"])
def test_it_is_for_those_who_give_care(who: str) -> None:
    actor = CAST[who]
    for action in ("read", "identify"):
        assert not asks(
            opened("emergency", actor.reference), actor=actor, action=action, type="Patient"
        ).permit


def test_a_declared_relation_is_her_own_told_and_followed_up() -> None:
    treatment = PurposeOfUse.TREATMENT
    assert asks(opened("self-declared"), purpose=treatment).obligations == FOLLOWED_UP
    assert not asks(opened("self-declared", NADIA.organisations[0]), purpose=treatment).permit
    assert not asks(opened("self-declared"), purpose=PurposeOfUse.CARE_COORDINATION).permit


def test_who_is_looked_up_shows_her_identity_and_nothing_more() -> None:
    found = asks(Facts(("liv",)), action="identify", type="Patient")
    assert found.permit and "beyond-identity" in found.redactions
    hidden = set(REDACTIONS["beyond-identity"].types["Patient"].elements)
    elements = {e.path.split(".")[1].removesuffix("[x]") for e in patient_elements()}
    left = {e for e in elements if e not in hidden and f"{e}[x]" not in hidden}
    assert left == {
        "id",
        "meta",
        "implicitRules",
        "language",
        "identifier",
        "active",
        "name",
        "gender",
        "birthDate",
    }
    assert not asks(Facts(("liv",)), action="identify", type="RelatedPerson").permit
    assert not asks(Facts(("liv",)), action="read", type="Patient").permit
    assert not asks(Facts(), action="identify", type="Patient").permit


def patient_elements():
    return [e for e in load().type("Patient").elements if e.path.count(".") == 1]


def test_staff_are_patients_as_citizens() -> None:
    siri = replace(CAST["siri"], own_patient="Patient/siri-s")
    own = Facts(("siri-s",), tuple(Relation("siri-s", g, "care-team", NOW) for g in siri.grantees))
    other = replace(own, patients=("liv",), relations=(Relation("liv", siri.reference, "care-team", NOW),))
    both = Facts(("liv", "siri-s"), (*own.relations, *other.relations))
    treatment = PurposeOfUse.TREATMENT
    for action in ("read", "search", "history", "create", "update", "delete", "log"):
        assert asks(other, actor=siri, purpose=treatment, action=action).permit
        for facts in (own, both):
            found = asks(facts, actor=siri, purpose=treatment, action=action)
            assert [r.rule for r in found.reasons] == ["AKS-RULE-OWN-RECORD-AS-STAFF"]
    citizen = replace(CAST["astrid"], reference="Patient/siri-s")
    assert asks(own, actor=citizen, purpose=PurposeOfUse.PATIENT_REQUEST).permit
    officer = replace(CAST["per"], own_patient="Patient/per-a")
    assert not asks(
        Facts(("per-a",)), actor=officer, purpose=PurposeOfUse.OPERATIONS, action="log", type="Patient"
    ).permit


PROTECTED = Facts(
    ("liv",),
    (Relation("liv", "Practitioner/ida", "care-team", NOW),),
    traits=(Traits("liv", protected=True),),
)


@pytest.mark.parametrize("type", ["Patient", "RelatedPerson", "Person"])
def test_a_protected_address_is_taken_out(type: str) -> None:
    ida, treatment = CAST["ida"], PurposeOfUse.TREATMENT
    known = replace(PROTECTED, traits=(Traits("liv"),))
    assert asks(PROTECTED, actor=ida, purpose=treatment, type=type).redactions == ("protected-address",)
    assert asks(known, actor=ida, purpose=treatment, type=type).redactions == ()
    assert asks(PROTECTED, actor=ida, purpose=treatment, type="Observation").redactions == ()
    for who, purpose in (("astrid", PurposeOfUse.PATIENT_REQUEST), ("system", PurposeOfUse.OPERATIONS)):
        found = scope(CAST[who], purpose, Question("search", type, NOW), POLICY)
        assert found.redactions == ()
    for who in ("ida", "nadia", "grete", "kari", "marit"):
        found = scope(CAST[who], treatment, Question("search", type, NOW), POLICY)
        assert found.redactions == ("protected-address",)
    officer = replace(ida, role="protected-address-officer")
    assert scope(officer, treatment, Question("search", type, NOW), POLICY).redactions == ()


def test_the_hidden_elements_and_parameters_exist() -> None:
    """And every search parameter that reads a hidden element is among them."""
    definitions = load()
    for redaction in REDACTIONS.values():
        for type, hidden in redaction.types.items():
            names = {e.path.partition(".")[2] for e in definitions.type(type).elements}
            plain = {name.removesuffix("[x]") for name in names}
            assert {e.removesuffix("[x]") for e in hidden.elements} <= plain, (redaction.name, type)
            parameters = definitions.search_parameters(type)
            assert set(hidden.parameters) - {"_content", "_text"} <= set(parameters), (redaction.name, type)
            roots = tuple(f"{type}.{e.removesuffix('[x]')}" for e in hidden.elements)
            for code, parameter in parameters.items():
                reads = any(
                    part.strip(" ()") == root or part.strip(" ()").startswith((root + ".", root + " "))
                    for part in (parameter.expression or "").split("|")
                    for root in roots
                )
                assert not reads or code in hidden.parameters, (redaction.name, type, code)
