"""Trust models side by side: who sees more, where the cost falls, and what a stolen key could reach."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from akson.access.actor import ORGANISATION_NUMBERS, Actor, ActorKind, Attested, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import Barrier, Facts, Relation
from akson.access.policies import current
from akson.access.policy import decide
from akson.access.recording import Recorded
from akson.access.trust import MODELS, compare, under
from akson.app.cast import CAST

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HAVNES, LILLEFJORD = (f"{ORGANISATION_NUMBERS}|{number}" for number in ("990202", "990101"))
POLICY = msgspec.structs.replace(current(), agreement=(LILLEFJORD,))


def doctor(enterprise: str, *attested: str) -> Actor:
    word = Attested(attested, PurposeOfUse.TREATMENT, "d-1", "00", enterprise.partition("|")[2])
    return Actor(ActorKind.PRACTITIONER, "d", "D", 1, role="doctor", attested=word)


def asked(actor: Actor, facts: Facts, type: str = "Observation") -> Recorded:
    return Recorded(facts, actor, PurposeOfUse.TREATMENT, Question("read", type, NOW), POLICY.version)


def of(patient: str, **change) -> Facts:
    return replace(Facts((patient,)), **change)


KNOWN = of("astrid", relations=(Relation("astrid", HAVNES, "referral", NOW),))
# What is asked, and whether it is permitted when the source decides, the consumer attests, partners trust each other.
CASES = {
    "vouched for and known": (asked(doctor(HAVNES, "astrid"), KNOWN), (True, True, True)),
    "vouched for only": (asked(doctor(HAVNES, "bjarne"), of("bjarne")), (False, True, False)),
    "known only": (asked(doctor(HAVNES), KNOWN), (False, False, False)),
    "vouched for, graded": (
        asked(doctor(HAVNES, "astrid"), replace(KNOWN, labels=("R",))),
        (False, False, False),
    ),
    "a partner's word for nobody": (asked(doctor(LILLEFJORD), of("astrid")), (False, False, True)),
    "a partner, graded": (
        asked(doctor(LILLEFJORD, "astrid"), of("astrid", labels=("V",))),
        (False, False, True),
    ),
    "a partner, services": (
        asked(doctor(LILLEFJORD, "astrid"), KNOWN, "EpisodeOfCare"),
        (False, False, False),
    ),
    "a partner, of nobody": (asked(doctor(LILLEFJORD), Facts()), (False, False, False)),
    "a partner, blocked": (
        asked(doctor(LILLEFJORD), of("liv", barriers=(Barrier("liv", "block", enterprises=(LILLEFJORD,)),))),
        (False, False, False),
    ),
    "a partner's porter": (asked(replace(doctor(LILLEFJORD), role="porter"), KNOWN), (False, False, False)),
}


@pytest.mark.parametrize("name", CASES)
def test_three_positions(name: str) -> None:
    one, expected = CASES[name]
    found = tuple(
        decide(one.facts, one.actor, one.purpose_of_use, one.question, under(POLICY, model)).permit
        for model in MODELS
    )
    assert found == expected


def test_one_who_is_vouched_for_has_no_other_rights() -> None:
    """Another enterprise's nurse writes nothing, sees no log, uses no relation of her own, and keeps to the purpose."""
    nurse = replace(CAST["ida"], attested=doctor(HAVNES, "astrid").attested)
    facts = of("astrid", relations=(Relation("astrid", nurse.reference, "care-team", NOW),))
    for action in ("create", "update", "delete", "history", "log", "identify"):
        question = Question(action, "Patient", NOW)
        assert not decide(facts, nurse, PurposeOfUse.TREATMENT, question, POLICY).permit
    question = Question("read", "Observation", NOW)
    assert decide(facts, nurse, PurposeOfUse.TREATMENT, question, POLICY).permit
    for purpose in set(PurposeOfUse) - {PurposeOfUse.TREATMENT}:
        assert not decide(facts, nurse, purpose, question, POLICY).permit


def test_side_by_side() -> None:
    own_staff = asked(CAST["ida"], of("kari"))
    report = compare([under(POLICY, m) for m in MODELS], [*(c[0] for c in CASES.values()), own_staff])
    assert (report.asked, report.patients) == (10, 4)
    source, consumer, mutual = report.costs
    assert [c.model for c in report.costs] == list(MODELS)
    assert [(c.permitted, c.more, c.less) for c in report.costs] == [(1, 0, 0), (2, 1, 0), (3, 2, 0)]
    assert source.reach == {HAVNES: 0, LILLEFJORD: 0} and source.stolen_key == 0
    # Four patients, demographic and clinical; Liv has closed her record to Lillefjord; Bjarne, Kari and Liv are ungraded.
    assert consumer.reach[HAVNES] == 8
    assert consumer.reach[LILLEFJORD] == 6
    assert mutual.reach == {HAVNES: 0, LILLEFJORD: 6}


def test_the_more_is_taken_on_trust_the_less_is_checked() -> None:
    partners = [one for name, (one, _) in CASES.items() if name.startswith("a partner")]
    source, consumer, mutual = compare([under(POLICY, m) for m in MODELS], partners).costs
    assert source.source_checks > consumer.source_checks > mutual.source_checks
    assert source.consumer_checks == consumer.consumer_checks > mutual.consumer_checks
    assert source.stolen_key < consumer.stolen_key <= mutual.stolen_key


def test_nothing_recorded_costs_nothing() -> None:
    report = compare([under(POLICY, m) for m in MODELS], [])
    assert report.asked == report.patients == 0
    assert all((c.permitted, c.source_checks, c.stolen_key) == (0, 0, 0) for c in report.costs)
