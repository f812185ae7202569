"""The policy as data, its signatures, what citizens have said, and whom to ask by all of it."""

from datetime import date
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.access.policies.signing import Officer
from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.storage import signing
from akson.sharing.storage.asking import whom_to_ask
from akson.sharing.storage.choices import CHOICE_SYSTEM, Choice, choice_of, strictest
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import NOTHING_DECIDED, Decision, StoragePolicy, canonical, parse, with_mode
from akson.sharing.values import Question
from tests.sharing.storage_world import BEGIN

COUNCIL = Decision("PS 112/26", "Kommunestyret i Storvik", date(2026, 11, 20))
POLICY = b"""{
  "version": "2026-12-01.1", "controller": "999977774", "begins": "2026-12-01T00:00:00Z", "central": "sentral",
  "decisions": [{"id": "PS 112/26", "by": "Kommunestyret i Storvik", "on": "2026-11-20"}],
  "lines": [
    {"kind": "plan", "range": "own", "mode": "central-master", "decision": "PS 112/26"},
    {"kind": "plan", "range": "region", "mode": "central-master", "decision": "PS 112/26"},
    {"kind": "plan", "range": "nation", "mode": "central-master", "decision": "PS 112/26"},
    {"kind": "plan", "range": "europe", "mode": "central-master", "decision": "PS 112/26"},
    {"kind": "medication", "range": "nation", "mode": "central-copy", "decision": "PS 112/26"},
    {"kind": "documents", "range": "region", "mode": "index", "decision": "PS 112/26"}
  ]}"""


def asked(kind: SharedClass) -> Question:
    return Question("13816099990", "Observation", kind)


def test_what_nobody_decided_stays_where_it_was_written() -> None:
    policy = parse(POLICY)
    assert policy.mode(SharedClass.NOTES, Range.NATION) is Mode.FEDERATED
    assert policy.mode(SharedClass.MEDICATION, Range.REGION) is Mode.FEDERATED
    assert policy.placed(SharedClass.MEDICATION) is Mode.CENTRAL_COPY
    assert policy.decision(SharedClass.PLAN, Range.OWN) == COUNCIL
    assert parse(canonical(policy)) == policy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"central": "sentral"', b'"central": ""', "names no node"),
        (b'"range": "own", "mode": "central-master"', b'"range": "own", "mode": "index"', "for every range"),
        (b'"index", "decision": "PS 112/26"', b'"index", "decision": "?"', "Nobody is said"),
        (b'"kind": "documents", "range": "region"', b'"kind": "medication", "range": "nation"', "said twice"),
        (b'"mode": "index"', b'"mode": "cloud"', "cloud"),
        (b'00:00Z', b'00:00', "time zone"),
    ],
)  # fmt: skip
def test_a_policy_that_contradicts_itself_is_refused(old: bytes, new: bytes, said: str) -> None:
    with pytest.raises(Problem) as refused:
        parse(POLICY.replace(old, new))
    assert refused.value.id == "AKS-SHARE-080" and said in refused.value.why


def test_a_decision_moves_one_kind_and_leaves_the_others_with_theirs() -> None:
    later = Decision("PS 7/27", "Kommunestyret i Storvik", date(2027, 1, 20))
    moved = with_mode(
        parse(POLICY),
        SharedClass.PLAN,
        (Range.OWN,),
        Mode.FEDERATED,
        decision=later,
        version="2",
        begins=BEGIN,
    )
    # Which node is master cannot depend on who asks: leaving central-master is for every range.
    assert {moved.mode(SharedClass.PLAN, range) for range in Range} == {Mode.FEDERATED}
    assert moved.decision(SharedClass.MEDICATION, Range.NATION) == COUNCIL
    assert moved.decision(SharedClass.PLAN, Range.NATION) == later


def test_two_officers_with_two_keys_sign_exactly_this_policy() -> None:
    keys = {name: Ed25519PrivateKey.generate() for name in ("per", "arne", "eva")}
    officers = [Officer(n, n.title(), k.public_key().public_bytes_raw()) for n, k in keys.items()]
    policy = parse(POLICY)
    signed = {n: k.sign(signing.signed_bytes(policy)) for n, k in keys.items()}
    two = {"per": signed["per"], "arne": signed["arne"]}
    assert signing.holds(policy, two, officers)
    assert not signing.holds(policy, {"per": signed["per"]}, officers)
    assert not signing.holds(policy, {"per": signed["per"], "arne": signed["eva"]}, officers)
    assert not signing.holds(policy, two, officers[:1])
    assert not signing.holds(NOTHING_DECIDED, two, officers)
    same_key = [officers[0], Officer("arne", "Arne", officers[0].public_key)]
    assert not signing.holds(policy, {"per": signed["per"], "arne": signed["per"]}, same_key)


def consent(*codes: str, status: str = "active") -> dict[str, object]:
    coded = [{"coding": [{"system": CHOICE_SYSTEM, "code": code}]} for code in codes]
    return {"resourceType": "Consent", "status": status, "category": coded}


@pytest.mark.parametrize(
    ("consents", "choice"),
    [
        ([], Choice.ALL),
        ([consent("no-central")], Choice.NO_CENTRAL),
        ([consent("no-central", status="inactive")], Choice.ALL),
        ([consent("no-central"), consent("no-index")], Choice.NO_INDEX),
        ([consent("a-word-of-next-year")], Choice.NO_SHARING),
        ([{"resourceType": "Consent", "status": "active", "category": []}], Choice.ALL),
    ],
)
def test_what_a_citizen_has_said(consents: list[dict[str, object]], choice: Choice) -> None:
    assert choice_of(consents) is choice


def test_of_several_people_in_one_resource_the_strictest_counts() -> None:
    assert strictest([Choice.NO_INDEX, Choice.ALL]) is Choice.NO_INDEX
    assert strictest([]) is Choice.ALL


def test_whom_to_ask_is_the_table_of_the_module() -> None:
    policy, kind = parse(POLICY), SharedClass
    ask = {
        (k, r, c): whom_to_ask(policy, asked(k), r, c, source="storvik")
        for k, r, c in product(kind, Range, (None, *Choice))
    }
    copied = ask[kind.MEDICATION, Range.NATION, Choice.ALL]
    assert (copied.first, copied.instead, copied.unknown) == (("sentral",), ("storvik",), False)
    assert ask[kind.MEDICATION, Range.NATION, None].unknown
    assert ask[kind.MEDICATION, Range.NATION, Choice.NO_CENTRAL].first == ("storvik",)
    assert ask[kind.MEDICATION, Range.OWN, Choice.ALL].first == ("storvik",)
    assert ask[kind.PLAN, Range.OWN, Choice.ALL].first == ("sentral",)
    assert ask[kind.PLAN, Range.OWN, Choice.NO_SHARING].first == ("storvik",)
    assert ask[kind.DOCUMENTS, Range.REGION, Choice.NO_CENTRAL].located
    assert not ask[kind.DOCUMENTS, Range.REGION, Choice.NO_INDEX].located
    for (k, range, choice), whom in ask.items():
        if choice is Choice.NO_SHARING and range is not Range.OWN:
            assert whom.first == whom.instead == (), (k, range)
        elif choice is not None and not choice.central:
            assert "sentral" not in (*whom.first, *whom.instead), (k, range, choice)
        else:
            assert "storvik" in (*whom.first, *whom.instead), (k, range, choice)


def test_a_policy_without_lines_asks_the_source_about_everything() -> None:
    empty = StoragePolicy("1", "999977774", BEGIN, "", (), ())
    for kind, range in product(SharedClass, Range):
        assert whom_to_ask(empty, asked(kind), range, Choice.ALL, source="storvik").first == ("storvik",)
