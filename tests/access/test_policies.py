"""The policy as data: read whole or refused, signed by two, and compared before it comes in force."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from access_questions import POLICIES, questions
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from akson.access import words
from akson.access.actor import PurposeOfUse
from akson.access.decision import Question
from akson.access.difference import difference
from akson.access.facts import Facts, Relation, Traits
from akson.access.policies import current, parse
from akson.access.policies.reading import as_markdown
from akson.access.policies.signing import (
    Officer,
    Signature,
    activated,
    canonical,
    digest,
    signed_bytes,
    verified,
)
from akson.access.policies.values import Policy
from akson.access.policy import EDITIONS, RULES
from akson.access.recording import Recorded, record, recorded
from akson.access.rules.reading import as_markdown as rules_as_markdown
from akson.app.cast import CAST
from akson.fhir.problem import Problem

ROOT = Path(__file__).parents[2]
POLICY = current()
KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
    for n, name in enumerate(("eva", "jon", "tor"))
}


def officer(name: str, key: str = "") -> Officer:
    public = KEYS[key or name].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Officer(name, name.title(), public)


def signed(name: str, policy: Policy = POLICY, key: str = "") -> Signature:
    return Signature(name, KEYS[key or name].sign(signed_bytes(policy)))


OFFICERS = (officer("eva"), officer("jon"))
BOTH = (signed("eva"), signed("jon"))


def test_two_registered_persons_activate() -> None:
    assert activated(POLICY, BOTH, OFFICERS)
    assert activated(POLICY, reversed(BOTH), reversed(OFFICERS))


@pytest.mark.parametrize(
    ("signatures", "officers"),
    [
        ((), OFFICERS),
        (BOTH, ()),
        (BOTH[:1], OFFICERS),
        ((BOTH[0], BOTH[0]), OFFICERS),
        ((BOTH[0], signed("tor")), OFFICERS),
        ((BOTH[0], signed("jon", key="eva")), OFFICERS),
        ((BOTH[0], Signature("jon", BOTH[0].value)), OFFICERS),
        ((BOTH[0], Signature("jon", b"")), OFFICERS),
        ((BOTH[0], Signature("jon", BOTH[1].value[:-1] + b"\0")), OFFICERS),
        ((BOTH[0], signed("jon", msgspec.structs.replace(POLICY, version="x"))), OFFICERS),
        # One person registered twice, under two names.
        ((BOTH[0], signed("jon", key="eva")), (officer("eva"), officer("jon", key="eva"))),
        (BOTH, (officer("eva"), replace(officer("jon"), public_key=b"short"))),
    ],
)
def test_nothing_less_activates(signatures: tuple[Signature, ...], officers: tuple[Officer, ...]) -> None:
    assert not activated(POLICY, signatures, officers)


def test_a_signature_is_for_one_policy_and_one_purpose() -> None:
    other = msgspec.structs.replace(POLICY, youth_until=15)
    assert verified(POLICY, BOTH[0], OFFICERS[0]) and not verified(other, BOTH[0], OFFICERS[0])
    assert not verified(POLICY, BOTH[0], OFFICERS[1])
    for text in (digest(POLICY).encode(), canonical(POLICY)):
        assert not verified(POLICY, Signature("eva", KEYS["eva"].sign(text)), OFFICERS[0])


def test_the_digest_is_of_the_content_and_not_of_the_layout() -> None:
    assert parse(canonical(POLICY)).version == POLICY.version
    assert canonical(parse(canonical(POLICY))) == canonical(POLICY)
    changed = [
        msgspec.structs.replace(POLICY, version="2026-11-26.2"),
        msgspec.structs.replace(POLICY, trust_model="mutual-trust"),
        msgspec.structs.replace(POLICY, grants=POLICY.grants[:-1]),
        msgspec.structs.replace(POLICY, grants=POLICY.grants[::-1]),
    ]
    assert len({digest(p) for p in (POLICY, *changed)}) == len(changed) + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"roles"', b'"rolls"'),
        (b'"youth_until":16', b'"youth_until":"16"'),
        (b',"youth_until":16', b""),
        (b'"consumer-attests"', b'"no-trust"'),
        (b'"version"', b'"more":1,"version"'),
        (b"}", b""),
    ],
)
def test_what_is_no_whole_policy_is_refused(old: bytes, new: bytes) -> None:
    text = canonical(POLICY)
    assert old in text
    with pytest.raises(Problem) as refused:
        parse(text.replace(old, new, 1))
    assert refused.value.id == "AKS-ACCESS-010"


def test_every_line_speaks_of_what_exists() -> None:
    """A misspelt code would be a right that nobody has."""
    rules = {rule.id for rule in RULES} | {"AKS-REDACTION-PROTECTED-ADDRESS"}
    for line in POLICY.grants:
        assert line.rule in rules and line.source
        for codes, known in (
            (line.roles, words.ROLES),
            (line.services, words.SERVICES),
            (line.classes, words.CLASSES),
            (line.purposes, words.PURPOSES),
            (line.actions, words.ACTIONS),
            (line.relations, words.RELATIONS),
        ):
            assert set(codes) <= {*known, "*"}, line
    assert {line.basis for line in POLICY.proxies} == set(words.BASES)
    assert set(POLICY.clerical) <= set(words.ROLES) and POLICY.edition in EDITIONS


def test_rules_have_one_id_each_and_are_written_down() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    readme = (ROOT / "src/akson/access/README.md").read_text(encoding="utf-8")
    assert rules_as_markdown(RULES) in readme, "print it with: akson.access.rules.reading.as_markdown(RULES)"


def test_the_policy_is_written_down_as_people_read_it() -> None:
    page = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
    assert as_markdown(POLICY) in page, "print it with: akson.access.policies.reading.as_markdown(current())"
    assert "emergency ward" in as_markdown(POLICY, "en")


def _past(count: int = 4_000) -> list[Recorded]:
    return [recorded(record(*one)) for one in questions(7, count) if one.policy is POLICIES[0]]


def test_who_gains_and_who_loses() -> None:
    past = _past()
    assert difference(past, POLICY, POLICY).changes == ()
    grants = tuple(
        msgspec.structs.replace(line, relations=("gp-list",))
        if line.rule == "AKS-RULE-CARE-RELATION" and "gp" in line.roles
        else msgspec.structs.replace(line, classes=(*line.classes, "clinical"))
        if line.rule == "AKS-RULE-CASEWORK"
        else line
        for line in POLICY.grants
    )
    found = difference(past, POLICY, msgspec.structs.replace(POLICY, grants=grants))
    assert found.asked == len(past) and found.gains and found.loses
    assert all(who.startswith("caseworker ") for who in found.gains)
    assert all(who.startswith("gp ") for who in found.loses)
    back = difference(past, msgspec.structs.replace(POLICY, grants=grants), POLICY)
    assert (back.gains, back.loses) == (found.loses, found.gains)


def test_a_redaction_that_goes_is_a_gain() -> None:
    grants = tuple(
        msgspec.structs.replace(line, roles=("nurse",)) if line.rule.startswith("AKS-REDACTION") else line
        for line in POLICY.grants
    )
    at = datetime(2026, 11, 26, tzinfo=UTC)
    facts = Facts(
        ("liv",), (Relation("liv", "Practitioner/ida", "visit", at),), traits=(Traits("liv", protected=True),)
    )
    question = Question("read", "Patient", at)
    past = [Recorded(facts, CAST["ida"], PurposeOfUse.TREATMENT, question, POLICY.version)]
    found = difference(past, POLICY, msgspec.structs.replace(POLICY, grants=grants))
    assert found.gains == {"nurse treatment read Patient": 1} and not found.loses


def test_current_is_dated() -> None:
    assert datetime.fromisoformat(POLICY.version.partition(".")[0]).replace(tzinfo=UTC)
