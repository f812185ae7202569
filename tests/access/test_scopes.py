"""Scopes: the grammar, what two sets have in common, and that a scope never opens what the user could not see."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.access.actor import PurposeOfUse
from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    Matching,
    NoPatient,
    Nothing,
    PatientIs,
    PatientRelation,
    Question,
    Restriction,
)
from akson.access.policy import decide
from akson.access.scopes import Scope, meet, read_scope, read_scopes, scope_restriction, write_scopes
from akson.app.cast import CAST
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem
from akson.record.guard import holds, settled

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
        Scope("patient", "Observation", "rs", (("category", f"{CATEGORY}|laboratory"),)),
        Scope("user", "*", "cruds"),
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


RELATED = PatientRelation(CAST["ida"].grantees, NOW)

# scopes, context, action, type -> what is left of Ida's right; None: refused by AKS-RULE-SCOPE
LEFT: list[tuple[str, str, str, str, Restriction | None]] = [
    ("user/*.rs", "", "read", "Observation", RELATED),
    ("user/*.rs", "", "create", "Observation", None),
    ("user/Patient.rs", "", "read", "Observation", None),
    ("user/Observation.r", "", "search", "Observation", None),
    ("user/Observation.s", "", "read", "Observation", None),
    ("user/Observation.r", "", "history", "Observation", None),
    ("user/Observation.rs", "", "history", "Observation", RELATED),
    ("patient/*.rs", "astrid", "search", "Observation", AllOf((RELATED, ASTRID))),
    ("patient/*.rs", "", "search", "Observation", AllOf((RELATED, PatientIs(())))),
    (
        "patient/*.rs",
        "astrid",
        "read",
        "Organization",
        AllOf((NoPatient(), AnyOf((ASTRID, NoPatient())))),
    ),
    ("patient/Patient.rs", "astrid", "log", "Patient", None),
    ("patient/AuditEvent.rs", "astrid", "log", "Patient", AllOf((RELATED, ASTRID))),
    (
        "patient/Observation.rs?status=final",
        "astrid",
        "read",
        "Observation",
        AllOf((RELATED, AllOf((ASTRID, Matching("Observation", "status=final"))))),
    ),
    ("patient/Observation.rs?status=final", "astrid", "history", "Observation", None),
    (
        "patient/Observation.rs user/Observation.rs?code=1-8",
        "astrid",
        "read",
        "Observation",
        AllOf((RELATED, AnyOf((ASTRID, Matching("Observation", "code=1-8"))))),
    ),
    ("", "astrid", "read", "Observation", None),
]


@pytest.mark.parametrize(("scopes", "context", "action", "type", "left"), LEFT)
def test_what_scopes_leave(
    scopes: str, context: str, action: str, type: str, left: Restriction | None
) -> None:
    actor = replace(CAST["ida"], scopes=read_scopes(scopes)[0], patient_context=context)
    found = decide(actor, PurposeOfUse.TREATMENT, Question(action, type), at=NOW)
    if left is None:
        assert (found.restriction, [r.rule for r in found.reasons]) == (Nothing(), ["AKS-RULE-SCOPE"])
    else:
        assert found.restriction == left


@pytest.mark.parametrize("action", ["erase", "export", "receive", "nonsense"])
def test_no_scope_opens_what_nobody_has_thought_of(action: str) -> None:
    actor = replace(CAST["system"], scopes=read_scopes("system/*.cruds")[0])
    assert not decide(actor, PurposeOfUse.OPERATIONS, Question(action, "Patient"), at=NOW).permit


words = st.builds(
    lambda context, type, letters, final: Scope(
        context, type, letters, (("status", "final"),) if final and type == "Observation" else ()
    ),
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Patient", "Observation", "Organization", "AuditEvent"]),
    st.sampled_from(["r", "s", "rs", "c", "cud", "cruds"]),
    st.booleans(),
)
FACTS = [
    (patients, tokens, related)
    for patients in ((), ("astrid",), ("bo",), ("astrid", "bo"))
    for tokens in ([], [("status", "http://hl7.org/fhir/observation-status", "final")])
    for related in (frozenset[str](), frozenset({"astrid"}), frozenset({"astrid", "bo"}))
]


def seen(restriction: Restriction, fact: tuple[Any, Any, frozenset[str]]) -> bool:
    patients, tokens, related = fact
    whole = settled(restriction, lambda: IndexValues(tokens=list(tokens)))
    return holds(whole, patients, {(actor.grantees, NOW): related for actor in CAST.values()})


@given(
    st.sampled_from(sorted(CAST)),
    st.lists(words, max_size=4).map(tuple),
    st.sampled_from(["", "astrid", "bo"]),
    st.sampled_from(PurposeOfUse),
    st.sampled_from(["create", "read", "update", "delete", "search", "history", "log", "erase"]),
    st.sampled_from(["Patient", "Observation", "Organization", "Task"]),
)
def test_with_scopes_never_more_than_without(
    who: str, scopes: tuple[Scope, ...], context: str, purpose: PurposeOfUse, action: str, type: str
) -> None:
    question = Question(action, type)
    full = decide(CAST[who], purpose, question, at=NOW)
    limited = decide(replace(CAST[who], scopes=scopes, patient_context=context), purpose, question, at=NOW)
    of_scope = scope_restriction(scopes, context, question)
    assert not limited.permit or full.permit
    for fact in FACTS:
        both = seen(full.restriction, fact) and of_scope is not None and seen(of_scope, fact)
        assert seen(limited.restriction, fact) == both


def test_a_restriction_on_content_holds_for_nothing_until_the_content_is_looked_at() -> None:
    assert not holds(Matching("Observation", "status=final"), ("astrid",), {})
    assert holds(AnyOf((Matching("Observation", "status=final"), Everything())), (), {})
