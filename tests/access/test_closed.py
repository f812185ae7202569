"""What the citizen has closed: every combination of the national schema (block or restrict; persons, roles, enterprises,
categories; absent, listed, all but the listed), and that nothing outranks it.

Source: Volven 7608; tilgangsbegrensning (person, role, category, enterprise); pasientjournalloven § 17.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import msgspec
import pytest

from akson.access.actor import HPR_NUMBERS, ORGANISATION_NUMBERS, Actor, ActorKind, Attested, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import Barrier, Facts, Relation
from akson.access.policies import current
from akson.access.policy import as_told, decide
from akson.app.cast import CAST

POLICY = current()
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
IDA = CAST["ida"]
TREATMENT, EMERGENCY, REQUEST = (
    PurposeOfUse.TREATMENT,
    PurposeOfUse.EMERGENCY,
    PurposeOfUse.PATIENT_REQUEST,
)
EVERY_KIND = tuple(
    Relation("astrid", IDA.reference, kind, NOW) for kind in ("care-team", "self-declared", "emergency")
)
OPEN = Facts(("astrid",), relations=EVERY_KIND)
LIFTED = replace(OPEN, relations=(*EVERY_KIND, Relation("astrid", IDA.reference, "lifted", NOW, LATER)))

# Of each dimension: what the barrier says, and whether it reaches Ida, nurse, in Hjemmetjenesten Øst, about clinical data.
PERSONS = [((), False, True), ((IDA.reference,), False, True), (("Practitioner/omar",), False, False)]
PERSONS += [((IDA.reference,), True, False), (("Practitioner/omar",), True, True), ((), True, True)]
ROLES = [((), False, True), (("nurse", "gp"), False, True), (("gp",), False, False)]
ROLES += [(("nurse",), True, False), (("gp",), True, True), ((), True, True)]
ENTERPRISES = [((), False, True), (IDA.organisations, False, True), (("Organization/havnes",), False, False)]
ENTERPRISES += [
    (IDA.organisations, True, False),
    (("Organization/havnes",), True, True),
    ((), True, True),
]
CATEGORIES = [((), False, True), (("clinical",), False, True), (("service",), False, False)]
CATEGORIES += [(("clinical", "service"), True, False), (("service",), True, True), ((), True, True)]
CATEGORIES += [(("mental-health",), False, True), (("mental-health",), True, False)]
GRID = list(product(("block", "restrict"), PERSONS, ROLES, ENTERPRISES, CATEGORIES))


def barrier(kind: str, **change) -> Barrier:
    return Barrier("astrid", kind, **change)


def permits(
    facts: Facts,
    *,
    actor: Actor = IDA,
    purpose: PurposeOfUse = TREATMENT,
    action: str = "read",
    type: str = "Observation",
    policy=POLICY,
) -> bool:
    return decide(facts, actor, purpose, Question(action, type, NOW), policy).permit


def test_every_combination_of_the_schema() -> None:
    assert len(GRID) == 2 * 6 * 6 * 6 * 8
    for kind, persons, roles, enterprises, categories in GRID:
        row = Barrier(
            "astrid",
            kind,
            *(value for dimension in (persons, roles, enterprises, categories) for value in dimension[:2]),
        )
        reaches = all(dimension[2] for dimension in (persons, roles, enterprises, categories))
        closed = replace(OPEN, barriers=(row,), labels=("mental-health",))
        lifted = replace(LIFTED, barriers=(row,), labels=("mental-health",))
        for purpose in (TREATMENT, EMERGENCY):
            assert permits(closed, purpose=purpose) is not reaches, row
            assert permits(lifted, purpose=purpose) is not (reaches and kind == "block"), row


@pytest.mark.parametrize("kind", ["block", "restrict"])
@pytest.mark.parametrize(
    "action", ["read", "search", "history", "create", "update", "delete", "log", "identify"]
)
def test_of_every_action(kind: str, action: str) -> None:
    """A restriction does not hinder writing down care that was given, nor being found by name; a block does."""
    type = "Patient" if action in ("identify", "log") else "Observation"
    assert permits(OPEN, action=action, type=type)
    expected = kind == "restrict" and action in ("create", "identify")
    assert permits(replace(OPEN, barriers=(barrier(kind),)), action=action, type=type) is expected


def test_in_its_time_to_the_moment() -> None:
    moment = timedelta(microseconds=1)
    for start, end, reaches in (
        (None, None, True),
        (NOW, None, True),
        (NOW + moment, None, False),
        (None, NOW, False),
        (None, NOW + moment, True),
    ):
        row = barrier("block", valid_from=start, valid_to=end)
        assert permits(replace(OPEN, barriers=(row,))) is not reaches, (start, end)


def test_of_one_patient_it_closes_what_is_of_several() -> None:
    also = Relation("bjarne", IDA.reference, "care-team", NOW)
    both = Facts(("astrid", "bjarne"), relations=(*EVERY_KIND, also))
    assert permits(both)
    for row in (barrier("block"), replace(barrier("restrict"), patient="bjarne")):
        assert not permits(replace(both, barriers=(row,)))
    assert permits(replace(both, patients=("bjarne",), barriers=(barrier("block"),)))


def test_a_restriction_is_lifted_by_the_person_for_herself() -> None:
    closed = replace(OPEN, barriers=(barrier("restrict"),))
    assert not permits(closed)
    for grantee, kind, start, end, expected in (
        (IDA.reference, "lifted", NOW, LATER, True),
        (IDA.organisations[0], "lifted", NOW, LATER, False),
        ("Practitioner/siri", "lifted", NOW, LATER, False),
        (IDA.reference, "lifted", LATER, None, False),
        (IDA.reference, "lifted", NOW - timedelta(1), NOW, False),
        (IDA.reference, "emergency", NOW, LATER, False),
    ):
        row = Relation("astrid", grantee, kind, start, end)
        assert permits(replace(closed, relations=(*EVERY_KIND, row))) is expected
    assert not permits(replace(LIFTED, relations=LIFTED.relations[-1:], barriers=closed.barriers)), (
        "lifting opens nothing by itself"
    )


def test_a_label_alone_restricts() -> None:
    """9603 NORS: closed by the citizen, to whom is not said."""
    assert not permits(replace(OPEN, labels=("NORS",)))
    assert permits(replace(LIFTED, labels=("NORS",)))


def test_neither_the_citizen_nor_the_own_service_is_closed_out() -> None:
    closed = replace(OPEN, barriers=(barrier("block"), barrier("restrict")))
    assert permits(closed, actor=CAST["astrid"], purpose=REQUEST)
    assert permits(closed, actor=CAST["system"], purpose=PurposeOfUse.OPERATIONS, action="update")


def test_a_message_arrives_and_the_log_is_controlled() -> None:
    closed = replace(OPEN, barriers=(barrier("block"), barrier("restrict")))
    hospital = Actor(ActorKind.ORGANISATION, "990202", "Havnes sykehus HF", 1)
    coordination = PurposeOfUse.CARE_COORDINATION
    assert permits(closed, actor=hospital, purpose=coordination, action="create", type="Communication")
    assert not permits(closed, actor=hospital, purpose=coordination, type="Communication")
    assert permits(closed, actor=CAST["per"], purpose=PurposeOfUse.OPERATIONS, action="log", type="Patient")


@pytest.mark.parametrize("model", ["consumer-attests", "source-decides", "mutual-trust"])
@pytest.mark.parametrize("kind", ["block", "restrict"])
def test_another_enterprise_is_closed_out_under_every_trust_model(model: str, kind: str) -> None:
    havnes = f"{ORGANISATION_NUMBERS}|990202"
    policy = msgspec.structs.replace(POLICY, trust_model=model, agreement=(havnes,))
    known = replace(OPEN, relations=(Relation("astrid", havnes, "referral", NOW),))
    doctor = Actor(
        ActorKind.PRACTITIONER,
        "x",
        "X",
        1,
        role="doctor",
        attested=Attested(("astrid",), TREATMENT, "d", "00", "990202"),
    )
    assert permits(known, actor=doctor, policy=policy)
    closed = replace(known, barriers=(barrier(kind, enterprises=(havnes,)),))
    assert not permits(closed, actor=doctor, policy=policy)


def test_a_professional_elsewhere_is_closed_out_by_her_hpr_number() -> None:
    nadia = Actor(
        ActorKind.PRACTITIONER,
        "hpr-9900004",
        "Nadia Berg",
        1,
        role="doctor",
        hpr="9900004",
        attested=Attested(("astrid",), TREATMENT, "d", "00", "990202"),
    )
    closed = replace(OPEN, barriers=(barrier("block", persons=(f"{HPR_NUMBERS}|9900004",)),))
    assert permits(OPEN, actor=nadia) and not permits(closed, actor=nadia)
    assert permits(closed, actor=replace(nadia, hpr="9900005"))


def test_the_one_who_asks_is_told_nothing_of_it() -> None:
    """Told to the citizen and in the log; to the one who asks it looks like no relation at all."""
    question = Question("read", "Observation", NOW)
    stranger = decide(Facts(("astrid",)), IDA, TREATMENT, question, POLICY)
    for row in (barrier("block"), barrier("restrict")):
        closed = decide(replace(OPEN, barriers=(row,)), IDA, TREATMENT, question, POLICY)
        assert closed.reasons[0].concealed and closed != stranger
        assert as_told(closed) == as_told(stranger) == stranger
