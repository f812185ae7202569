"""Snooping is found, and innocent work is left alone: on seeded municipalities that nothing was tuned on, and by hand."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from akson.audit.patterns import Look, Opening, Resident, Staff, Surroundings, find
from akson.audit.patterns.measuring import FALSE_GOAL, RECALL_GOAL, measure
from akson.audit.patterns.rows import Kind
from akson.audit.patterns.seeding import municipality

HELD_OUT = range(101, 104)
"""Weights and limits were chosen on seeds 1 to 8. These were seen meanwhile; `--seeded` takes untouched ones."""
NOON = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
OMAR = Staff("west", "omar-self", b"S7", frozenset({b"S5", b"S6", b"S8", b"S9"}), b"haddad")
SIRI = Staff("west", "siri-self", b"T1")
AROUND = Surroundings(
    {"omar": OMAR, "siri": SIRI},
    {"near": Resident(b"S8", b"bakken"), "far": Resident(b"S30", b"haddad"), "siri-self": Resident(b"T1")},
)


def look(patient, opening=Opening.DECLARED, minutes=0, actor="omar", act=False, unit="west"):
    return Look(NOON + timedelta(minutes=minutes), actor, patient, "nurse", unit, opening, act)


def at_work():
    return [look(f"round{n}", Opening.ORDINARY, n, act=True) for n in range(5)]


def kinds(looks, around=AROUND):
    return [(case.kind, case.patients) for case in find([*at_work(), *looks], around)]


def test_held_out_seeds():
    rows = measure(municipality(seed) for seed in HELD_OUT)
    for row in rows:
        print(
            f"{row.kind:10} {row.found:4} of {row.planted:4}  {row.recall:.3f}  {row.false:3} false  {row.false_rate:.2f}"
        )
    *each, total = rows
    assert total.recall >= RECALL_GOAL and total.false_rate <= FALSE_GOAL
    # Thirty of a kind: five missed by chance are not a fault of the pattern.
    assert all(row.recall >= 0.8 for row in each)


def test_the_same_seed_is_the_same_town():
    once, again = municipality(7, staff=50, days=5), municipality(7, staff=50, days=5)
    assert once.looks == again.looks and find(once.looks, once.around) == find(again.looks, again.around)


def test_neighbour_without_work_is_asked_about():
    assert kinds([look("near")]) == [(Kind.NEIGHBOUR, ("near",))]
    assert kinds([look("far")]) == []


def test_neighbour_cared_for_is_not():
    assert kinds([look("near", Opening.ORDINARY), look("near", Opening.ORDINARY, 5, act=True)]) == []


def test_an_emergency_without_an_act_weighs_more_than_a_declaration():
    (declared,), (emergency,) = (
        [c.score for c in find([*at_work(), look("near", opening)], AROUND)]
        for opening in (Opening.DECLARED, Opening.EMERGENCY)
    )
    assert emergency > declared


def test_outside_the_shift_weighs():
    (inside,) = find([*at_work(), look("near")], AROUND)
    (outside,) = find([*at_work(), look("near", minutes=600)], AROUND)
    assert outside.score > inside.score and any("utenom vakt" in words for words in outside.reasons)


def test_colleague_and_own_record():
    assert kinds([look("siri-self")]) == [(Kind.COLLEAGUE, ("siri-self",))]
    assert kinds([look("omar-self")]) == []


@pytest.mark.parametrize("tie", ["former", "relatives"])
def test_family(tie):
    staff = {"omar": replace(OMAR, **{tie: frozenset({"far"})})}
    assert kinds([look("far")], Surroundings(staff, AROUND.residents)) == [(Kind.FAMILY, ("far",))]


def test_same_name_counts_at_the_same_address_alone():
    residents = {"far": Resident(b"S30", b"haddad"), "home": Resident(b"S7", b"haddad")}
    around = Surroundings({"omar": OMAR}, residents)
    assert kinds([look("far"), look("home")], around) == [(Kind.FAMILY, ("home",))]


def test_what_is_not_known_matches_nothing():
    around = Surroundings({"omar": Staff("")}, {"x": Resident()})
    assert kinds([look("x")], around) == []


def test_a_crowd_of_strangers():
    crowd = [look("news", actor=f"s{n}", unit=f"u{n}", minutes=n) for n in range(6)]
    assert {kind for kind, _ in kinds(crowd)} == {Kind.CELEBRITY}
    helpers = [look("news", Opening.EMERGENCY, 30, actor=f"s{n}", unit=f"u{n}", act=True) for n in range(6)]
    assert kinds([*crowd, *helpers]) == []


def test_browsing_is_seen_against_the_role():
    usual = [
        look(f"p{day}{n}", Opening.ORDINARY, 1440 * day + n, actor=f"s{person}")
        for person in range(5) for day in range(5) for n in range(3)
    ]  # fmt: skip
    (case,) = find([*usual, *(look(f"q{n}", Opening.ORDINARY, n, actor="s1") for n in range(40))], AROUND)
    assert (case.kind, case.actor, len(case.patients)) == (Kind.BROWSING, "s1", 43)
