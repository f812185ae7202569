"""Days with somebody away. The solver's answers are judged by `checks`, and by what a head nurse would ask."""

from dataclasses import replace

import pytest

from akson.app.bench.replanning import made_day, planned, without
from akson.care.replanning.checks import broken
from akson.care.replanning.day import Day, Staff, Visit
from akson.care.replanning.proposal import propose

IDA = Staff("ida", 450, 930, frozenset({"SP", "HF"}), (10.40, 63.43))
AISHA = Staff("aisha", 450, 930, frozenset({"HF"}), (10.40, 63.43))
MIA = Staff("mia", 450, 930, frozenset({"HF"}), (10.40, 63.43))


def _visit(id: str, at: int, *staff: str, needs: str = "", minutes: int = 30, about: int = 60) -> Visit:
    return Visit(
        id,
        f"of-{id}",
        at,
        at - about,
        at + about,
        minutes,
        staff,
        frozenset(needs.split()),
        place=(10.40 + len(id) / 500, 63.43),
    )


def _day(*visits: Visit, staff: tuple[Staff, ...] = (IDA, AISHA, MIA), **known: frozenset[str]) -> Day:
    return Day(visits, staff, lambda one, other: 0 if one == other else 5, known)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("away", [0, 1, 3])
def test_whatever_is_missing_no_rule_is_broken(seed: int, away: int) -> None:
    day = without(made_day(seed, visits=40, staff=6), away)
    proposal = propose(day, seconds=0.4)
    assert broken(day, proposal.made) == []
    assert {m.visit for m in proposal.made} | {u.visit for u in proposal.unmade} == {v.id for v in day.visits}
    assert len(proposal.made) + len(proposal.unmade) == len(day.visits)


def test_a_day_that_nobody_is_away_from_stays_as_it_is() -> None:
    day = made_day(3, visits=40, staff=6)
    proposal = propose(day, seconds=0.6)
    assert (proposal.unmade, proposal.changes) == ((), ())
    assert [(m.visit, set(m.staff)) for m in proposal.made] == sorted(
        (m.visit, set(m.staff)) for m in planned(day)
    )


def test_what_needs_a_nurse_gets_the_nurse_and_the_rest_moves_over() -> None:
    day = _day(_visit("blood", 480, "jon", needs="SP"), _visit("meal", 480, "ida", about=5))
    proposal = propose(day, seconds=0.4)
    made = {m.visit: m for m in proposal.made}
    assert made["blood"].staff == ("ida",)
    assert broken(day, proposal.made) == []
    assert proposal.unmade == ()


def test_it_goes_to_one_the_citizen_knows() -> None:
    day = _day(_visit("meal", 600, "jon"), **{"of-meal": frozenset({"mia"})})
    proposal = propose(day, seconds=0.3)
    assert proposal.made[0].staff == ("mia",)
    assert proposal.changes[0].before == ("jon",) and proposal.changes[0].after == ("mia",)
    assert proposal.continuity == (0.0, 1.0)


def test_what_nobody_can_make_is_named_with_a_reason() -> None:
    refused = replace(_visit("wash", 600, "jon"), avoid=frozenset({"aisha", "mia", "ida"}))
    gone = replace(_visit("begun", 500, "jon"), fixed=True)
    crowd = [_visit(f"now{n}", 700, "jon", about=1, minutes=60) for n in range(4)]
    day = _day(_visit("infusion", 480, "jon", needs="IV"), refused, gone, *crowd)
    reasons = {u.visit: u.reason for u in propose(day, seconds=0.4).unmade}
    full = [reasons.pop(c.id) for c in crowd if c.id in reasons]
    assert full == ["no-time"]
    assert reasons == {"infusion": "no-competence", "wash": "refused", "begun": "away"}


def test_what_must_be_today_goes_before_what_can_wait() -> None:
    must = replace(_visit("insulin", 480, "jon", about=2, minutes=60), importance=3)
    wait = replace(_visit("shower", 480, "ida", about=2, minutes=60), importance=1)
    proposal = propose(_day(wait, must, staff=(IDA,)), seconds=0.3)
    assert [m.visit for m in proposal.made] == ["insulin"]


def test_two_go_together_or_nobody_goes() -> None:
    lift = replace(_visit("lift", 600, "ida", "jon"), hands=2)
    proposal = propose(_day(lift), seconds=0.3)
    assert len(set(proposal.made[0].staff)) == 2 and "ida" in proposal.made[0].staff
    alone = propose(_day(lift, staff=(IDA,)), seconds=0.3)
    assert alone.made == () and alone.unmade[0].reason == "no-competence"


def test_an_empty_day_and_a_day_without_people() -> None:
    assert propose(_day(), seconds=0.1).made == ()
    assert (
        propose(_day(_visit("meal", 600, "jon"), staff=()), seconds=0.1).unmade[0].reason == "no-competence"
    )
