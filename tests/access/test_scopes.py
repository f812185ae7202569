"""Scopes: the grammar, what two sets have in common, and that a scope never opens what the user could not see."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.access.actor import PurposeOfUse
from akson.access.algebra import negated
from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    Matching,
    NoPatient,
    Nothing,
    PatientIs,
    Question,
    Restriction,
)
from akson.access.facts import Facts, Relation
from akson.access.holding import holds
from akson.access.policies import current
from akson.access.policy import decide, rulings, scope
from akson.access.recording import record, replay
from akson.access.scopes import AppScope, meet, read_scope, read_scopes, scope_restriction, write_scopes
from akson.app.cast import CAST
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem
from akson.record.judgement import Concerned, Judge
from akson.record.matching import answered, matchings

POLICY = current()
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ASTRID = PatientIs(("astrid",))


def test_what_is_written_is_what_was_read() -> None:
    text = (
        f"openid fhirUser launch/patient patient/Observation.rs?category={CATEGORY}|laboratory user/*.cruds"
    )
    scopes, words = read_scopes(text)
    assert words == ("openid", "fhirUser", "launch/patient")
    assert scopes == (
        AppScope("patient", "Observation", "rs", (("category", f"{CATEGORY}|laboratory"),)),
        AppScope("user", "*", "cruds"),
    )
    assert read_scopes(write_scopes(scopes, words)) == (scopes, words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("patient/*.read", "patient/*.rs"),
        ("user/Patient.write", "user/Patient.cud"),
        ("system/*.*", "system/*.cruds"),
    ],
)
def test_scopes_of_version_1_are_mapped(old: str, new: str) -> None:
    assert read_scope(old) == read_scope(new)


@pytest.mark.parametrize(
    "word",
    [
        "patient/Observation",
        "patient/Observation.",
        "patient/Observation.sr",
        "patient/Observation.rr",
        "patient/Observation.rsx",
        "patient/observation.rs",
        "patient/Nonsense.rs",
        "patient/HumanName.rs",
        "patient/*.rs?category=laboratory",
        "patient/Observation.rs?",
        "patient/Observation.rs?category=",
        "patient/Observation.rs?category",
        "patient/Observation.rs?category:in=http://x",
        "patient/Observation.rs?code:not=http://x|y",
        "patient/Observation.rs?date=gt2020",
        "patient/Observation.rs?subject:Patient.name=x",
        "patient/Observation.rs?_has:Provenance:target:recorded=2020",
        "patient/Observation.rs?unknown=1",
        "patient/Observation.rs?_id=1",
        "patient/Observation.read?category=laboratory",
        "everyone/Observation.rs",
        "PATIENT/Observation.rs",
        "user/" + "A" * 600 + ".rs",
        "<script>",
    ],
)
def test_an_odd_scope_is_an_error(word: str) -> None:
    with pytest.raises(Problem) as refused:
        read_scopes(f"openid {word}")
    assert refused.value.id == "AKS-ACCESS-001"


def test_a_hundred_scopes_are_enough() -> None:
    with pytest.raises(Problem):
        read_scopes(" ".join(f"word{'x' * n}" for n in range(101)))


# asked, allowed, what is in both
MEETINGS = [
    ("user/*.cruds", "user/Patient.rs", "user/Patient.rs"),
    ("user/Patient.cud", "user/*.rs", ""),
    ("user/Patient.crs", "user/*.rs", "user/Patient.rs"),
    ("patient/*.rs", "user/*.rs", ""),
    ("user/Observation.rs", "user/Observation.rs?status=final", "user/Observation.rs?status=final"),
    (
        "user/Observation.rs?code=1-8",
        "user/*.rs",
        "user/Observation.rs?code=1-8",
    ),
]


@pytest.mark.parametrize(("asked", "allowed", "both"), MEETINGS)
def test_what_is_in_both(asked: str, allowed: str, both: str) -> None:
    assert write_scopes(meet(read_scopes(asked)[0], read_scopes(allowed)[0])) == both


FINAL = Matching("Observation", "status=final")

# scopes, context, action, type -> what the scopes leave of whatever her right is; None: nothing
LEFT: list[tuple[str, str, str, str, Restriction | None]] = [
    ("user/*.rs", "", "read", "Observation", Everything()),
    ("user/*.rs", "", "create", "Observation", None),
    ("user/Patient.rs", "", "read", "Observation", None),
    ("user/Observation.r", "", "search", "Observation", None),
    ("user/Observation.s", "", "read", "Observation", None),
    ("user/Observation.r", "", "history", "Observation", None),
    ("user/Observation.rs", "", "history", "Observation", Everything()),
    ("patient/*.rs", "astrid", "search", "Observation", ASTRID),
    ("patient/*.rs", "", "search", "Observation", PatientIs(())),
    ("patient/*.rs", "astrid", "read", "Organization", AnyOf((ASTRID, NoPatient()))),
    ("patient/Patient.rs", "astrid", "log", "Patient", None),
    ("patient/AuditEvent.rs", "astrid", "log", "Patient", ASTRID),
    ("patient/Observation.rs?status=final", "astrid", "read", "Observation", AllOf((ASTRID, FINAL))),
    ("patient/Observation.rs?status=final", "astrid", "history", "Observation", None),
    (
        "patient/Observation.rs user/Observation.rs?code=1-8",
        "astrid",
        "read",
        "Observation",
        AnyOf((ASTRID, Matching("Observation", "code=1-8"))),
    ),
    ("", "astrid", "read", "Observation", None),
]


@pytest.mark.parametrize(("scopes", "context", "action", "type", "left"), LEFT)
def test_what_scopes_leave(
    scopes: str, context: str, action: str, type: str, left: Restriction | None
) -> None:
    actor = replace(CAST["ida"], scopes=read_scopes(scopes)[0], patient_context=context)
    question = Question(action, type, NOW)
    denied = {
        ruling.reason.rule: ruling.restriction
        for ruling in rulings(actor, PurposeOfUse.TREATMENT, question, POLICY).denials
    }
    if left is None:
        assert scope(actor, PurposeOfUse.TREATMENT, question, POLICY).restriction == Nothing()
        found = decide(Facts(("astrid",)), actor, PurposeOfUse.TREATMENT, question, POLICY)
        assert (found.permit, [r.rule for r in found.reasons]) == (False, ["AKS-RULE-SCOPE"])
    elif left == Everything():
        assert "AKS-RULE-SCOPE" not in denied
    else:
        assert denied["AKS-RULE-SCOPE"] == negated(left)


@pytest.mark.parametrize("action", ["erase", "export", "receive", "nonsense"])
def test_no_scope_opens_what_nobody_has_thought_of(action: str) -> None:
    actor = replace(CAST["system"], scopes=read_scopes("system/*.cruds")[0])
    question = Question(action, "Patient", NOW)
    assert not decide(Facts(), actor, PurposeOfUse.OPERATIONS, question, POLICY).permit


words = st.builds(
    lambda context, type, letters, final: AppScope(
        context, type, letters, (("status", "final"),) if final and type == "Observation" else ()
    ),
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Patient", "Observation", "Organization", "AuditEvent"]),
    st.sampled_from(["r", "s", "rs", "c", "cud", "cruds"]),
    st.booleans(),
)
FACTS = [
    Facts(
        patients,
        tuple(
            Relation(patient, "Organization/hjemmetjenesten-ost", "service-decision", NOW)
            for patient in related
        ),
        matches=matches,
    )
    for patients in ((), ("astrid",), ("bo",), ("astrid", "bo"))
    for related in ((), ("astrid",), ("astrid", "bo"))
    for matches in ((), ("status=final",))
]


@given(
    st.sampled_from(sorted(CAST)),
    st.lists(words, max_size=4).map(tuple),
    st.sampled_from(["", "astrid", "bo"]),
    st.sampled_from(PurposeOfUse),
    st.sampled_from(["create", "read", "update", "delete", "search", "history", "log", "erase"]),
    st.sampled_from(["Patient", "Observation", "Organization", "Task"]),
)
def test_with_scopes_never_more_than_without(
    who: str, scopes: tuple[AppScope, ...], context: str, purpose: PurposeOfUse, action: str, type: str
) -> None:
    question = Question(action, type, NOW)
    app = replace(CAST[who], scopes=scopes, patient_context=context)
    of_scope = scope_restriction(scopes, context, question)
    asked = scope(app, purpose, question, POLICY).restriction
    for facts in FACTS:
        full = decide(facts, CAST[who], purpose, question, POLICY).permit
        limited = decide(facts, app, purpose, question, POLICY)
        assert limited.permit == (full and of_scope is not None and holds(of_scope, facts))
        assert limited.permit == holds(asked, facts)
        assert replay(record(facts, app, purpose, question, POLICY), {POLICY.version: POLICY}) == limited


def test_a_restriction_on_content_holds_for_nothing_until_the_content_is_looked_at() -> None:
    assert not holds(FINAL, Facts(("astrid",)))
    assert holds(FINAL, Facts(("astrid",), matches=("status=final",)))
    assert not holds(FINAL, Facts(("astrid",), matches=("code=1-8",)))
    assert answered((FINAL,), ()) == ()


def test_a_search_is_answered_by_what_stands_and_what_will_stand() -> None:
    final = IndexValues(tokens=[("status", "http://hl7.org/fhir/observation-status", "final")])
    draft = IndexValues(tokens=[("status", "http://hl7.org/fhir/observation-status", "preliminary")])
    asked = matchings(AllOf((ASTRID, AnyOf((FINAL, negated(FINAL))))), of_patient=True)
    assert asked == (FINAL,)
    assert answered(asked, (final, final)) == ("status=final",)
    assert answered(asked, (draft, final)) == answered(asked, (final, draft)) == ()
    assert answered(asked, (b'{"resourceType": "Observation", "status": "final"}',)) == ("status=final",)


def test_an_item_that_names_nobody_is_opened_by_its_own_words_alone() -> None:
    """Hers, another's, and one that nobody has read: hidden, or not there at all."""
    judge = Judge(cast(Any, None), CAST["ida"], PurposeOfUse.TREATMENT, at=NOW, policy=POLICY)
    unit, other = CAST["ida"].organisations[0], "Organization/hjemmetjenesten-vest"

    def may(*owners: str) -> bool:
        contents = [IndexValues(references=[("owner", owner)]) for owner in owners] or None
        return judge.decide("update", Concerned("Task", contents=contents)).permit

    assert may(unit, unit) and may(unit, "Practitioner/ida")
    assert not may(unit, other) and not may(other, unit) and not may(other)
    assert not may()
    named = judge.scope("search", "Task").restriction
    assert matchings(named, of_patient=True) == () and len(matchings(named, of_patient=False)) == 1
