"""A decision can be made again from what its event keeps, to the byte (reliability S-17).

AKSON_SEEDS=0-99 replays a hundred thousand (1,000 a seed); 5,000 of one seed otherwise.
"""

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from access_questions import POLICIES, drafting, holding, owning, questions
from hypothesis import given
from hypothesis import strategies as st

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import NO_FACTS, Barrier, Facts, Relation, Representation, Traits
from akson.access.policies import released
from akson.access.policy import EDITIONS, decide
from akson.access.recording import (
    Recorded,
    decision_bytes,
    kept_of,
    narrowed,
    record,
    recorded,
    recording_of,
    replay,
)
from akson.app.cast import CAST
from akson.fhir.problem import Problem

QUESTIONS = 1_000 if "AKSON_SEEDS" in os.environ else 5_000
BYTES_MAX = 2_048
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ASTRID = Facts(
    ("astrid",),
    (
        Relation(
            "astrid", "Organization/hjemmetjenesten-ost", "service-decision", NOW, source="EpisodeOfCare/1"
        ),
    ),
    traits=(Traits("astrid", NOW.date()),),
)
FIRST = released()[0]
IDA_READS = (ASTRID, CAST["ida"], PurposeOfUse.TREATMENT, Question("read", "Observation", NOW), FIRST)
KEPT = (
    b'[1,"2026-11-26.1",["practitioner","ida","Ida Nilsen",1,"nurse","9900001","Practitioner/ida",'
    b'["Organization/hjemmetjenesten-ost"],"Hjemmetjenesten \xc3\x98st"],"treatment",["read","Observation",'
    b'1795680000000000],[["astrid"],[["astrid","Organization/hjemmetjenesten-ost","service-decision",'
    b'1795680000000000,null,"EpisodeOfCare/1"]],[],[],[["astrid","2026-11-26"]]]]'
)


def _seeds() -> list[int]:
    first, _, last = os.environ.get("AKSON_SEEDS", "0-0").partition("-")
    return list(range(int(first), int(last or first) + 1))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", _seeds())
def test_replay_is_equal_to_the_byte(seed: int) -> None:
    policies = {p.trust_model: {p.version: p} for p in POLICIES}
    longest = 0
    for one in questions(seed, QUESTIONS):
        kept = record(*one)
        longest = max(longest, len(kept))
        again = replay(kept, policies[one.policy.trust_model])
        assert decision_bytes(again) == decision_bytes(decide(*one)), f"AKSON_SEEDS={seed}-{seed} repeats it"
        assert record(*recorded(kept)[:4], one.policy) == kept
    assert longest <= BYTES_MAX


def test_the_bytes_of_last_year_are_still_understood() -> None:
    """Fields may be added at the end of a value; never moved, renamed or removed."""
    assert record(*IDA_READS) == KEPT
    assert recorded(KEPT) == Recorded(*IDA_READS[:4], FIRST.version)
    assert replay(KEPT, {policy.version: policy for policy in released()}).permit


DECIDED = {
    1: "4b751671645dcacc19f69cf4aa60b2922b68a90927154e1ffbd02f0a7e1e688a",
    2: "ee525871851ae91f538a858ab93dca3c0083d934abbd050a83977ab2a8911172",
    3: "05831aee99ea6b05c37ac65780112be27bcdbcdb193e41b0276954c929e4f722",
    4: "5fe914efc913d211b0e667532e214b33087940dd6516bbabc649c47c7e291d40",
    5: "b879d772467283693bd429ca7045724053498f0ce5610ca7a4cd7b1afcfc8d85",
}
"""By edition: what the policy that a release brought first under it says to the questions of one seed."""


@pytest.mark.parametrize("edition", DECIDED)
def test_the_decisions_of_an_edition_have_not_changed(edition: int) -> None:
    """A rule that now says something else, or in other words, needs a new edition: replays of the past would differ."""
    said = hashlib.sha256()
    policy = next(p for p in released() if p.edition == edition)
    brought = {f: getattr(policy, f) for f in ("version", "edition", "grants")}
    asked = [
        *questions(2026, 3_000),
        *(owning(2026, 500) if edition > 2 else ()),
        *(holding(2026, 500) if edition > 3 else ()),
        *(drafting(2026, 500) if edition > 4 else ()),
    ]
    for one in asked:
        said.update(decision_bytes(decide(*one[:4], msgspec.structs.replace(one.policy, **brought))))
    assert said.hexdigest() == DECIDED[edition]


def test_every_edition_is_held_to_what_it_decided() -> None:
    assert set(DECIDED) == set(EDITIONS)


texts = st.text(max_size=12)
times = st.datetimes(timezones=st.just(UTC), max_value=datetime(9000, 1, 1))
listed = st.lists(texts, max_size=3).map(tuple)
facts = st.builds(
    Facts,
    listed,
    st.lists(st.builds(Relation, texts, texts, texts, times, st.none() | times, texts), max_size=2).map(
        tuple
    ),
    st.lists(
        st.builds(
            Barrier, texts, texts, listed, st.booleans(), listed, st.booleans(), listed, st.booleans(), listed
        ),
        max_size=2,
    ).map(tuple),
    st.lists(
        st.builds(
            Representation, texts, texts, texts, listed, st.none() | times, shares_address=st.booleans()
        ),
        max_size=2,
    ).map(tuple),
    st.lists(st.builds(Traits, texts, st.none() | st.dates(), st.booleans()), max_size=2).map(tuple),
    listed,
    st.none() | times,
)
actors = st.builds(
    Actor,
    kind=st.sampled_from(ActorKind),
    id=texts,
    name=texts,
    tenant=st.integers(0, 9),
    role=texts | st.sampled_from(["nurse", "caseworker", "privacy-officer"]),
    reference=texts | st.just("Patient/astrid"),
    organisations=listed,
    level=st.integers(-1, 5),
    on_behalf_of=listed | st.just(("Patient/astrid",)),
    own_patient=texts,
    attested=st.none()
    | st.builds(Attested, listed, st.sampled_from(PurposeOfUse), texts, texts, texts, texts),
)
asked = st.builds(Question, texts | st.sampled_from(["read", "log", "identify"]), texts, times)


@given(facts, actors, st.sampled_from(PurposeOfUse), asked, st.sampled_from(POLICIES))
def test_decide_is_total_and_replayed_whatever_is_asked(
    facts: Facts, actor: Actor, purpose: PurposeOfUse, question: Question, policy
) -> None:
    decision = decide(facts, actor, purpose, question, policy)
    assert decision.reasons and decision.policy_version == policy.version
    assert decide(narrowed(facts, actor, question.at), actor, purpose, question, policy) == decision
    again = replay(record(facts, actor, purpose, question, policy), {policy.version: policy})
    assert decision_bytes(again) == decision_bytes(decision)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        KEPT[:-1],
        KEPT.replace(b"[1,", b"[2,", 1),
        KEPT.replace(b"practitioner", b"wizard"),
        KEPT.replace(b"treatment", b"curiosity"),
        KEPT.replace(b'"nurse"', b"7"),
        KEPT.replace(b"1795680000000000", b'"now"'),
        KEPT.replace(b"1795680000000000", b"99999999999999999999999"),
        KEPT.replace(b'2026-11-26"]]]]', b'yesterday"]]]]'),
        KEPT.replace(b'["astrid"],[[', b'"astrid",[['),
        KEPT[:-1] + b",1]",
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Problem) as refused:
        recorded(data)
    assert refused.value.id == "AKS-ACCESS-011"


def test_a_policy_that_is_not_there_is_said() -> None:
    with pytest.raises(Problem) as refused:
        replay(record(*IDA_READS), {})
    assert refused.value.id == "AKS-ACCESS-012"


def test_only_what_could_matter_is_kept() -> None:
    many = replace(
        ASTRID,
        relations=(
            *(Relation("astrid", f"Practitioner/{n}", "care-team", NOW) for n in range(300)),
            Relation("astrid", "Practitioner/ida", "visit", NOW, NOW),
            *ASTRID.relations,
        ),
        traits=(*ASTRID.traits, Traits("bjarne")),
    )
    assert record(many, *IDA_READS[1:]) == KEPT
    assert len(record(NO_FACTS, *IDA_READS[1:])) < len(KEPT)


def test_many_under_one_question_are_written_as_each_by_itself() -> None:
    facts, actor, purpose, question, policy = IDA_READS
    written = recording_of(actor, purpose, question, policy)
    for one in (facts, NO_FACTS, replace(facts, patients=("bjarne",))):
        assert written(kept_of(one, actor, question.at)) == record(one, actor, purpose, question, policy)
